/* GEMM and the training step as a share of the FMA peak: the three are timed in turn, round after
 * round, so that each share belongs to one moment of one machine. Kernels are verified first. */
#include "../tests/harness/verify.h"
#include "../vae/options.h"
#include "../vae/synthetic.h"
#include "../vae/train.h"
#include "rounds.h"
#include <stdlib.h>
#include <string.h>

struct gemm_bench {
    const struct sv_kernels *k;
    struct sv_gemm g;
};

static double run_gemm(void *arg)
{
    struct gemm_bench *b = arg;
    b->k->gemm_nn(&b->g);
    return 2.0 * (double)b->g.m * (double)b->g.n * (double)b->g.k;
}

static struct gemm_bench make_gemm(const struct sv_kernels *k, size_t size)
{
    const size_t bytes = size * size * sizeof(float);
    float *a = aligned_alloc(64, bytes), *b = aligned_alloc(64, bytes);
    k->normal(size, size, sv_rng_at(1, 0, 0), a, size);
    k->normal(size, size, sv_rng_at(2, 0, 0), b, size);
    return (struct gemm_bench){k,
                               {.m = size,
                                .n = size,
                                .k = size,
                                .a = a,
                                .lda = size,
                                .b = b,
                                .ldb = size,
                                .c = aligned_alloc(64, bytes),
                                .ldc = size,
                                .scratch = malloc(sv_gemm_scratch(size, size, size))}};
}

static void free_gemm(struct gemm_bench *b)
{
    free((void *)(uintptr_t)b->g.a);
    free((void *)(uintptr_t)b->g.b);
    free(b->g.c);
    free(b->g.scratch);
}

/* Whole steps: minibatch, forward, backward, optimiser. */
static double run_steps(void *arg)
{
    struct vae_trainer *t = arg;
    struct vae_bound b = {0};
    const size_t steps = strcmp(t->model.k.isa, "generic") ? 20 : 1;
    for (size_t i = 0; i < steps; i++) trainer_step(t, &b);
    return (double)b.count * vae_step_flops(&t->run.shape);
}

static void print_row(const char *what, const struct contender *c, const struct contender *peak)
{
    const struct spread share = contender_ratio(c, peak);
    printf("%-34s %8.1f GFLOP/s   %5.1f %% of peak   (quartiles %.1f ... %.1f %%)\n", what,
           1e-9 * contender_rate(c).median, 100 * share.median, 100 * share.low, 100 * share.high);
}

static bool verified(const struct sv_kernels *k)
{
    const struct verify_options options = {
        .quick = true, .compare_bits = true, .seed = verify_seed(), .log = stderr};
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++) {
        const struct verdict v = verify_kernel_forked(id, k, &options);
        if (v.failures || !v.calls) return false;
    }
    return true;
}

static bool bench(const struct sv_choice *choice, struct vae_error *e)
{
    const struct sv_kernels *k = &choice->by_class[SV_LARGE];
    const struct vae_run run = {.shape = {28, 28, 500, 20, VAE_BERNOULLI},
                                .optimizer = VAE_ADAGRAD,
                                .batch = 100,
                                .samples = 1,
                                .lr = 0.01f,
                                .seed = 1,
                                .train_images = SYNTHETIC_TRAIN};
    struct images train, test;
    struct vae_trainer t;
    fprintf(stderr, "verifying %s ...\n", k->isa);
    if (!verified(k)) return vae_fail(e, "a kernel of %s failed; nothing is timed", k->isa);
    if (!synthetic_make(&train, &test, e)) return false;
    if (!trainer_create(&t, choice, &run, &train, NULL, e)) return false;
    struct gemm_bench g = make_gemm(k, 1024);
    struct contender c[] = {
        peak_contender(k),
        {.name = "GEMM 1024 x 1024 x 1024, unpacked", .run = run_gemm, .arg = &g},
        {.name = "training step 784-500-20, batch 100", .run = run_steps, .arg = &t},
    };
    rounds_run(k->isa, c, 3);
    printf("%s, one thread, medians of %d alternating rounds\n", k->isa, ROUNDS);
    for (size_t i = 0; i < 3; i++) print_row(c[i].name, &c[i], &c[0]);
    free_gemm(&g);
    trainer_destroy(&t);
    images_free(&train);
    images_free(&test);
    return true;
}

int main(void)
{
    struct sv_choice k;
    struct vae_error e = {""};
    rounds_pin();
    if (option_kernels(NULL, &k, &e) && bench(&k, &e)) return 0;
    fprintf(stderr, "bench: %s\n", e.line);
    return 1;
}
