/* GEMM against the FMA peak and other libraries, on one thread and one CPU. All contenders of a row
 * use the same operands in every call, so these stay in L2 or, if larger, in L3. Peers take plain
 * matrices, pack for themselves, and use the best ISA they have, whichever ours is. */
#include "../reference/verify/verify.h"
#include "../vae/cli/options.h"
#include "gemm_task.h"
#include "host.h"
#include "options.h"
#include "results.h"
#include "step_task.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct gemm_row squares[] = {
    {"1024^3", PRODUCT_NN, 1024, 1024, 1024, SV_EPI_NONE},
    {"2048^3", PRODUCT_NN, 2048, 2048, 2048, SV_EPI_NONE},
};

/* The products of a training step of 784-500-20 with a minibatch of 100: all forward ones, dX of
 * the hidden layers from the last to the first, and dW of the first and the last layer. The other
 * two dW are small. */
enum { STEP_ROWS = 3 * VAE_MOST_LAYERS };
struct step_rows {
    struct gemm_row row[STEP_ROWS];
    char name[STEP_ROWS][32];
    size_t count;
};

/* Names the row by the two sizes that are not the minibatch. */
static void add_row(struct step_rows *s, const char *format, struct gemm_row row)
{
    snprintf(s->name[s->count], sizeof *s->name, format, row.op == PRODUCT_TN ? row.m : row.k,
             row.n);
    row.what = s->name[s->count];
    s->row[s->count++] = row;
}

static void list_step(struct step_rows *s)
{
    const struct vae_run run = step_run(500, 20, 100);
    struct vae_layer l[VAE_MOST_LAYERS];
    const size_t n = vae_layers(&run.shape, l), rows = run.batch;
    s->count = 0;
    for (size_t i = 0; i < n; i++)
        add_row(s, "Y  %zu -> %zu",
                (struct gemm_row){NULL, PRODUCT_NN, rows, l[i].w.cols, l[i].w.rows,
                                  l[i].role == ROLE_OUT ? SV_EPI_BERNOULLI : l[i].f});
    for (size_t i = n; i-- > 0;)
        if (l[i].slope != SV_EPI_NONE)
            add_row(
                s, "dX %zu -> %zu",
                (struct gemm_row){NULL, PRODUCT_NT, rows, l[i].w.rows, l[i].w.cols, l[i].slope});
    for (size_t i = 0; i < n; i++)
        if (i == 0 || i == n - 1)
            add_row(s, "dW %zu x %zu",
                    (struct gemm_row){NULL, PRODUCT_TN, l[i].w.rows, l[i].w.cols, rows,
                                      SV_EPI_ADAGRAD});
}

enum { OURS_PACKED, OURS_PLAIN, OURS_FUSED, OURS_COUNT };
static const char *const ours_names[OURS_COUNT] = {"packed", "unpacked", "fused"};

/* Contender 0 is the FMA peak; contender i > 0 runs tasks[i - 1]. */
struct field {
    struct contender c[1 + OURS_COUNT + 2 * PEERS_MAX];
    struct gemm_task tasks[OURS_COUNT + 2 * PEERS_MAX];
    size_t count;
    /* best: the fastest peer, without an epilogue and with an unfused one */
    const struct contender *ours[OURS_COUNT], *best[2];
};

struct bench {
    struct sv_kernels k;
    struct peer peers[PEERS_MAX];
    size_t peer_count;
    double log_ratio[OURS_COUNT]; /* sums over rows */
    size_t rows[OURS_COUNT];
    json_t *results;
    FILE *ratios;
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
    f->ours[OURS_PACKED] = enter(f, ours_names[OURS_PACKED], gemm_packed(&b->k, o));
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
        if (fused) enter(f, p->name_unfused, gemm_peer(&b->k, o, p, true));
    }
}

static void find_best(struct field *f)
{
    for (size_t i = 1; i < f->count; i++) {
        const struct gemm_task *t = &f->tasks[i - 1];
        const struct contender **best = &f->best[t->unfused];
        if (!t->peer) continue;
        if (!*best || contender_rate(&f->c[i]).median > contender_rate(*best).median)
            *best = &f->c[i];
    }
}

/* --- output: a table of shares, row by row, then one of ratios, buffered until then --- */

static void print_spread(FILE *out, const char *format, double unit, const struct spread *s)
{
    char text[64] = "";
    if (s) snprintf(text, sizeof text, format, s->median * unit, s->low * unit, s->high * unit);
    fprintf(out, "%-21s", text);
}

static void print_shares(const struct gemm_row *row, const struct field *f)
{
    const struct contender *all[OURS_COUNT + 2] = {[OURS_COUNT] = f->best[0], f->best[1]};
    memcpy(all, f->ours, sizeof f->ours);
    printf("%-15s", row->what);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct spread s;
        if (all[i]) s = contender_ratio(all[i], &f->c[0]);
        print_spread(stdout, "%.1f (%.1f %.1f)", 100, all[i] ? &s : NULL);
    }
    printf("%-9.1f%s%s%s\n", 1e-9 * contender_rate(&f->c[0]).median,
           f->best[0] ? f->best[0]->name : "", f->best[1] ? "; " : "",
           f->best[1] ? f->best[1]->name : "");
    fflush(stdout);
}

static void keep_ratios(struct bench *b, const struct gemm_row *row, const struct field *f,
                        json_t *json)
{
    fprintf(b->ratios, "%-15s", row->what);
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
        print_spread(b->ratios, "%.3f (%.3f %.3f)", 1, f->ours[i] && best ? &s : NULL);
    }
    fprintf(b->ratios, "\n");
}

static void print_head(struct bench *b)
{
    char core[HOST_NAME];
    host_core(core);
    printf("\n%s, %s, one thread, hot operands, medians of %zu alternating rounds (quartiles)\n",
           core, b->k.isa, rounds_count());
    printf("%-15s%-21s%-21s%-21s%-21s%-21s%-9s%s\n", "% of FMA peak", "packed", "unpacked", "fused",
           "best peer", "peer, unfused", "GFLOP/s", "which peers");
}

/* Geometric means over the rows since the last call. */
static void keep_means(struct bench *b)
{
    json_t *means = json_pack("{s:s}", "isa", b->k.isa);
    fprintf(b->ratios, "%-15s", "geometric mean");
    for (size_t i = 0; i < OURS_COUNT; i++) {
        const double mean = exp(b->log_ratio[i] / (double)b->rows[i]);
        if (!b->rows[i]) continue;
        fprintf(b->ratios, "%-21.3f", mean);
        json_object_set_new(means, ours_names[i], json_real(mean));
        b->log_ratio[i] = 0;
        b->rows[i] = 0;
    }
    fprintf(b->ratios, "\n");
    json_array_append_new(json_object_get(b->results, "geometric_means"), means);
}

/* --- the rows --- */

static bool bench_row(struct bench *b, const struct gemm_row *row, struct vae_error *e)
{
    static struct field f;
    struct gemm_operands o;
    char title[64];
    snprintf(title, sizeof title, "%s, %s", b->k.isa, row->what);
    if (!bench_wants(title)) return true;
    gemm_operands_create(&o, row, &b->k);
    assemble(b, &o, &f);
    rounds_run(title, f.c, f.count);
    find_best(&f);
    json_t *json = results_row(b->results, row->what, b->k.isa, f.c, f.count);
    json_object_set_new(
        json, "m_n_k",
        json_pack("[I, I, I]", (json_int_t)row->m, (json_int_t)row->n, (json_int_t)row->k));
    print_shares(row, &f);
    if (f.best[0]) keep_ratios(b, row, &f, json);
    gemm_operands_destroy(&o);
    return rounds_shares_hold(title, f.c, f.count, e);
}

static bool verified(const struct sv_kernels *k)
{
    const struct verify_options options = {
        .quick = true, .compare_bits = true, .seed = VERIFY_SEED, .log = stderr};
    static const size_t ids[] = {SV_KERNEL_pack, SV_KERNEL_gemm_nn, SV_KERNEL_gemm_nt,
                                 SV_KERNEL_gemm_tn};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        const struct verdict v = verify_kernel_forked(ids[i], k, &options);
        if (v.failures || !v.calls) return false;
    }
    return true;
}

static bool bench_rows(struct bench *b, struct vae_error *e)
{
    struct step_rows step;
    list_step(&step);
    bool ok = true;
    for (size_t i = 0; ok && i < step.count; i++) ok = bench_row(b, &step.row[i], e);
    if (!bench_lists()) keep_means(b);
    for (size_t i = 0; ok && i < sizeof squares / sizeof *squares; i++)
        ok = bench_row(b, &squares[i], e);
    return ok;
}

/* Peers use the best ISA they have, so they are compared only with our best on this machine. */
static bool bench_isa(struct bench *b, const char *isa, bool serving, struct vae_error *e)
{
    const size_t peers = b->peer_count;
    if (sv_dispatch(isa, &b->k) != SV_OK) return vae_fail(e, "this machine does not run %s", isa);
    if (bench_lists()) return bench_rows(b, e);
    fprintf(stderr, "verifying %s ...\n", isa);
    if (!verified(&b->k)) return vae_fail(e, "a GEMM of %s failed; nothing is timed", isa);
    char *text = NULL;
    size_t size;
    b->ratios = open_memstream(&text, &size);
    if (!b->ratios) return vae_fail(e, "out of memory");
    if (!serving) b->peer_count = 0;
    print_head(b);
    const bool ok = bench_rows(b, e);
    b->peer_count = peers;
    fclose(b->ratios);
    printf("%-15s%-21s%-21s%-21s\n%s", "to best peer", "packed", "unpacked", "fused/unfused", text);
    free(text);
    return ok;
}

int main(int argc, char **argv)
{
    static const struct bench_program program = {
        "gemm",
        "GEMM against the FMA peak and other libraries. SV_ISA: one instruction set alone.\n",
        false};
    static struct bench b;
    struct vae_error e = {""};
    const char *only = getenv("SV_ISA");
    size_t best = 0;
    bench_options_take(&program, argc, argv);
    rounds_pin();
    for (size_t i = 0; sv_isa_name(i); i++)
        if (sv_isa_supported(i)) best = i;
    b.peer_count = bench_lists() ? 0 : peers_open(b.peers);
    b.results = results_new();
    json_object_set_new(b.results, "geometric_means", json_array());
    bool ok = true, any = false;
    for (size_t i = 1; ok && i <= best; i++) {
        if (!sv_isa_supported(i) || (only && *only && strcmp(only, sv_isa_name(i)))) continue;
        ok = bench_isa(&b, sv_isa_name(i), i == best, &e);
        any = true;
    }
    if (!any)
        ok = vae_fail(&e, "no instruction set to measure; SV_ISA is one of those above generic");
    if (ok && !bench_selected_any(&program)) return 2;
    if (ok && results_write(b.results, program.name, &e)) return 0;
    fprintf(stderr, "bench-gemm: %s\n", e.line);
    return 1;
}
