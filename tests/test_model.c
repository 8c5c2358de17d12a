/* The model: gradients of the double oracle by finite differences, the trainer against the oracle,
 * and the same bits on every ISA. */
#include "../reference/vae_oracle.h"
#include "../vae/checkpoint.h"
#include "../vae/streams.h"
#include "../vae/train.h"
#include "harness/data.h"
#include "harness/verify.h"
#include "picks.h"
#include "suites.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- finite differences: the oracle's gradient is the derivative of its bound --- */

static double loss(const struct vae_oracle *o, size_t rows, const double *x, struct sv_rng rng)
{
    const struct oracle_bound b = oracle_gradient(o, rows, x, rng);
    return b.kl - b.recon;
}

/* The ways to model a pixel. */
static const struct decoder {
    bool gaussian;
    enum vae_variance variance;
    float variance_at;
} decoders[] = {{false, VARIANCE_FREE, 0},
                {true, VARIANCE_FREE, 0},
                {true, VARIANCE_LIMITED, -0.05f},
                {true, VARIANCE_FIXED, 0.25f}};
enum { DECODERS = sizeof decoders / sizeof *decoders };

static void oracle_decoder(struct vae_oracle *o, const struct decoder *d)
{
    o->gaussian = d->gaussian;
    o->fixed = d->variance == VARIANCE_FIXED;
    o->min_logvar = d->variance == VARIANCE_LIMITED ? (double)d->variance_at
                    : o->fixed                      ? 2 * log((double)d->variance_at)
                                                    : -INFINITY;
}

/* Log-variances that differences of 2 h leave on their side of the limit, two pixels in three below it. */
static void keep_off_the_limit(struct vae_oracle *o)
{
    double *w = o->w[6], *b = o->w[7];
    for (size_t j = o->inputs; j < 2 * o->inputs; j++) {
        for (size_t i = 0; i < o->hidden; i++) w[i * 2 * o->inputs + j] /= 10;
        b[j] = o->min_logvar + (j % 3 ? -1 : 1);
    }
}

/* _i / 2: decoder; _i % 2: one draw or two */
START_TEST(test_oracle_gradient)
{
    enum { ROWS = 4, INPUTS = 6 };
    const struct decoder *d = &decoders[_i / 2];
    struct source s = {verify_seed()};
    struct vae_oracle o = {
        .inputs = INPUTS, .hidden = 5, .latent = 3, .samples = 1 + (size_t)_i % 2};
    const struct sv_rng rng = sv_rng_at(5, STREAM_EPS, 0);
    const double h = 1e-5;
    double x[ROWS * INPUTS];
    oracle_decoder(&o, d);
    oracle_create(&o);
    for (size_t i = 0; i < ROWS * INPUTS; i++) x[i] = source_uniform(&s);
    for (int t = 0; t < ORACLE_TENSORS; t++)
        for (size_t i = 0; i < oracle_size(&o, t); i++) o.w[t][i] = 0.5 * (double)source_normal(&s);
    if (d->variance == VARIANCE_LIMITED) keep_off_the_limit(&o);
    for (int t = 0; t < ORACLE_TENSORS; t++)
        for (size_t i = 0; i < oracle_size(&o, t); i++) {
            const double w = o.w[t][i];
            o.w[t][i] = w + h;
            const double up = loss(&o, ROWS, x, rng);
            o.w[t][i] = w - h;
            const double down = loss(&o, ROWS, x, rng);
            o.w[t][i] = w;
            loss(&o, ROWS, x, rng);
            const double g = o.grad[t][i], central = (up - down) / (2 * h);
            ck_assert_msg(fabs(g - central) <= 1e-6 * (1 + fabs(g)),
                          "tensor %d[%zu]: gradient %.10g, central difference %.10g", t, i, g,
                          central);
        }
    oracle_destroy(&o);
}
END_TEST

/* --- trajectory: ten steps of the trainer against ten steps in double --- */

static struct images random_images(size_t count, size_t rows, size_t cols)
{
    struct source s = {verify_seed() + 1};
    struct images im;
    ck_assert(images_make(&im, count, rows, cols));
    for (size_t i = 0; i < count * rows * cols; i++)
        im.pixels[i] = (uint8_t)(source_uniform(&s) < 0.5 ? 0 : source_next(&s));
    return im;
}

/* One optimiser step in double, by the reference kernels. */
static void oracle_update(const struct vae_oracle *o, enum vae_optimizer kind, double *const *m,
                          double *const *v, double lr, double decay, double step)
{
    const double root = sqrt(1 - pow((double)0.999f, step));
    const struct sv64_optim adam = {lr * root / (1 - pow((double)0.9f, step)), 1e-8 * root, decay,
                                    (double)0.9f, (double)0.999f};
    for (int t = 0; t < ORACLE_TENSORS; t++) {
        const size_t n = oracle_size(o, t);
        if (kind == VAE_SGD)
            ref64_kernels.sgd(n, o->w[t], o->grad[t], lr, decay);
        else if (kind == VAE_ADAGRAD)
            ref64_kernels.adagrad(n, o->w[t], o->grad[t], m[t], lr, (double)1e-10f, decay);
        else
            ref64_kernels.adam(n, o->w[t], o->grad[t], m[t], v[t], &adam);
    }
}

/* Where the oracle's element i of tensor t, row-major, lies in the model's arena. */
static size_t weight_place(const struct vae_model *m, int t, size_t i)
{
    const struct vae_tensor *s = &m->tensor[t];
    return vae_place(s, i / s->cols, i % s->cols);
}

/* The oracle starts from the trainer's weights. */
static void copy_weights(const struct vae_oracle *o, const struct vae_model *m)
{
    for (int t = 0; t < ORACLE_TENSORS; t++)
        for (size_t i = 0; i < oracle_size(o, t); i++)
            o->w[t][i] = (double)m->w[weight_place(m, t, i)];
}

/* Largest difference between the trainer's weights and the oracle's. */
static double weight_distance(const struct vae_oracle *o, const struct vae_model *m)
{
    double worst = 0;
    for (int t = 0; t < ORACLE_TENSORS; t++)
        for (size_t i = 0; i < oracle_size(o, t); i++)
            worst = fmax(worst, fabs((double)m->w[weight_place(m, t, i)] - o->w[t][i]));
    return worst;
}

/* Log-variances of r rows that are below the limit; 0 where there is none. */
static size_t count_below(const struct vae_model *m, size_t r)
{
    const size_t x = vae_inputs(&m->shape);
    size_t below = 0;
    for (size_t i = 0; m->shape.variance == VARIANCE_LIMITED && i < r * x; i++)
        below += m->work.out[i / x * m->ld.out + x + i % x] < m->min_logvar;
    return below;
}

/* _i % 3: optimiser; _i / 3: decoder, Bernoulli with L = 1, Gaussian with L = 2. Losses agree to 2e-6 of
 * themselves (u times a few roundings per layer and step). Under SGD weights do too; Adagrad and
 * Adam divide by the gradient's own size, so that a gradient near 0 may turn either way. */
START_TEST(test_trajectory)
{
    enum { STEPS = 10, COUNT = 200 };
    const struct decoder *d = &decoders[_i / 3];
    const bool limited = d->variance == VARIANCE_LIMITED;
    struct vae_run run = {.shape = {.rows = 12,
                                    .cols = 11,
                                    .hidden = 50,
                                    .latent = 7,
                                    .likelihood = d->gaussian ? VAE_GAUSSIAN : VAE_BERNOULLI,
                                    .variance = d->variance,
                                    .variance_at = d->variance_at},
                          .optimizer = (enum vae_optimizer)(_i % 3),
                          .batch = 20,
                          .samples = d->gaussian ? 2 : 1,
                          .lr = _i % 3 == VAE_SGD ? 1e-4f : 1e-3f,
                          .init_sd = limited ? 0.1f : 0.01f, /* some are below the limit at once */
                          .seed = 3,
                          .train_images = COUNT};
    size_t below = 0;
    struct images images = random_images(COUNT, run.shape.rows, run.shape.cols);
    struct vae_oracle o = {.inputs = 132, .hidden = 50, .latent = 7, .samples = run.samples};
    double *m[ORACLE_TENSORS], *v[ORACLE_TENSORS], *x = calloc(run.batch * 132, sizeof *x);
    struct sv_choice k;
    struct vae_trainer t;
    struct vae_error e;
    sv_choice_default(NULL, &k);
    ck_assert(trainer_create(&t, &k, &run, &images, NULL, &e));
    oracle_decoder(&o, d);
    oracle_create(&o);
    copy_weights(&o, &t.model);
    for (int i = 0; i < ORACLE_TENSORS; i++) {
        m[i] = calloc(oracle_size(&o, i), sizeof(double));
        v[i] = calloc(oracle_size(&o, i), sizeof(double));
    }
    for (int step = 0; step < STEPS; step++) {
        struct vae_bound b = {0};
        trainer_step(&t, &b);
        below += count_below(&t.model, run.batch * run.samples);
        for (size_t i = 0; i < run.batch * 132; i++)
            x[i] = (double)t.model.work.x[i / 132 * t.model.ld.x + i % 132];
        const struct oracle_bound want =
            oracle_gradient(&o, run.batch, x, sv_rng_at(run.seed, STREAM_EPS, (uint64_t)step));
        const double scale = fabs(want.kl) + fabs(want.recon);
        ck_assert_double_le(fabs(b.recon - want.recon), 2e-6 * scale);
        ck_assert_double_le(fabs(b.kl - want.kl), 2e-6 * scale);
        oracle_update(&o, run.optimizer, m, v, (double)run.lr, (double)(20.0f / (float)COUNT),
                      step + 1);
    }
    ck_assert(!limited || (below > 0 && below < STEPS * run.batch * run.samples * 132));
    if (run.optimizer == VAE_SGD) ck_assert_double_le(weight_distance(&o, &t.model), 1e-6);
    for (int i = 0; i < ORACLE_TENSORS; i++) {
        free(m[i]);
        free(v[i]);
    }
    free(x);
    oracle_destroy(&o);
    trainer_destroy(&t);
    images_free(&images);
}
END_TEST

/* --- bits: all ways to run two thousand steps end in the same checkpoint --- */

/* Sizes that divide nothing; batches that do not divide the data. */
static struct vae_run odd_run(int i)
{
    static const struct vae_run runs[] = {
        {.shape = {.hidden = 37, .latent = 1}, .optimizer = VAE_ADAGRAD, .samples = 2},
        {.shape = {.hidden = 37, .latent = 5, .likelihood = VAE_GAUSSIAN},
         .optimizer = VAE_ADAM,
         .binarize = BINARIZE_DYNAMIC},
        {.shape = {.hidden = 37, .latent = 5},
         .optimizer = VAE_SGD,
         .binarize = BINARIZE_THRESHOLD,
         .lr = 1e-3f},
        {.shape = {.hidden = 501, .latent = 37}, .optimizer = VAE_ADAGRAD},
        {.shape = {0, 0, 37, 5, VAE_GAUSSIAN, VARIANCE_LIMITED, -1.5f}, .optimizer = VAE_ADAM},
        {.shape = {0, 0, 37, 5, VAE_GAUSSIAN, VARIANCE_FIXED, 0.3f},
         .optimizer = VAE_ADAGRAD,
         .samples = 2},
    };
    struct vae_run r = {.batch = 19, .init_sd = 0.01f, .seed = 1234567890123, .train_images = 101};
    r.shape = runs[i].shape;
    r.shape.rows = 7;
    r.shape.cols = 5;
    r.optimizer = runs[i].optimizer;
    r.binarize = runs[i].binarize;
    r.samples = runs[i].samples ? runs[i].samples : 1;
    r.lr = runs[i].lr > 0 ? runs[i].lr : 0.01f;
    return r;
}
enum { ODD_RUNS = 6 };

static void read_whole(const char *path, unsigned char **bytes, size_t *size)
{
    FILE *f = fopen(path, "rb");
    ck_assert_ptr_nonnull(f);
    fseek(f, 0, SEEK_END);
    *size = (size_t)ftell(f);
    rewind(f);
    *bytes = malloc(*size);
    ck_assert_uint_eq(fread(*bytes, 1, *size, f), *size);
    fclose(f);
}

/* One way to run: kernels and threads. */
struct way {
    char name[64];
    struct sv_choice k;
    size_t threads;
};

static void train_to(const struct way *way, const struct vae_run *run, const struct images *images,
                     uint64_t from_step, uint64_t to_step, const char *path)
{
    struct vae_trainer t;
    struct vae_error e = {""};
    struct vae_bound b = {0};
    struct pool *pool = pool_create(way->threads, &e);
    ck_assert_msg(pool != NULL, "%s", e.line);
    ck_assert(trainer_create(&t, &way->k, run, images, pool, &e));
    if (from_step) {
        struct st_file f;
        ck_assert_msg(checkpoint_open(&f, path, &t.run, &e), "%s", e.line);
        ck_assert_uint_eq(t.run.step, from_step);
        ck_assert_msg(checkpoint_load(&f, &t.model, true, &e), "%s", e.line);
        st_close(&f);
    }
    while (t.run.step < to_step) trainer_step(&t, &b);
    ck_assert_msg(checkpoint_save(path, &t.model, &t.run, &e), "%s", e.line);
    trainer_destroy(&t);
    pool_destroy(pool);
}

/* Every ISA of this machine, and candidates picked at random as a profile might, on 1, 2, 3 and 5 threads.
 * `generic` is left out where it would take minutes. */
static size_t list_ways(struct way *ways, bool generic)
{
    static const size_t threads[] = {1, 2, 3, 5};
    struct candidates c;
    size_t n = 0;
    candidates_of_build(&c);
    for (size_t i = 0; i == 0 || sv_isa_name(i - 1); i++)
        for (size_t t = 0; t < 4; t++) {
            const char *isa = sv_isa_name(i);
            struct way *w = &ways[n];
            if (isa && (!sv_isa_supported(i) || (!generic && !strcmp(isa, "generic")))) continue;
            ck_assert_int_eq(sv_choice_default(isa, &w->k), SV_OK);
            if (!isa) {
                const struct pick p = random_pick(&c, verify_seed() + t, !generic);
                pick_apply(&p, &c, &w->k);
            }
            w->threads = threads[t];
            snprintf(w->name, sizeof w->name, "%s on %zu threads", isa ? isa : "picked",
                     w->threads);
            n++;
        }
    return n;
}

/* Every other way from the start to the end, the others cut in two, with one more way for the rest. */
START_TEST(test_same_bits)
{
    enum { MOST_WAYS = 4 * 8 };
    const uint64_t steps = most_work() > 0 ? 60 : quick_run() ? 200 : 2000, cut = steps / 3;
    const struct vae_run run = odd_run(_i);
    struct images images = random_images(run.train_images, run.shape.rows, run.shape.cols);
    struct way *ways = malloc(MOST_WAYS * sizeof *ways);
    const size_t count = list_ways(ways, run.shape.hidden < 100);
    unsigned char *want = NULL, *got;
    size_t want_size = 0, got_size;
    char path[] = "/tmp/vae-bits-XXXXXX";
    close(mkstemp(path));
    for (size_t i = 0; i < count; i++) {
        const struct way *first = &ways[i], *rest = &ways[(i * 7 + 3) % count];
        if (i % 2) {
            train_to(first, &run, &images, 0, cut, path);
            train_to(rest, &run, &images, cut, steps, path);
        } else {
            train_to(first, &run, &images, 0, steps, path);
        }
        read_whole(path, &got, &got_size);
        if (!want) {
            want = got;
            want_size = got_size;
            continue;
        }
        ck_assert_msg(got_size == want_size && !memcmp(got, want, got_size),
                      "%s%s%s: other bits than %s", first->name, i % 2 ? ", resumed with " : "",
                      i % 2 ? rest->name : "", ways[0].name);
        free(got);
    }
    free(want);
    free(ways);
    unlink(path);
    images_free(&images);
}
END_TEST

/* The test bound is of the data alone: no batch size in it. */
START_TEST(test_bound_does_not_depend_on_batch)
{
    struct vae_run run = odd_run(_i);
    struct images images = random_images(run.train_images, run.shape.rows, run.shape.cols);
    struct vae_bound first = {0};
    for (size_t batch = 19; batch < 24; batch++) {
        struct sv_choice k;
        struct vae_trainer t;
        struct vae_error e;
        struct vae_bound b;
        sv_choice_default(NULL, &k);
        run.batch = batch;
        ck_assert(trainer_create(&t, &k, &run, &images, NULL, &e));
        ck_assert(vae_evaluate(&t.model, &images, run.binarize, NOISE_TEST, run.seed, NULL, &b));
        if (!first.count) first = b;
        ck_assert(b.kl == first.kl && b.recon == first.recon);
        ck_assert_uint_eq(b.count, images.count);
        trainer_destroy(&t);
    }
    images_free(&images);
}
END_TEST

/* Corrected for their bias, Adam's first averages are g and g^2: each weight moves by the step size. The last
 * layer's biases start from 0 and have gradients far above eps. */
START_TEST(test_first_step_of_adam)
{
    struct vae_run run = odd_run(2);
    struct images images = random_images(run.train_images, run.shape.rows, run.shape.cols);
    struct sv_choice k;
    struct vae_trainer t;
    struct vae_error e;
    struct vae_bound b = {0};
    run.optimizer = VAE_ADAM;
    run.lr = 1;
    sv_choice_default(NULL, &k);
    ck_assert(trainer_create(&t, &k, &run, &images, NULL, &e));
    trainer_step(&t, &b);
    const struct vae_tensor *bias = &t.model.tensor[OUT_B];
    for (size_t j = 0; j < bias->cols; j++)
        ck_assert_double_eq_tol(fabs((double)t.model.w[vae_place(bias, 0, j)]), 1, 1e-6);
    trainer_destroy(&t);
    images_free(&images);
}
END_TEST

/* The training bound of --points has noise of its own. _i: none of the pixels is drawn, so the KL, which is of the
 * images alone, agrees; or they are, and it does not. */
START_TEST(test_noise_of_points)
{
    struct vae_run run = odd_run(0);
    struct images images = random_images(run.train_images, run.shape.rows, run.shape.cols);
    const enum vae_binarize binarize = _i ? BINARIZE_DYNAMIC : BINARIZE_NONE;
    struct sv_choice k;
    struct vae_trainer t;
    struct vae_error e;
    struct vae_bound test, points, again;
    sv_choice_default(NULL, &k);
    ck_assert(trainer_create(&t, &k, &run, &images, NULL, &e));
    ck_assert(vae_evaluate(&t.model, &images, binarize, NOISE_TEST, run.seed, NULL, &test));
    ck_assert(vae_evaluate(&t.model, &images, binarize, NOISE_POINTS, run.seed, NULL, &points));
    ck_assert(vae_evaluate(&t.model, &images, binarize, NOISE_POINTS, run.seed, NULL, &again));
    ck_assert(points.recon == again.recon && points.kl == again.kl);
    ck_assert(points.recon != test.recon);
    ck_assert_int_eq(points.kl != test.kl, _i);
    trainer_destroy(&t);
    images_free(&images);
}
END_TEST

Suite *suite_model(void)
{
    Suite *s = suite_create("model");
    TCase *t = tcase_create("model");
    tcase_set_timeout(t, 300);
    tcase_set_tags(t, "threads");
    tcase_add_loop_test(t, test_oracle_gradient, 0, 2 * DECODERS);
    tcase_add_loop_test(t, test_trajectory, 0, 3 * DECODERS);
    tcase_add_loop_test(t, test_same_bits, 0, ODD_RUNS);
    tcase_add_loop_test(t, test_bound_does_not_depend_on_batch, 0, ODD_RUNS);
    tcase_add_test(t, test_first_step_of_adam);
    tcase_add_loop_test(t, test_noise_of_points, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
