/* The settings of the optimisers and the schedule of the step size, against the formulas in double
 * and in checkpoints. */
#include "../vae/methods/train.h"
#include "../vae/model/checkpoint.h"
#include "cli.h"
#include "each.h"
#include "picks.h"
#include "suites.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* 45 images in batches of 20: an epoch has three steps, of 20, 20 and 5 images. */
enum { IMAGES = 45, BATCH = 20, STEPS = 7 };

static struct vae_run small_run(enum vae_optimizer optimizer, float lr)
{
    return (struct vae_run){
        .shape = {.rows = 5, .cols = 4, .enc = {1, {18}}, .dec = {1, {18}}, .latent = 3},
        .optimizer = optimizer,
        .batch = BATCH,
        .samples = 1,
        .lr = lr,
        .init_sd = 0.1f,
        .seed = 6,
        .train_images = IMAGES};
}

static void set(struct vae_run *r, enum vae_optim_setting which, double value)
{
    r->optim.given[which] = true;
    r->optim.value[which] = value;
}

static void create(struct vae_trainer *t, const struct vae_run *run, const struct images *images)
{
    struct sv_choice k;
    struct vae_error e = {""};
    ck_assert_int_eq(sv_choice_default(NULL, &k), SV_OK);
    ck_assert_msg(vae_trainer_create(t, &k, run, images, NULL, &e), "%s", e.line);
}

/* --- the settings against the formulas of the optimisers --- */

/* The gradient of the loss without the prior, found by a step of SGD with a step size so large that
 * the rounding of the weights does not matter. */
static void gradient(const struct vae_trainer *at, double *g)
{
    struct vae_run run = at->run;
    struct vae_trainer t;
    struct vae_bound b = {0};
    run.optimizer = VAE_SGD;
    run.lr = 0x1p20f;
    run.schedule = (struct vae_schedule){0};
    run.optim = (struct vae_optim){0};
    set(&run, OPTIM_DECAY, 0);
    create(&t, &run, at->images);
    memcpy(t.model.w, at->model.w, t.model.params * sizeof *t.model.w);
    vae_trainer_step(&t, &b);
    for (size_t i = 0; i < t.model.params; i++)
        g[i] = ((double)at->model.w[i] - (double)t.model.w[i]) * 0x1p-20;
    vae_trainer_destroy(&t);
}

struct formula {
    double lr, decay, beta1, beta2, epsilon;
    bool raw; /* epsilon-place raw: epsilon is not scaled by the bias correction */
};

/* The statistics of a weight, and the magnitude of g that their error is relative to: |g|, averaged
 * like m. */
struct statistics {
    double m, v, size;
};

/* Step t of a weight; *error: the total error allowed in float. */
static double step_in_double(enum vae_optimizer optimizer, const struct formula *f, double t,
                             double w, double g, struct statistics *s, double *error)
{
    const double size = fabs(g) + fabs(f->decay * w), relative = 2e-5;
    double by = f->lr;
    g += f->decay * w;
    if (optimizer == VAE_SGD) {
        s->m = g;
        s->size = size;
    } else if (optimizer == VAE_ADAGRAD) { /* Duchi, Hazan & Singer 2011 */
        s->m = g;
        s->size = size;
        s->v += g * g;
        by /= sqrt(s->v) + f->epsilon;
    } else { /* Kingma & Ba 2014, algorithm 1, as at the end of its section 2 */
        const double root = sqrt(1 - pow(f->beta2, t));
        s->m = f->beta1 * s->m + (1 - f->beta1) * g;
        s->v = f->beta2 * s->v + (1 - f->beta2) * g * g;
        s->size = f->beta1 * s->size + (1 - f->beta1) * size;
        by *= root / (1 - pow(f->beta1, t)) / (sqrt(s->v) + f->epsilon * (f->raw ? 1 : root));
    }
    *error = by * relative * s->size + 0x1p-22 * fabs(w);
    return w - by * s->m;
}

/* A pseudo-setting: epsilon together with epsilon-place raw. */
enum { RAW_EPSILON = OPTIM_SETTINGS };

/* Expected values are given in full: the step sizes of all steps, the precision of the prior, betas
 * and epsilon. */
static const struct {
    enum vae_optimizer optimizer;
    int setting; /* -1: none is given */
    double value;
    const char *stages;
    uint64_t warmup;
    struct {
        double lr, decay, beta1, beta2, epsilon;
    } want;
    double lr[STEPS]; /* in units of want.lr */
} rows[] = {
#define SAME                                                                                       \
    {                                                                                              \
        1, 1, 1, 1, 1, 1, 1                                                                        \
    }
    {VAE_SGD, -1, 0, "", 0, {1e-3, 1, 0, 0, 0}, SAME},
    {VAE_SGD, OPTIM_DECAY, 0, "", 0, {1e-3, 0, 0, 0, 0}, SAME},
    {VAE_SGD, OPTIM_DECAY, 12.5, "", 0, {1e-3, 12.5, 0, 0, 0}, SAME},
    {VAE_ADAGRAD, -1, 0, "", 0, {1e-2, 1, 0, 0, 1e-10}, SAME},
    {VAE_ADAGRAD, OPTIM_EPSILON, 0.5, "", 0, {1e-2, 1, 0, 0, 0.5}, SAME},
    {VAE_ADAGRAD, OPTIM_DECAY, 3, "", 0, {1e-2, 3, 0, 0, 1e-10}, SAME},
    {VAE_ADAM, -1, 0, "", 0, {1e-2, 1, 0.9, 0.999, 1e-8}, SAME},
    {VAE_ADAM, OPTIM_BETA1, 0, "", 0, {1e-2, 1, 0, 0.999, 1e-8}, SAME},
    {VAE_ADAM, OPTIM_BETA1, 0.5, "", 0, {1e-2, 1, 0.5, 0.999, 1e-8}, SAME},
    {VAE_ADAM, OPTIM_BETA2, 0.75, "", 0, {1e-2, 1, 0.9, 0.75, 1e-8}, SAME},
    {VAE_ADAM, OPTIM_EPSILON, 0.25, "", 0, {1e-2, 1, 0.9, 0.999, 0.25}, SAME},
    {VAE_ADAM, RAW_EPSILON, 0.25, "", 0, {1e-2, 1, 0.9, 0.999, 0.25}, SAME},
    {VAE_ADAM, RAW_EPSILON, 1e-4, "", 0, {1e-2, 1, 0.9, 0.999, 1e-4}, SAME},
    {VAE_ADAM, OPTIM_SECOND_MOMENT, 1, "", 0, {1e-2, 1, 0.9, 0.999, 1e-8}, SAME},
    {VAE_ADAM, OPTIM_SECOND_MOMENT, 0.125, "", 0, {1e-2, 1, 0.9, 0.999, 1e-8}, SAME},
    {VAE_ADAM, OPTIM_DECAY, 0, "", 0, {1e-2, 0, 0.9, 0.999, 1e-8}, SAME},
    {VAE_SGD, -1, 0, "2:1e-4,3:0.005", 0, {1e-3, 1, 0, 0, 0}, {1, 1, 1, 0.1, 0.1, 0.1, 5}},
    {VAE_ADAM, -1, 0, "1:0.02,3:5e-3", 0, {1e-2, 1, 0.9, 0.999, 1e-8}, {2, 2, 2, 2, 2, 2, 0.5}},
    {VAE_SGD, -1, 0, "", 4, {1e-3, 1, 0, 0, 0}, {0.25, 0.5, 0.75, 1, 1, 1, 1}},
    {VAE_ADAGRAD, -1, 0, "2:4e-2", 5, {1e-2, 1, 0, 0, 1e-10}, {0.2, 0.4, 0.6, 3.2, 4, 4, 4}},
};
enum { ROWS = sizeof rows / sizeof *rows };

START_TEST(test_against_formula)
{
    static const double part[] = {20.0 / 45, 20.0 / 45, 5.0 / 45};
    struct vae_run run = small_run(rows[_i].optimizer, (float)rows[_i].want.lr);
    struct images images = random_images(IMAGES, run.shape.rows, run.shape.cols);
    struct vae_trainer t;
    const bool raw = rows[_i].setting == RAW_EPSILON;
    if (raw) set(&run, OPTIM_EPSILON, rows[_i].value);
    if (raw) run.optim.epsilon_place = EPSILON_RAW;
    if (rows[_i].setting >= 0 && !raw)
        set(&run, (enum vae_optim_setting)rows[_i].setting, rows[_i].value);
    ck_assert(vae_schedule_read_stages(rows[_i].stages, &run.schedule));
    run.schedule.warmup = rows[_i].warmup;
    create(&t, &run, &images);
    const size_t n = t.model.params;
    double *g = calloc(n, sizeof *g), *want = calloc(n, sizeof *want),
           *off = calloc(n, sizeof *off);
    struct statistics *s = calloc(n, sizeof *s);
    for (size_t i = 0; rows[_i].setting == OPTIM_SECOND_MOMENT && i < n; i++)
        s[i].v = rows[_i].value;
    for (int step = 0; step < STEPS; step++) {
        struct vae_bound b = {0};
        const struct formula f = {rows[_i].want.lr * rows[_i].lr[step],
                                  rows[_i].want.decay * part[step % 3],
                                  rows[_i].want.beta1,
                                  rows[_i].want.beta2,
                                  rows[_i].want.epsilon,
                                  raw};
        gradient(&t, g);
        for (size_t i = 0; i < n; i++)
            want[i] = step_in_double(run.optimizer, &f, step + 1, (double)t.model.w[i], g[i], &s[i],
                                     &off[i]);
        vae_trainer_step(&t, &b);
        for (size_t i = 0; i < n; i++)
            each_msg(fabs((double)t.model.w[i] - want[i]) <= off[i],
                     "row %d, step %d, weight %zu: %.9g, not %.9g", _i, step, i,
                     (double)t.model.w[i], want[i]);
    }
    free(g), free(want), free(off), free(s);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

/* --- the checkpoint --- */

static struct vae_run full_run(void)
{
    struct vae_run r = small_run(VAE_ADAM, 0.01f);
    r.step = 1000;
    set(&r, OPTIM_BETA1, 0.85);
    set(&r, OPTIM_BETA2, 0.99);
    set(&r, OPTIM_EPSILON, 1e-5);
    set(&r, OPTIM_DECAY, 0);
    set(&r, OPTIM_SECOND_MOMENT, 1);
    r.optim.epsilon_place = EPSILON_RAW;
    r.init = INIT_GLOROT;
    r.init_bias = INIT_BIAS_DATA;
    vae_schedule_read_stages("3:0.1,500:0.0625", &r.schedule);
    r.schedule.warmup = 33;
    r.schedule.warmup_from = 990;
    r.kl = (struct vae_kl){true, 0.1f, 77, 980};
    r.validation = (struct vae_validation){30, 5, 8000, -0x1.123456789abcdp-3, 4};
    r.past = (struct vae_past){600, 9000, 200};
    r.id = UINT64_MAX;
    strcpy(r.changed, "lr 0.01 (was 0.1)");
    return r;
}

/* Each changes full_run: not at all, to defaults without keys, or to what no checkpoint may
 * hold. */
static void no_change(struct vae_run *r) { (void)r; }
static void defaults(struct vae_run *r)
{
    *r = small_run(VAE_ADAM, 0.01f);
    set(r, OPTIM_BETA1, 0.9);
    set(r, OPTIM_BETA2, 0.999);
    set(r, OPTIM_EPSILON, 1e-8);
    set(r, OPTIM_DECAY, 1);
    set(r, OPTIM_SECOND_MOMENT, 0);
    r->kl = (struct vae_kl){.given = true, .weight = 1};
}
static void beta_of_sgd(struct vae_run *r) { r->optimizer = VAE_SGD; }
static void place_of_sgd(struct vae_run *r)
{
    r->optimizer = VAE_SGD;
    memset(r->optim.given, 0, sizeof r->optim.given);
}
static void beta_1(struct vae_run *r) { r->optim.value[OPTIM_BETA1] = 1; }
static void no_epsilon(struct vae_run *r) { r->optim.value[OPTIM_EPSILON] = 0; }
static void negative_prior(struct vae_run *r) { r->optim.value[OPTIM_DECAY] = -1; }
static void descending(struct vae_run *r) { r->schedule.stage[1].epoch = 2; }
static void future_warmup(struct vae_run *r) { r->schedule.warmup_from = 1001; }
static void iwae(struct vae_run *r) { r->estimator = VAE_ESTIMATOR_IWAE; }
static void negative_kl(struct vae_run *r) { r->kl.weight = -1; }
static void future_kl_warmup(struct vae_run *r) { r->kl.warmup_from = 1001; }
static void future_best(struct vae_run *r) { r->validation.points = 1 << 20; }
static void best_of_none(struct vae_run *r) { r->validation.images = r->validation.patience = 0; }
static void stop_of_none(struct vae_run *r) { r->validation.images = r->validation.points = 0; }
static void future_past(struct vae_run *r) { r->past.steps = 1001; }

static const struct {
    void (*change)(struct vae_run *);
    const char *says, *written; /* refused with `says`; or read back, with the key `written` */
} kept[] = {
    {no_change, NULL,
     "\"beta1\":\"0.85\",\"beta2\":\"0.99\",\"epsilon\":\"1e-05\",\"weight_decay\":"
     "\"0\",\"second_moment\":\"1\",\"epsilon_place\":\"raw\",\"lr_stages\":\"3:0.1,500:0.0625\","
     "\"warmup\":\"33\""},
    {no_change, NULL,
     "\"kl_weight\":\"0.100000001\",\"kl_warmup\":\"77\",\"kl_warmup_from\":\"980\""},
    {defaults, NULL, "\"step\":\"0\"}"}, /* the last key */
    {beta_of_sgd, "beta1 is \"0.85\" in its metadata; not of its optimizer", NULL},
    {place_of_sgd, "epsilon_place is \"raw\" in its metadata; not of its optimizer", NULL},
    {no_change, NULL, "\"init\":\"glorot\",\"init_bias\":\"data\""},
    {beta_1, "beta1 is \"1\"", NULL},
    {no_epsilon, "epsilon is \"0\"", NULL},
    {negative_prior, "weight_decay is \"-1\"", NULL},
    {descending, "lr_stages is \"3:0.1,2:0.0625\"", NULL},
    {future_warmup, "warmup_from is \"1001\"", NULL},
    {iwae, NULL, "\"estimator\":\"iwae\""},
    {negative_kl, "kl_weight is \"-1\"", NULL},
    {future_kl_warmup, "kl_warmup_from is \"1001\"", NULL},
    {no_change, NULL,
     "\"validation\":\"30\",\"early_stop\":\"5\",\"best_samples\":\"8000\","
     "\"best_validation_bound\":\"-0.13388888888888886\",\"reports_since_best\":\"4\""},
    {future_best, "best_samples is \"1048576\"", NULL},
    {best_of_none, "best_samples is \"8000\" in its metadata; not of a run without validation",
     NULL},
    {stop_of_none, "early_stop is \"5\" in its metadata; not of a run without validation", NULL},
    {future_past, "past_steps is \"1001\"", NULL},
};
enum { KEPT = sizeof kept / sizeof *kept };

static void must_be_same(const struct vae_run *a, const struct vae_run *b)
{
    for (enum vae_optim_setting i = 0; i < OPTIM_SETTINGS; i++)
        ck_assert(vae_optim_value(&a->optim, a->optimizer, i) ==
                  vae_optim_value(&b->optim, b->optimizer, i));
    ck_assert(a->optim.epsilon_place == b->optim.epsilon_place && a->init == b->init &&
              a->init_bias == b->init_bias);
    ck_assert(vae_schedule_same_stages(&a->schedule, &b->schedule));
    ck_assert_uint_eq(a->schedule.warmup, b->schedule.warmup);
    ck_assert_uint_eq(a->schedule.warmup_from, b->schedule.warmup_from);
    ck_assert_int_eq((int)a->estimator, (int)b->estimator);
    ck_assert(vae_kl_weight(&a->kl) == vae_kl_weight(&b->kl));
    ck_assert_uint_eq(a->kl.warmup, b->kl.warmup);
    ck_assert_uint_eq(a->kl.warmup_from, b->kl.warmup_from);
    ck_assert_mem_eq(&a->validation, &b->validation, sizeof a->validation);
    ck_assert_mem_eq(&a->past, &b->past, sizeof a->past);
    ck_assert_uint_eq(a->id, b->id);
    ck_assert_str_eq(a->changed, b->changed);
}

START_TEST(test_checkpoint)
{
    char path[] = "/tmp/vae-optim-XXXXXX";
    struct vae_run run = full_run(), again;
    struct vae_trainer t;
    struct vae_error e = {""};
    struct st_file f;
    unsigned char *bytes;
    kept[_i].change(&run);
    struct images images = random_images(IMAGES, run.shape.rows, run.shape.cols);
    create(&t, &run, &images);
    close(mkstemp(path));
    ck_assert_msg(vae_checkpoint_save(path, &t.model, &run, &e), "%s", e.line);
    const bool opened = vae_checkpoint_open(&f, path, &again, &e);
    ck_assert_msg(opened == !kept[_i].says, "%s", e.line);
    if (opened) {
        must_be_same(&run, &again);
        vae_st_close(&f);
        const size_t n = cli_read(path, &bytes);
        bytes[n] = 0;
        ck_assert_ptr_nonnull(strstr((char *)bytes + 8, kept[_i].written));
        free(bytes);
    } else {
        ck_assert_msg(strstr(e.line, kept[_i].says) != NULL, "%s", e.line);
    }
    unlink(path);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

Suite *suite_optim(void)
{
    Suite *s = suite_create("optim");
    TCase *t = tcase_create("optim");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "training");
    tcase_add_loop_test(t, test_against_formula, 0, ROWS);
    tcase_add_loop_test(t, test_checkpoint, 0, KEPT);
    suite_add_tcase(s, t);
    return s;
}
