#include "torch_peer.h"
#include "../vae/base/text.h"
#ifdef __linux__
#include <sched.h>
#endif
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CALL_POINTS = 3000 }; /* examples per call: a fraction of a second */

/* Writes the images' bytes to a temporary file; `path` ends in XXXXXX, as for mkstemp. */
static bool write_images(const struct images *images, char *path)
{
    const size_t size = images->count * vae_images_size(images);
    const int file = mkstemp(path);
    if (file < 0) return false;
    FILE *f = fdopen(file, "wb");
    const bool written = fwrite(images->pixels, 1, size, f) == size;
    return !fclose(f) && written;
}

static void run_python(const struct torch_setting *s, size_t threads, const struct vae_run *run,
                       const char *images)
{
    char number[5][24];
    const size_t values[] = {threads, run->batch, run->shape.enc.of[0], run->shape.latent,
                             run->train_images};
    for (int i = 0; i < 5; i++) snprintf(number[i], sizeof number[i], "%zu", values[i]);
    setenv("LD_LIBRARY_PATH", s->directory, 1);
    setenv("OMP_NUM_THREADS", number[0], 1);
    setenv("BLIS_NUM_THREADS", number[0], 1);
    setenv("OPENBLAS_CORETYPE", s->core, 1);
    setenv("BLIS_ARCH_TYPE", s->core, 1);
#ifdef __linux__
    cpu_set_t cpus; /* the benchmark itself is pinned to one CPU, which a child inherits */
    CPU_ZERO(&cpus);
    if (threads == 1) CPU_SET((size_t)sched_getcpu(), &cpus);
    for (size_t i = 0; threads > 1 && i < CPU_SETSIZE; i++) CPU_SET(i, &cpus);
    sched_setaffinity(0, sizeof cpus, &cpus);
#endif
    /* Debian's python3: another one in PATH may not find Debian's packages */
    execl("/usr/bin/python3", "python3", "bench/peers/torch_step.py", number[0], number[1],
          number[2], number[3], number[4], images, (char *)NULL);
    _exit(127);
}

bool torch_start(struct torch_peer *t, const struct torch_setting *setting, size_t threads,
                 const struct vae_run *run, const struct images *data)
{
    int in[2], out[2];
    char line[256] = "", images[] = "/tmp/vae-images-XXXXXX";
    *t = (struct torch_peer){.steps = (int)((CALL_POINTS + run->batch - 1) / run->batch)};
    t->work = t->steps * (double)run->batch * vae_run_flops(run);
    if (access(setting->directory, F_OK)) {
        fprintf(stderr, "bench: PyTorch with %s is skipped: no %s (make peers)\n", setting->blas,
                setting->directory);
        return false;
    }
    if (!write_images(data, images) || pipe(in) || pipe(out)) {
        fprintf(stderr, "bench: PyTorch is skipped: no room for %s, or no pipes\n", images);
        unlink(images);
        return false;
    }
    fflush(NULL);
    t->pid = fork();
    if (t->pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        for (int i = 0; i < 2; i++) close(in[i]), close(out[i]);
        run_python(setting, threads, run, images);
    }
    close(in[0]);
    close(out[1]);
    t->to = fdopen(in[1], "w");
    t->from = fdopen(out[0], "r");
    const bool started = fgets(line, sizeof line, t->from) && !strncmp(line, "torch ", 6);
    unlink(images);
    if (!started) {
        fprintf(stderr, "bench: PyTorch is skipped: it does not start (make peers)\n");
        torch_stop(t);
        return false;
    }
    kill(t->pid, SIGSTOP);
    line[strcspn(line, "\n")] = 0;
    snprintf(t->name, sizeof t->name, "PyTorch %.12s, %s %s, %zu thread%s", line + 6, setting->blas,
             setting->core, threads, threads > 1 ? "s" : "");
    vae_text_make_safe(t->name);
    return true;
}

void torch_stop(struct torch_peer *t)
{
    fclose(t->to);
    fclose(t->from);
    kill(t->pid, SIGKILL);
    waitpid(t->pid, NULL, 0);
}

/* The process is stopped between calls: threads that spin would disturb the other contenders. */
double torch_steps(void *peer)
{
    struct torch_peer *t = peer;
    char line[256];
    kill(t->pid, SIGCONT);
    fprintf(t->to, "%d\n", t->steps);
    fflush(t->to);
    if (!fgets(line, sizeof line, t->from)) {
        fprintf(stderr, "bench: %s ended\n", t->name);
        exit(1);
    }
    kill(t->pid, SIGSTOP);
    return t->work;
}
