/* GEMM against the FMA peak and against other libraries. All contenders of a row work on the same
 * operands, the same each call: as hot as their size allows (1 M floats and less: L2 or L3). One
 * thread, one CPU. Peers are given plain matrices and pack for themselves. */
#include "../tests/harness/verify.h"
#include "../vae/options.h"
#include "gemm_task.h"
#include "results.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct gemm_row squares[] = {
    {"1024^3", PRODUCT_NN, 1024, 1024, 1024, SV_EPI_NONE},
    {"2048^3", PRODUCT_NN, 2048, 2048, 2048, SV_EPI_NONE},
};

/* The products of a training step of 784-500-20 at a minibatch of 100, but those of the two small
 * gradients of 500 x 40 and 20 x 500. */
static const struct gemm_row step[] = {
    {"Y  784 -> 500", PRODUCT_NN, 100, 500, 784, SV_EPI_TANH},
    {"Y  500 -> 40", PRODUCT_NN, 100, 40, 500, SV_EPI_BIAS},
    {"Y  20 -> 500", PRODUCT_NN, 100, 500, 20, SV_EPI_TANH},
    {"Y  500 -> 784", PRODUCT_NN, 100, 784, 500, SV_EPI_BERNOULLI},
    {"dX 784 -> 500", PRODUCT_NT, 100, 500, 784, SV_EPI_TANH_GRAD},
    {"dX 40 -> 500", PRODUCT_NT, 100, 500, 40, SV_EPI_TANH_GRAD},
    {"dW 784 x 500", PRODUCT_TN, 784, 500, 100, SV_EPI_NONE},
    {"dW 500 x 784", PRODUCT_TN, 500, 784, 100, SV_EPI_NONE},
};

enum { OURS_PLAIN, OURS_FUSED, OURS_COUNT };
static const char *const ours_names[OURS_COUNT] = {"unpacked", "fused"};

/* Contender 0 is the peak; the others are tasks[i - 1]. */
struct field {
    struct contender c[1 + OURS_COUNT + 2 * PEERS_MAX];
    struct gemm_task tasks[OURS_COUNT + 2 * PEERS_MAX];
    size_t count;
    const struct contender *ours[OURS_COUNT], *best[2]; /* best peer: alone, with passes */
};

struct bench {
    struct sv_kernels k;
    struct peer peers[PEERS_MAX];
    size_t peer_count;
    double log_ratio[OURS_COUNT]; /* sums over rows */
    size_t rows[OURS_COUNT];
    json_t *results;
};

static const struct contender *enter(struct field *f, const char *name, struct gemm_task task)
{
    f->tasks[f->count - 1] = task;
    f->c[f->count] =
        (struct contender){.name = name, .run = gemm_run, .arg = &f->tasks[f->count - 1]};
    return &f->c[f->count++];
}

static void assemble(struct bench *b, const struct gemm_operands *o, struct field *f)
{
    *f = (struct field){.c[0] = peak_contender(&b->k), .count = 1};
    const bool fused = o->row->epilogue != SV_EPI_NONE;
    f->ours[OURS_PLAIN] = enter(f, ours_names[OURS_PLAIN], gemm_plain(&b->k, o));
    if (fused) f->ours[OURS_FUSED] = enter(f, ours_names[OURS_FUSED], gemm_fused(&b->k, o));
    for (size_t i = 0; i < b->peer_count; i++) {
        struct peer *p = &b->peers[i];
        const struct gemm_task task = gemm_peer(&b->k, o, p, false);
        if (p->prepare && !p->prepare(p, o->row->op, &o->g)) {
            fprintf(stderr, "%s: %s does not take this shape\n", o->row->what, p->name);
            continue;
        }
        if (!gemm_agrees(&task)) {
            fprintf(stderr, "%s: %s is wrong, not timed\n", o->row->what, p->name);
            continue;
        }
        enter(f, p->name, task);
        if (fused) enter(f, p->name, gemm_peer(&b->k, o, p, true));
    }
}

static void find_best(struct field *f)
{
    for (size_t i = 1; i < f->count; i++) {
        const struct gemm_task *t = &f->tasks[i - 1];
        const struct contender **best = &f->best[t->passes];
        if (!t->peer) continue;
        if (!*best || contender_rate(&f->c[i]).median > contender_rate(*best).median)
            *best = &f->c[i];
    }
}

/* --- output --- */

static void print_spread(const char *format, double unit, const struct spread *s)
{
    char text[64] = "";
    if (s) snprintf(text, sizeof text, format, s->median * unit, s->low * unit, s->high * unit);
    printf("%-21s", text);
}

static void print_best(const struct field *f, size_t passes, const char *before)
{
    if (f->best[passes])
        printf("%s%s %.1f", before, f->best[passes]->name,
               100 * contender_ratio(f->best[passes], &f->c[0]).median);
}

static void print_row(struct bench *b, const struct gemm_row *row, struct field *f)
{
    json_t *json = results_row(b->results, row->what, b->k.isa, f->c, f->count);
    printf("%-15s", row->what);
    for (size_t i = 0; i < OURS_COUNT; i++) {
        struct spread s;
        if (f->ours[i]) s = contender_ratio(f->ours[i], &f->c[0]);
        print_spread("%.1f (%.1f %.1f)", 100, f->ours[i] ? &s : NULL);
    }
    for (size_t i = 0; i < OURS_COUNT; i++) {
        const struct contender *best = f->best[i == OURS_FUSED];
        struct spread s;
        if (f->ours[i] && best) {
            char key[32];
            s = contender_ratio(f->ours[i], best);
            snprintf(key, sizeof key, "%s_to_best_peer", ours_names[i]);
            json_object_set_new(json, key, results_spread(s, 1));
            b->log_ratio[i] += log(s.median);
            b->rows[i]++;
        }
        print_spread("%.2f (%.2f %.2f)", 1, f->ours[i] && best ? &s : NULL);
    }
    print_best(f, 0, "");
    print_best(f, 1, "; ");
    printf("\n");
    fflush(stdout);
}

static void print_head(const struct bench *b)
{
    printf("\n%s, one thread, hot operands, medians of %d alternating rounds (quartiles)\n",
           b->k.isa, ROUNDS);
    printf("%-15s%-42s%-42s%s\n", "", "share of the FMA peak, %", "ratio to the best peer",
           "best peer, its share; with separate passes");
    printf("%-15s%-21s%-21s%-21s%-21s\n", "", "unpacked", "fused", "unpacked", "fused");
}

static void print_means(struct bench *b)
{
    json_t *means = json_pack("{s:s}", "isa", b->k.isa);
    printf("%-57s", "geometric mean of the products of a step");
    for (size_t i = 0; i < OURS_COUNT; i++) {
        const double mean = exp(b->log_ratio[i] / (double)b->rows[i]);
        if (b->rows[i]) printf("%-21.3f", mean);
        if (b->rows[i]) json_object_set_new(means, ours_names[i], json_real(mean));
    }
    printf("\n");
    json_array_append_new(json_object_get(b->results, "geometric_means"), means);
}

/* --- the rows --- */

static void bench_row(struct bench *b, const struct gemm_row *row)
{
    static struct field f;
    struct gemm_operands o;
    char title[64];
    snprintf(title, sizeof title, "%s, %s", b->k.isa, row->what);
    gemm_operands_create(&o, row, &b->k);
    assemble(b, &o, &f);
    rounds_run(title, f.c, f.count);
    find_best(&f);
    print_row(b, row, &f);
    gemm_operands_destroy(&o);
}

static bool verified(const struct sv_kernels *k)
{
    const struct verify_options options = {
        .quick = true, .compare_bits = true, .seed = verify_seed(), .log = stderr};
    static const size_t ids[] = {SV_KERNEL_gemm_nn, SV_KERNEL_gemm_nt, SV_KERNEL_gemm_tn};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        const struct verdict v = verify_kernel_forked(ids[i], k, &options);
        if (v.failures || !v.calls) return false;
    }
    return true;
}

/* Squares meet the peers on the ISA that serves alone: they take long. */
static bool bench_isa(struct bench *b, const char *isa, bool serving, struct vae_error *e)
{
    const size_t peers = b->peer_count;
    if (!option_kernels(isa, &b->k, e)) return false;
    fprintf(stderr, "verifying %s ...\n", isa);
    if (!verified(&b->k)) return vae_fail(e, "a GEMM of %s failed; nothing is timed", isa);
    memset(b->rows, 0, sizeof b->rows);
    memset(b->log_ratio, 0, sizeof b->log_ratio);
    print_head(b);
    for (size_t i = 0; i < sizeof step / sizeof *step; i++) bench_row(b, &step[i]);
    print_means(b);
    if (!serving) b->peer_count = 0;
    for (size_t i = 0; i < sizeof squares / sizeof *squares; i++) bench_row(b, &squares[i]);
    b->peer_count = peers;
    return true;
}

int main(void)
{
    static struct bench b;
    struct vae_error e = {""};
    const char *only = getenv("SV_ISA");
    size_t isas = 0;
    rounds_pin();
    while (sv_isa_name(isas) && sv_isa_supported(isas)) isas++;
    b.peer_count = peers_open(b.peers);
    b.results = results_new();
    json_object_set_new(b.results, "geometric_means", json_array());
    bool ok = true;
    for (size_t i = 1; ok && i < isas; i++)
        if (!only || !*only || !strcmp(only, sv_isa_name(i)))
            ok = bench_isa(&b, sv_isa_name(i), i + 1 == isas, &e);
    if (ok && results_write(b.results, "results/gemm.json", &e)) return 0;
    fprintf(stderr, "bench-gemm: %s\n", e.line);
    return 1;
}
