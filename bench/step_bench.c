/* Training steps, the test bound and log p(x) against the FMA peak, PyTorch and ONNX Runtime, into
 * results/<machine>/step.json.
 *
 * The contenders of a row alternate, round after round. Kernels are verified first, and the weights
 * after ten steps on one thread and on all are compared bit for bit. Times include the minibatch,
 * the noise and the optimiser. */
#include "../vae/base/memory.h"
#include "../vae/base/peak.h"
#include "../vae/methods/importance.h"
#include "../vae/model/checkpoint.h"
#include "host.h"
#include "options.h"
#include "results.h"
#include "step_peer.h"
#include "step_task.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct bench {
    struct step_task task;
    struct pool *pool; /* all CPUs */
    json_t *results;
};

/* --- contenders --- */

struct test_bound {
    struct vae_model *model;
    const struct images *images;
};

static double run_test(void *arg)
{
    const struct test_bound *t = arg;
    struct vae_bound b;
    vae_evaluate(t->model, t->images, &(struct vae_run){0}, NOISE_TEST, 1, NULL, &b);
    return (double)b.count * vae_forward_flops(&t->model->shape, t->model->samples);
}

/* A block of draws for a range of images; the decoder's FLOPs. */
static double run_draws(void *arg)
{
    struct vae_importance *s = arg;
    const double one = vae_forward_flops(&s->model.shape, 1);
    const size_t draws = (size_t)IMPORTANCE_ROWS * (size_t)IMPORTANCE_BLOCK;
    vae_importance_step(s);
    return (double)draws * (vae_forward_flops(&s->model.shape, 2) - one);
}

/* Whether ten steps on one thread and on all end in the same weights. */
static bool same_bits(const struct bench *b)
{
    const struct vae_run run = step_run(500, 20, 100);
    struct vae_trainer one = step_trainer(&b->task, &run, NULL),
                       all = step_trainer(&b->task, &run, b->pool);
    for (int i = 0; i < 10; i++) step_call(&one), step_call(&all);
    const bool same = !memcmp(one.model.w, all.model.w, one.model.params * sizeof(float));
    vae_trainer_destroy(&one);
    vae_trainer_destroy(&all);
    return same;
}

/* --- rows --- */

static void print_row(const char *what, const struct contender *c, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        const struct spread share = contender_ratio(&c[i], &c[0]),
                            to = contender_ratio(&c[1], &c[i]);
        printf("%-30s %-36s %7.1f GFLOP/s  %5.1f %% of one thread's peak (%.1f ... %.1f)", what,
               c[i].name, 1e-9 * contender_rate(&c[i]).median, 100 * share.median, 100 * share.low,
               100 * share.high);
        if (i > 1)
            printf(i == 2 ? "  %.2f x one thread" : "  one thread is %.2f x as fast",
                   i == 2 ? 1 / to.median : to.median);
        putchar('\n');
        what = "";
    }
    fflush(stdout);
}

/* Contender 0 is the FMA peak, then come one thread and all CPUs of ours, then other libraries. */
enum { OURS = 3, PEERS = 2 };
struct field {
    struct contender c[OURS + PEERS];
    struct step_peer peer[PEERS];
    size_t count;
};

/* Adds the peer that was just started, if it was. One whose bound is no bound is not timed. */
static void enter(struct field *f, size_t started, size_t threads, double bound, double tolerance)
{
    struct step_peer *p = &f->peer[f->count - OURS];
    if (!started) return;
    step_peer_run(p);
    if (!(fabs(p->bound - bound) <= tolerance)) {
        fprintf(stderr, "bench: %s: its bound is %.2f nats, not %.2f; not timed\n", p->name,
                p->bound, bound);
        step_peer_stop(p);
        return;
    }
    f->c[f->count++] =
        (struct contender){.name = p->name, .run = step_peer_run, .arg = p, .threads = threads};
}

static bool time_field(struct bench *b, const char *what, struct field *f, double flops,
                       struct vae_error *e)
{
    rounds_slice(0.1);
    rounds_run(what, f->c, f->count);
    rounds_slice(0.02);
    print_row(what, f->c, f->count);
    json_t *row = results_row(b->results, what, b->task.k.isa, f->c, f->count);
    json_object_set_new(row, "threads", json_integer((json_int_t)vae_pool_threads(b->pool)));
    json_object_set_new(row, "flops_per_sample", json_real(flops));
    json_object_set_new(row, "all_to_one", results_spread(contender_ratio(&f->c[2], &f->c[1]), 1));
    for (size_t i = OURS; i < f->count; i++) step_peer_stop(&f->peer[i - OURS]);
    return rounds_shares_hold(what, f->c, f->count, e);
}

/* One thread, all CPUs, and PyTorch at its fastest on as many. */
static bool compare(struct bench *b, size_t batch, struct vae_error *e)
{
    const double noise = -784 * log(2); /* the bound of a model that knows nothing */
    char what[64];
    snprintf(what, sizeof what, "step 784-500-20, batch %zu", batch);
    if (!bench_wants(what)) return true;
    const struct vae_run run = step_run(500, 20, batch);
    const size_t cpus = vae_pool_threads(b->pool), threads[] = {1, cpus};
    struct vae_trainer one = step_trainer(&b->task, &run, NULL),
                       all = step_trainer(&b->task, &run, b->pool);
    struct field f = {.c = {peak_contender(&b->task.k.by_class[SV_LARGE]),
                            {.name = "one thread", .run = step_call, .arg = &one},
                            {.name = "all CPUs", .run = step_call, .arg = &all, .threads = cpus}},
                      .count = OURS};
    for (size_t i = 0; i < (cpus > 1 ? 2 : 1); i++)
        enter(&f, torch_fastest(&f.peer[f.count - OURS], threads[i], &run, &b->task.train),
              threads[i], noise / 2, -noise);
    const bool holds = time_field(b, what, &f, vae_run_flops(&run), e);
    vae_trainer_destroy(&one);
    vae_trainer_destroy(&all);
    return holds;
}

/* One thread beside the FMA peak. */
static bool alone(struct bench *b, const char *what, double (*run)(void *), void *arg,
                  struct vae_error *e)
{
    struct contender c[] = {peak_contender(&b->task.k.by_class[SV_LARGE]),
                            {.name = "one thread", .run = run, .arg = arg}};
    rounds_run(what, c, 2);
    print_row(what, c, 2);
    results_row(b->results, what, b->task.k.isa, c, 2);
    return rounds_shares_hold(what, c, 2, e);
}

static bool step_alone(struct bench *b, const char *what, const struct vae_run *run,
                       struct vae_error *e)
{
    if (!bench_wants(what)) return true;
    struct vae_trainer t = step_trainer(&b->task, run, NULL);
    const bool holds = alone(b, what, step_call, &t, e);
    vae_trainer_destroy(&t);
    return holds;
}

static bool sweep(struct bench *b, struct vae_error *e)
{
    static const size_t hidden[] = {100, 200, 400, 500, 1000}, latent[] = {2, 20, 200};
    static const size_t batch[] = {20, 100, 500};
    for (size_t i = 0; i < 45; i++) {
        const struct vae_run run = step_run(hidden[i / 9], latent[i / 3 % 3], batch[i % 3]);
        char what[64];
        snprintf(what, sizeof what, "step 784-%zu-%zu, batch %zu", run.shape.enc.of[0],
                 run.shape.latent, run.batch);
        if (!step_alone(b, what, &run, e)) return false;
    }
    return true;
}

/* The steps of IWAE's table 1. */
static bool weighted(struct bench *b, struct vae_error *e)
{
    static const size_t draws[] = {1, 5, 50};
    for (size_t i = 0; i < sizeof draws / sizeof *draws; i++) {
        struct vae_run run = step_run(200, 50, 20);
        char what[64];
        run.shape.enc = run.shape.dec = (struct vae_widths){2, {200, 200}};
        run.samples = draws[i];
        run.estimator = VAE_ESTIMATOR_IWAE;
        run.optimizer = VAE_ADAM;
        run.lr = 1e-3f;
        run.binarize = BINARIZE_DYNAMIC;
        snprintf(what, sizeof what, "IWAE step 784-200-200-50, k = %zu, batch 20", draws[i]);
        if (!step_alone(b, what, &run, e)) return false;
    }
    return true;
}

/* The checkpoint of a model after some steps, of which ONNX Runtime computes the bound too. */
static bool save_trained(struct vae_trainer *t, char *path, struct vae_error *e)
{
    const int file = mkstemp(path);
    if (file < 0) return vae_fail(e, "%s: cannot be made", path);
    close(file);
    for (int i = 0; i < 100; i++) step_call(t);
    return vae_checkpoint_save(path, &t->model, &t->run, e);
}

/* The test bound's forward pass on one thread and on all CPUs, and ONNX Runtime's on as many. */
static bool test_bound(struct bench *b, struct vae_error *e)
{
    enum { BATCH = 1000, NATS = 3 }; /* NATS: ten standard errors of another draw of z */
    static const char what[] = "test bound, batch 1000";
    if (!bench_wants(what)) return true;
    const struct vae_run run = step_run(500, 20, BATCH);
    const size_t cpus = vae_pool_threads(b->pool), threads[] = {1, cpus};
    const struct images *images = &b->task.test;
    char path[] = "/tmp/vae-model-XXXXXX";
    struct vae_trainer t = step_trainer(&b->task, &run, NULL),
                       all = step_trainer(&b->task, &run, b->pool);
    struct test_bound test = {&t.model, images}, on_all = {&all.model, images};
    struct vae_bound bound;
    struct field f = {.c = {peak_contender(&b->task.k.by_class[SV_LARGE]),
                            {.name = "one thread", .run = run_test, .arg = &test},
                            {.name = "all CPUs", .run = run_test, .arg = &on_all, .threads = cpus}},
                      .count = OURS};
    bool holds = save_trained(&t, path, e);
    vae_evaluate(&t.model, images, &(struct vae_run){0}, NOISE_TEST, 1, NULL, &bound);
    for (size_t i = 0; holds && i < (cpus > 1 ? 2 : 1); i++)
        enter(&f, onnx_start(&f.peer[f.count - OURS], threads[i], &run, BATCH, images, path),
              threads[i], vae_bound_elbo(&bound), NATS);
    unlink(path);
    holds = holds && time_field(b, what, &f, vae_forward_flops(&run.shape, 1), e);
    vae_trainer_destroy(&t);
    vae_trainer_destroy(&all);
    return holds;
}

/* Importance sampling with so many draws that the encoder's share vanishes. */
static bool log_p(struct bench *b, struct vae_error *e)
{
    static const char what[] = "log p(x), 784-500-20";
    if (!bench_wants(what)) return true;
    const struct vae_run run = step_run(500, 20, 100);
    const struct vae_evaluation of = {.images = &b->task.test, .noise = NOISE_TEST, .seed = 1};
    struct vae_trainer t = step_trainer(&b->task, &run, NULL);
    struct vae_importance s;
    bool holds = vae_importance_create(&s, &t.model, &of, VAE_MAX_DRAWS, e);
    if (holds) {
        holds = alone(b, what, run_draws, &s, e);
        vae_importance_destroy(&s);
    }
    vae_trainer_destroy(&t);
    return holds;
}

/* Phases of the step on one thread, or on all. */
static bool phases(struct bench *b, struct pool *pool, struct vae_error *e)
{
    enum { STEPS = 400 };
    const size_t threads = vae_pool_threads(pool);
    char what[64];
    snprintf(what, sizeof what, "phases, %zu thread%s", threads, threads > 1 ? "s" : "");
    if (!bench_wants(what)) return true;
    const struct vae_run run = step_run(500, 20, 100);
    struct vae_trainer t = step_trainer(&b->task, &run, pool);
    struct insight phase[PHASE_COUNT];
    for (int i = 0; i < STEPS / 4; i++) step_call(&t);
    struct vae_clock *clock = vae_memory_get(threads * sizeof *clock);
    t.model.clock = clock;
    for (int i = 0; i < STEPS; i++) step_call(&t);
    const struct vae_passes passes = vae_run_passes(&run);
    const size_t count = vae_insight_of(&t.model, &passes, STEPS * run.batch, phase);
    const double peak = vae_fma_peak_of(pool, &b->task.k.by_class[SV_LARGE]);
    printf("\nphases of the step 784-500-20, batch 100, on %zu thread%s\n", threads,
           threads > 1 ? "s" : "");
    vae_insight_print(stdout, phase, count, STEPS, peak);
    json_t *row =
        json_pack("{s:s, s:s, s:I, s:I, s:f, s:o}", "what", "phases", "isa", b->task.k.isa,
                  "threads", (json_int_t)threads, "steps", (json_int_t)STEPS, "peak", 1e-9 * peak,
                  "phases", vae_insight_json(phase, count, peak));
    json_array_append_new(json_object_get(b->results, "rows"), row);
    vae_memory_give(clock);
    vae_trainer_destroy(&t);
    double share[PHASE_COUNT];
    return vae_insight_shares(phase, count, peak, share, e);
}

/* --- the cost of threads: barriers and shared data --- */

enum { EXCHANGE = 1 << 18, BARRIERS = 20000, EXCHANGES = 200 };

struct exchange {
    struct pool *pool;
    float *data;                 /* [EXCHANGE] */
    double barrier, bytes_per_s; /* barrier: seconds of one */
    float sink;
};

/* Times barriers; then the rate at which one thread reads what another has just written. */
static void run_exchange(void *arg, size_t thread)
{
    struct exchange *x = arg;
    double start = vae_seconds_now(), reading = 0;
    for (int i = 0; i < BARRIERS; i++) vae_pool_barrier(x->pool, thread);
    if (thread == 0) x->barrier = (vae_seconds_now() - start) / (double)BARRIERS;
    for (int i = 0; i < EXCHANGES; i++) {
        for (size_t k = 0; thread == 1 && k < EXCHANGE; k += 16) x->data[k] += 1;
        vae_pool_barrier(x->pool, thread);
        start = vae_seconds_now();
        for (size_t k = 0; thread == 0 && k < EXCHANGE; k += 16) x->sink += x->data[k];
        reading += vae_seconds_now() - start;
        vae_pool_barrier(x->pool, thread);
    }
    if (thread == 0) x->bytes_per_s = EXCHANGES * sizeof(float) * (double)EXCHANGE / reading;
}

static void exchange(struct bench *b)
{
    if (!bench_wants("exchange")) return;
    struct exchange x = {.pool = b->pool, .data = vae_memory_get(EXCHANGE * sizeof(float))};
    vae_pool_run(b->pool, run_exchange, &x);
    printf("\na barrier of %zu threads: %.2f us; reading what another wrote: %.1f GB/s\n",
           vae_pool_threads(b->pool), 1e6 * x.barrier, 1e-9 * x.bytes_per_s);
    json_t *row = json_pack("{s:s, s:I, s:f, s:f}", "what", "exchange", "threads",
                            (json_int_t)vae_pool_threads(b->pool), "meeting_us", 1e6 * x.barrier,
                            "gb_per_s", 1e-9 * x.bytes_per_s);
    json_array_append_new(json_object_get(b->results, "rows"), row);
    vae_memory_give(x.data);
}

static bool bench(struct bench *b, struct vae_error *e)
{
    if (!bench_lists()) {
        char core[HOST_NAME];
        if (!same_bits(b))
            return vae_fail(e, "one thread and all give different weights; nothing is timed");
        rounds_pin(); /* this thread only, not the others of the pool */
        host_core(core);
        printf("%s, %s, medians of %zu alternating rounds and quartiles\n", core, b->task.k.isa,
               rounds_count());
    }
    const bool many = vae_pool_threads(b->pool) > 1;
    if (!compare(b, 100, e) || !compare(b, 500, e) || !compare(b, 1000, e) || !test_bound(b, e) ||
        !log_p(b, e) || !weighted(b, e) || !sweep(b, e) || !phases(b, NULL, e) ||
        (many && !phases(b, b->pool, e)))
        return false;
    if (many) exchange(b);
    return true;
}

int main(int argc, char **argv)
{
    static const struct bench_program program = {"step",
                                                 "Training steps, the test bound and log p(x) "
                                                 "against the FMA peak and PyTorch; phases of a\n"
                                                 "step; barriers and shared data.\n",
                                                 false};
    bench_options_take(&program, argc, argv);
    struct bench b = {.results = results_new()};
    struct vae_error e = {""};
    if (!bench_lists() && !step_task_open(&b.task, stderr)) return 1;
    bool done = (b.pool = vae_pool_of_cpus(0, &e)) && bench(&b, &e);
    const bool any = !done || bench_selected_any(&program);
    if (done && any) done = results_write(b.results, program.name, &e);
    if (!done) fprintf(stderr, "bench-step: %s\n", e.line);
    vae_pool_destroy(b.pool);
    step_task_close(&b.task);
    return !any ? 2 : done ? 0 : 1;
}
