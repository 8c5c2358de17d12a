/* Does training keep its speed? Examples per second of a model that has seen 10^6 examples, beside
 * one in its first 10^5, for each optimiser and kind of data, into
 * results/<machine>/sustained.json.
 *
 * A long run slows down if values decay into denormals: weights of pixels that never change,
 * running averages, gradients. The model and the data set are small. The prior, weighted by the
 * inverse of the number of images, therefore shrinks every weight that has no other gradient before
 * the measurement begins. One thread; young and aged models alternate, round after round. */
#include "host.h"
#include "options.h"
#include "results.h"
#include "step_task.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 8, IMAGES = 100, BATCH = 20, YOUNG = 100000, AGED = 1000000 };

enum data { BLACK, WHITE, COLUMNS, BINARY, ORDINARY, DATA_COUNT };
static const char *const data_names[DATA_COUNT] = {"all black", "all white", "constant columns",
                                                   "binary", "ordinary"};

/* Step sizes with which no optimiser diverges or stalls on any of the data. */
static const float lr[] = {[VAE_SGD] = 0.01f, [VAE_ADAGRAD] = 0.05f, [VAE_ADAM] = 0.002f};

/* --- data --- */

static uint8_t pixel(enum data kind, size_t column, uint8_t random)
{
    switch (kind) {
    case BLACK: return 0;
    case WHITE: return 255;
    case COLUMNS: return column < SIDE / 4 ? 0 : column < SIDE / 2 ? 255 : random;
    case BINARY: return random < 128 ? 0 : 255;
    default: return random;
    }
}

static bool make_images(struct images *im, const struct sv_kernels *k, enum data kind)
{
    enum { PIXELS = SIDE * SIDE };
    uint32_t words[PIXELS];
    if (!vae_images_make(im, IMAGES, SIDE, SIDE, CHANNELS_GRAY)) return false;
    for (size_t i = 0; i < IMAGES; i++) {
        k->philox(1, PIXELS, sv_rng_at(1, (uint32_t)i, 0), words, PIXELS);
        for (size_t j = 0; j < PIXELS; j++)
            im->pixels[i * PIXELS + j] = pixel(kind, j % SIDE, (uint8_t)words[j]);
    }
    return true;
}

/* --- contenders: a call is one step, and its work the number of examples --- */

static double step(struct vae_trainer *t)
{
    struct vae_bound b = {0};
    vae_trainer_step(t, &b);
    return (double)b.count;
}

/* Both models use one trainer's memory in turn, since placement in memory would affect the ratio.
 * The idle one waits in its buffer; they are swapped in the untimed call that precedes a slice. */
struct life {
    struct vae_trainer *trainer;
    struct life *other;
    bool here;
    uint64_t step;
    float *buffer; /* weights, then statistics */
};

static void copy_model(struct vae_model *m, float *buffer, bool out)
{
    for (size_t i = 0; i <= m->stats; i++) {
        float *arena = i ? m->stat[i - 1] : m->w, *at = buffer + i * m->params;
        memcpy(out ? at : arena, out ? arena : at, m->params * sizeof *at);
    }
}

static struct vae_trainer *enter(struct life *l)
{
    struct vae_trainer *t = l->trainer;
    if (l->here) return t;
    copy_model(&t->model, l->other->buffer, true);
    l->other->step = t->run.step;
    l->other->here = false;
    copy_model(&t->model, l->buffer, false);
    t->run.step = l->step;
    l->here = true;
    return t;
}

static double run_aged(void *life) { return step(enter(life)); }

/* Starts again after YOUNG examples. */
static double run_young(void *life)
{
    struct vae_trainer *t = enter(life);
    if (vae_run_points(&t->run) >= YOUNG) {
        vae_init(&t->model, t->run.seed, t->run.init_sd);
        t->run.step = 0;
    }
    return step(t);
}

/* False if training diverged; such a run is not timed. */
static bool grow_old(struct vae_trainer *t, const char *what, struct vae_error *e)
{
    struct vae_bound b = {0};
    while (vae_run_points(&t->run) < AGED) {
        b = (struct vae_bound){0};
        vae_trainer_step(t, &b);
    }
    return isfinite(vae_bound_elbo(&b)) || vae_fail(e, "%s: training diverged", what);
}

/* --- rows --- */

static bool row(const struct step_task *s, json_t *results, enum vae_optimizer optimizer,
                enum data kind, struct vae_error *e)
{
    const struct vae_run run = {
        .shape = {.rows = SIDE, .cols = SIDE, .enc = {1, {64}}, .dec = {1, {64}}, .latent = 2},
        .optimizer = optimizer,
        .batch = BATCH,
        .samples = 1,
        .lr = lr[optimizer],
        .init_sd = 0.01f,
        .seed = 1,
        .train_images = IMAGES};
    struct step_task task = *s;
    char what[64];
    snprintf(what, sizeof what, "%s, %s", vae_optimizer_names[optimizer], data_names[kind]);
    if (!bench_wants(what)) return true;
    if (!make_images(&task.train, &s->k.by_class[SV_LARGE], kind))
        return vae_fail(e, "out of memory");
    struct vae_trainer t = step_trainer(&task, &run, NULL);
    const size_t floats = t.model.params * (1 + t.model.stats);
    float *buffers = malloc(2 * floats * sizeof *buffers);
    bool sound = buffers != NULL || vae_fail(e, "out of memory");
    struct life young = {.trainer = &t, .buffer = buffers}, aged = {.trainer = &t, .here = true};
    young.other = &aged;
    aged.other = &young;
    aged.buffer = buffers + floats;
    if (sound) copy_model(&t.model, young.buffer, true);
    sound = sound && grow_old(&t, what, e);
    if (sound) {
        struct contender c[] = {{.name = "first 10^5 samples", .run = run_young, .arg = &young},
                                {.name = "after 10^6 samples", .run = run_aged, .arg = &aged}};
        rounds_run(what, c, 2);
        const struct spread ratio = contender_ratio(&c[1], &c[0]);
        printf("%-28s %9.0f examples/s, %6.1f %% of a young run's (quartiles %.1f ... %.1f)\n",
               what, contender_rate(&c[1]).median, 100 * ratio.median, 100 * ratio.low,
               100 * ratio.high);
        fflush(stdout);
        results_row(results, what, s->k.isa, c, 2);
    }
    free(buffers);
    vae_trainer_destroy(&t);
    vae_images_free(&task.train);
    return sound;
}

static void print_head(const struct sv_choice *k)
{
    char core[HOST_NAME];
    host_core(core);
    printf("%s, %s, medians of %zu alternating rounds\n", core, k->isa, rounds_count());
}

int main(int argc, char **argv)
{
    static const struct bench_program program = {"sustained",
                                                 "Training's speed after 10^6 examples beside its "
                                                 "first 10^5, on data that collapse a model.\n",
                                                 false};
    struct step_task s = {.ready = false};
    struct vae_error e = {""};
    bench_options_take(&program, argc, argv);
    if (!bench_lists() && !step_task_open(&s, stderr)) return 1;
    json_t *results = results_new();
    bool ok = true;
    rounds_pin();
    rounds_slice(0.02);
    if (!bench_lists()) print_head(&s.k);
    for (int o = VAE_SGD; ok && o <= VAE_ADAM; o++)
        for (int d = 0; ok && d < DATA_COUNT; d++)
            ok = row(&s, results, (enum vae_optimizer)o, (enum data)d, &e);
    const bool any = !ok || bench_selected_any(&program);
    if (ok && any) ok = results_write(results, program.name, &e);
    if (!ok) fprintf(stderr, "bench-sustained: %s\n", e.line);
    step_task_close(&s);
    return !any ? 2 : ok ? 0 : 1;
}
