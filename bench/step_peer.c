#include "step_peer.h"
#include "../vae/base/text.h"
#ifdef __linux__
#include <sched.h>
#endif
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

static _Noreturn void become(const struct step_peer_command *c, const char *images,
                             const char *checkpoint)
{
    const char *words[STEP_PEER_WORDS + 3];
    size_t n = 0;
    for (size_t i = 0; c->variable[i][0]; i++) setenv(c->variable[i][0], c->variable[i][1], 1);
#ifdef __linux__
    cpu_set_t cpus; /* the benchmark itself is pinned to one CPU, which a child inherits */
    CPU_ZERO(&cpus);
    if (c->threads == 1) CPU_SET((size_t)sched_getcpu(), &cpus);
    for (size_t i = 0; c->threads > 1 && i < CPU_SETSIZE; i++) CPU_SET(i, &cpus);
    sched_setaffinity(0, sizeof cpus, &cpus);
#endif
    while (n < STEP_PEER_WORDS && c->word[n]) words[n] = c->word[n], n++;
    words[n++] = images;
    words[n++] = checkpoint;
    words[n] = NULL;
    execvp(words[0], (char *const *)(uintptr_t)words);
    _exit(127);
}

/* The child between two pipes. */
static bool spawn(struct step_peer *p, const struct step_peer_command *c, const char *images,
                  const char *checkpoint)
{
    int in[2], out[2];
    if (pipe(in) || pipe(out)) return false;
    fflush(NULL);
    p->pid = fork();
    if (p->pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        for (int i = 0; i < 2; i++) close(in[i]), close(out[i]);
        become(c, images, checkpoint);
    }
    close(in[0]);
    close(out[1]);
    p->to = fdopen(in[1], "w");
    p->from = fdopen(out[0], "r");
    return p->pid > 0;
}

bool step_peer_start(struct step_peer *p, const struct step_peer_command *c,
                     const struct images *images, const char *checkpoint,
                     char reason[STEP_PEER_REASON])
{
    char file[] = "/tmp/vae-images-XXXXXX";
    *p = (struct step_peer){.pid = -1};
    snprintf(reason, STEP_PEER_REASON, "no room for %s, or no pipes", file);
    const bool spawned = write_images(images, file) && spawn(p, c, file, checkpoint);
    if (spawned && !fgets(reason, STEP_PEER_REASON, p->from)) *reason = 0;
    unlink(file);
    if (!spawned) return false;
    reason[strcspn(reason, "\n")] = 0;
    vae_text_make_safe(reason);
    const char *version = strchr(reason, ' ');
    if (!version || !strncmp(reason, "lacks", 5)) {
        step_peer_stop(p);
        return false;
    }
    snprintf(p->version, sizeof p->version, "%.31s", version + 1);
    kill(p->pid, SIGSTOP);
    return true;
}

void step_peer_stop(struct step_peer *p)
{
    fclose(p->to);
    fclose(p->from);
    kill(p->pid, SIGKILL);
    waitpid(p->pid, NULL, 0);
}

/* The process is stopped between calls: threads that spin would disturb the other contenders. */
double step_peer_run(void *peer)
{
    struct step_peer *p = peer;
    char line[256];
    kill(p->pid, SIGCONT);
    fprintf(p->to, "%d\n", p->passes);
    fflush(p->to);
    if (!fgets(line, sizeof line, p->from)) {
        fprintf(stderr, "bench: %s ended\n", *p->name ? p->name : "another library's process");
        exit(1);
    }
    kill(p->pid, SIGSTOP);
    p->bound = strtod(line, NULL);
    return p->work;
}
