#include "step_task.h"
#include "../reference/verify/verify.h"
#include "../vae/data/synthetic.h"
#include <stdlib.h>

static bool verified(const struct sv_kernels *k, FILE *log)
{
    const struct verify_options options = {
        .quick = true, .compare_bits = true, .seed = VERIFY_SEED, .log = log};
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++) {
        const struct verdict v = verify_kernel_forked(id, k, &options);
        if (v.failures || !v.calls) return false;
    }
    return true;
}

bool step_task_open(struct step_task *s, FILE *log)
{
    const struct images_wanted grey = {.channels = CHANNELS_GRAY};
    struct vae_error e = {""};
    *s = (struct step_task){.ready = false};
    if (vae_chosen_isa(NULL, &s->k, &e)) {
        fprintf(stderr, "verifying %s ...\n", s->k.isa);
        if (verified(&s->k.by_class[SV_LARGE], log))
            s->ready = vae_synthetic_make(&grey, 0, SYNTHETIC_TRAIN, &s->train, &e) &&
                       vae_synthetic_make(&grey, SYNTHETIC_TRAIN, SYNTHETIC_TEST, &s->test, &e);
        else
            vae_fail(&e, "a kernel of %s failed; nothing is timed", s->k.isa);
    }
    if (*e.line) fprintf(log, "bench: %s\n", e.line);
    return s->ready;
}

void step_task_close(struct step_task *s)
{
    vae_images_free(&s->train);
    vae_images_free(&s->test);
    s->ready = false;
}

struct vae_run step_run(size_t hidden, size_t latent, size_t batch)
{
    return (struct vae_run){.shape = {.rows = 28,
                                      .cols = 28,
                                      .enc = {1, {hidden}},
                                      .dec = {1, {hidden}},
                                      .latent = latent},
                            .optimizer = VAE_ADAGRAD,
                            .batch = batch,
                            .samples = 1,
                            .lr = 0.01f,
                            .init_sd = 0.01f,
                            .seed = 1,
                            .train_images = SYNTHETIC_TRAIN};
}

struct vae_trainer step_trainer(const struct step_task *s, const struct vae_run *run,
                                struct pool *pool)
{
    struct vae_trainer t;
    struct vae_error e = {""};
    if (vae_trainer_create(&t, &s->k, run, &s->train, pool, &e)) return t;
    fprintf(stderr, "bench: %s\n", e.line);
    exit(1);
}

double step_call(void *trainer)
{
    struct vae_trainer *t = trainer;
    struct vae_bound b = {0};
    vae_trainer_step(t, &b);
    return (double)b.count * vae_run_flops(&t->run);
}
