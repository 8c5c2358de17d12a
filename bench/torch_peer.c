/* PyTorch's settings: first the BLAS library, then what else there is, each against the fastest so
 * far. A setting that is not worth its start costs some seconds once. */
#include "../vae/base/clock.h"
#include "step_peer.h"
#include <math.h>
#include <string.h>
#include <unistd.h>

enum { CALL_POINTS = 3000 }; /* examples per call: a fraction of a second */

/* A BLAS library, its folder, which of its kernels to use (its own choice is not the fastest on
 * every CPU), how the step is made, and whether waiting threads spin. */
struct setting {
    const char *blas, *folder, *core, *step;
    bool spins;
};

#define OPENBLAS "OpenBLAS", "/usr/lib/x86_64-linux-gnu/openblas-pthread"
#define BLIS     "BLIS", "/usr/lib/x86_64-linux-gnu/blis-openmp"
static const struct setting libraries[] = {{OPENBLAS, "SkylakeX", "plain", false},
                                           {OPENBLAS, "Haswell", "plain", false},
                                           {BLIS, "skx", "plain", false},
                                           {BLIS, "haswell", "plain", false}};
#undef OPENBLAS
#undef BLIS
static const char *const steps[] = {"foreach", "fused", "compiled"};

static bool start(struct step_peer *p, const struct setting *s, size_t threads,
                  const struct vae_run *run, const struct images *images)
{
    char number[5][24], reason[STEP_PEER_REASON];
    const size_t values[] = {threads, run->batch, run->shape.enc.of[0], run->shape.latent,
                             run->train_images};
    for (int i = 0; i < 5; i++) snprintf(number[i], sizeof number[i], "%zu", values[i]);
    if (access(s->folder, F_OK)) {
        fprintf(stderr, "bench: PyTorch with %s is skipped: no %s (make peers)\n", s->blas,
                s->folder);
        return false;
    }
    /* Debian's python3: another one in PATH may not find Debian's packages */
    const struct step_peer_command c = {{"/usr/bin/python3", "bench/peers/torch_step.py", s->step,
                                         number[0], number[1], number[2], number[3], number[4]},
                                        {{"LD_LIBRARY_PATH", s->folder},
                                         {"OMP_NUM_THREADS", number[0]},
                                         {"BLIS_NUM_THREADS", number[0]},
                                         {"OPENBLAS_CORETYPE", s->core},
                                         {"BLIS_ARCH_TYPE", s->core},
                                         {"OMP_WAIT_POLICY", s->spins ? "ACTIVE" : "PASSIVE"}},
                                        threads};
    if (!step_peer_start(p, &c, images, NULL, reason)) {
        fprintf(stderr, "bench: PyTorch with %s, %s step is skipped: %s\n", s->blas, s->step,
                *reason ? reason : "it does not start (make peers)");
        return false;
    }
    p->passes = (int)((CALL_POINTS + run->batch - 1) / run->batch);
    p->work = p->passes * (double)run->batch * vae_run_flops(run);
    const bool plain = !strcmp(s->step, "plain");
    snprintf(p->name, sizeof p->name, "PyTorch %.12s, %s %s%s%s%s, %zu thread%s", p->version,
             s->blas, s->core, plain ? "" : ", ", plain ? "" : s->step,
             s->spins ? ", spinning" : "", threads, threads > 1 ? "s" : "");
    return true;
}

/* Seconds of the fastest of some calls after one that warms up: a disturbance must not decide which
 * setting is timed against ours. */
static double try_out(struct step_peer *p)
{
    enum { CALLS = 9 };
    double least = INFINITY;
    step_peer_run(p);
    for (int i = 0; i < CALLS; i++) {
        const double begin = vae_seconds_now();
        step_peer_run(p);
        least = fmin(least, vae_seconds_now() - begin);
    }
    return least;
}

struct search {
    struct step_peer *best;
    struct setting setting; /* of *best */
    double seconds;         /* INFINITY: none yet */
    size_t threads;
    const struct vae_run *run;
    const struct images *images;
};

static void try_setting(struct search *f, const struct setting *s)
{
    struct step_peer p;
    if (!start(&p, s, f->threads, f->run, f->images)) return;
    const double seconds = try_out(&p);
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K%s: %.0f samples/s", p.name,
                p.passes * (double)f->run->batch / seconds);
    struct step_peer loser = p;
    if (seconds < f->seconds) {
        loser = *f->best;
        *f->best = p;
        f->setting = *s;
    }
    if (isfinite(f->seconds) || seconds >= f->seconds) step_peer_stop(&loser);
    f->seconds = fmin(seconds, f->seconds);
}

size_t torch_fastest(struct step_peer *p, size_t threads, const struct vae_run *run,
                     const struct images *images)
{
    struct search f = {
        .best = p, .seconds = INFINITY, .threads = threads, .run = run, .images = images};
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
        try_setting(&f, &libraries[i]);
    if (!isfinite(f.seconds)) return 0;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct setting s = f.setting;
        s.step = steps[i];
        try_setting(&f, &s);
    }
    struct setting s = f.setting;
    s.spins = true;
    if (threads > 1) try_setting(&f, &s);
    if (isatty(STDERR_FILENO)) fprintf(stderr, "\r\033[K");
    return 1;
}
