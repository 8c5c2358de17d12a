/* Times every kernel of every instruction set on shapes of the paper's model, by Google Benchmark.
 * Rows follow from the lists of kernels and cases; each kernel is verified before it is timed.
 *
 *     bench-kernels --only tanh/                   takes all flags of the library, too
 *
 * A row is named kernel/table/shape/hot or .../cold. hot: every call uses the same operands. cold:
 * calls take sets of operands in turn, 128 MB in all, to exceed the last-level cache. GFLOP/s count
 * the operations of the formula, an exp or a square root as one; GB/s count the compulsory traffic.
 * By default the base tables are timed; BENCH_FULL=1 adds the variants, each epilogue of the
 * products, and cold rows for all. */
#include "../reference/verify/must.h"
#include "../reference/verify/verify.h"
#include "../vae/base/cpus.h"
#include "../vae/base/peak.h"
#include "../vae/base/replace_file.h"
#include "../vae/tuning/candidates.h"
#include "../vae/tuning/timing.h"
#include "gbench_shim.h"
#include "host.h"
#include "options.h"
#include "results.h"
#include "rounds.h"
#include "step_task.h"
#include "stream.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_SETS = 1 << 16, MAX_ROWS = 1 << 14 };
static const double COLD_BYTES = 128 << 20;

static const char *check_share(const struct gbench_measure *m, double seconds)
{
    static struct vae_error e; /* static, as the library prints it later */
    double share;
    return m->peak <= 0 || vae_share_of_peak(m->flops / seconds, m->peak, &share, &e) ? NULL
                                                                                      : e.line;
}

/* --- a kernel's row --- */

struct kernel_row {
    size_t id;
    const struct sv_kernels *table;
    struct shape shape;
    bool cold, bits; /* bits: verify against the bits of the generic kernels */
    char name[128];
};

/* The row whose operands are allocated. They are kept, as the library measures each row several
 * times in succession. */
static struct {
    const struct kernel_row *row;
    struct call *set;
    size_t count, next;
    struct gbench_measure measure;
} open_row;

static size_t rows_registered, rows_begun;

static void close_row(void)
{
    for (size_t i = 0; i < open_row.count; i++) call_close(&open_row.set[i]);
    free(open_row.set);
    open_row.set = NULL;
    open_row.count = open_row.next = 0;
    open_row.row = NULL;
}

/* Verifies each kernel of a table once; NULL if it fails. */
static const struct verdict *verified(const struct kernel_row *r)
{
    static struct {
        const struct sv_kernels *table;
        struct verdict verdict[SV_KERNEL_COUNT];
    } known[MAX_CANDIDATES + 1];
    size_t t = 0;
    while (known[t].table && known[t].table != r->table) t++;
    known[t].table = r->table;
    struct verdict *v = &known[t].verdict[r->id];
    const struct verify_options options = {
        .quick = true, .compare_bits = r->bits, .seed = VERIFY_SEED, .log = stderr};
    if (!v->calls) *v = verify_kernel_forked(r->id, r->table, &options);
    return v->calls && !v->failures ? v : NULL;
}

static void show_progress(const char *name)
{
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r[%zu of at most %zu] %s\033[K\r", ++rows_begun, rows_registered, name);
}

static const char *open_operands(const struct kernel_row *r)
{
    const struct kcase *kcase = verify_case(r->id);
    close_row();
    show_progress(r->name);
    const struct verdict *v = verified(r);
    if (!v) return "the kernel fails its checks; not timed";
    open_row.set = malloc(MAX_SETS * sizeof *open_row.set);
    if (!open_row.set) return "not enough memory";
    double held = 0, bytes;
    do {
        struct call *c = &open_row.set[open_row.count++];
        if (!call_open(c, kcase, &r->shape, VERIFY_SEED, true)) must_fail();
        bytes = call_bytes(c);
        held += bytes;
    } while (r->cold && held < COLD_BYTES && open_row.count < MAX_SETS);
    open_row.row = r;
    open_row.measure = (struct gbench_measure){
        .flops = call_flops(&open_row.set[0]),
        .bytes = bytes,
        .peak = r->shape.k ? vae_fma_peak_of(NULL, r->table) : 0,
        .bandwidth = r->shape.k ? 0 : stream_rate(r->cold ? (size_t)COLD_BYTES : (size_t)bytes),
        .worst = v->worst,
    };
    return NULL;
}

static const char *prepare_kernel(void *arg, struct gbench_measure *m)
{
    const char *reason = open_row.row == arg ? NULL : open_operands(arg);
    *m = open_row.measure;
    if (!reason && !open_row.row->cold) call_run(&open_row.set[0], open_row.row->table);
    return reason;
}

static void run_kernel(void *arg)
{
    const struct kernel_row *r = arg;
    call_run(&open_row.set[open_row.next], r->table);
    if (++open_row.next == open_row.count) open_row.next = 0;
}

static void name_row(struct kernel_row *r, const char *table, int epilogue)
{
    char shape[SHAPE_TEXT];
    shape_text(&r->shape, shape);
    snprintf(r->name, sizeof r->name, "%s/%s/%s", sv_kernel_names[r->id], table, shape);
    const size_t used = strlen(r->name);
    if (epilogue)
        snprintf(r->name + used, sizeof r->name - used, "/epilogue:%s/%s",
                 sv_epilogues[epilogue].name, r->cold ? "cold" : "hot");
    else
        snprintf(r->name + used, sizeof r->name - used, "/%s", r->cold ? "cold" : "hot");
}

static void add_row(size_t id, const struct sv_kernels *table, const char *name,
                    const struct shape *shape, bool cold)
{
    static struct kernel_row rows[MAX_ROWS];
    if (rows_registered == MAX_ROWS) return;
    struct kernel_row *r = &rows[rows_registered++];
    *r = (struct kernel_row){
        .id = id, .table = table, .shape = *shape, .cold = cold, .bits = table != &ref_kernels};
    name_row(r, name, shape->variant - verify_case(id)->timed_variant);
    gbench_register(&(struct gbench_row){r->name, prepare_kernel, run_kernel, check_share, r, 1});
}

/* Whether to time variants, epilogues and cold rows of everything. */
static bool bench_full(void)
{
    const char *full = getenv("BENCH_FULL");
    return full && *full && strcmp(full, "0") != 0;
}

static void add_table(const struct sv_kernels *table, const char *name, bool serving, bool full)
{
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++) {
        if (!sv_has(table, id)) continue;
        for (int cls = 0; cls < SV_CLASSES; cls++) {
            struct shape s = vae_timing_shape(verify_case(id), (enum sv_class)cls);
            add_row(id, table, name, &s, false);
            if (full || (serving && cls == SV_MEDIUM)) add_row(id, table, name, &s, true);
            for (int epilogue = 1; full && s.k && cls == SV_MEDIUM && epilogue < SV_EPI_COUNT;
                 epilogue++) {
                s.variant = epilogue;
                add_row(id, table, name, &s, false);
            }
        }
    }
}

/* The tables come in rising preference; without tuning, the last supported base table is in use. */
static void add_kernels(bool full)
{
    static struct candidates c;
    static char names[MAX_CANDIDATES][64];
    vae_candidates_of_build(&c);
    add_table(&ref_kernels, "reference", false, false);
    for (size_t i = 0; i < c.count; i++) {
        const struct sv_kernels *t = c.table[i];
        const bool base = !strcmp(t->variant, "base");
        if (!c.supported[i] || (!base && !full)) continue;
        snprintf(names[i], sizeof names[i], base ? "%s" : "%s-%s", t->isa, t->variant);
        add_table(t, names[i], i + 1 == c.count || !c.supported[i + 1], full);
    }
}

/* --- the training step's rows --- */

struct step_row {
    size_t batch, threads;
    char name[64];
};

static struct {
    const struct step_row *row;
    struct vae_trainer trainer;
    struct pool *pool;
} open_step;
static struct step_task steps;

static const char *prepare_step(void *arg, struct gbench_measure *m)
{
    const struct step_row *r = arg;
    struct vae_error e = {""};
    close_row();
    if (open_step.row != r) {
        show_progress(r->name);
        if (open_step.row)
            vae_trainer_destroy(&open_step.trainer), vae_pool_destroy(open_step.pool);
        open_step.row = NULL;
        if (!steps.ready && !step_task_open(&steps, stderr))
            return "a kernel fails its checks; not timed";
        const struct vae_run run = step_run(500, 20, r->batch);
        open_step.pool = vae_pool_of_cpus(r->threads, &e);
        if (!open_step.pool) return "no threads to run on";
        open_step.trainer = step_trainer(&steps, &run, open_step.pool);
        open_step.row = r;
        for (int i = 0; i < 20; i++) step_call(&open_step.trainer);
    }
    *m = (struct gbench_measure){.flops = (double)r->batch * vae_run_flops(&open_step.trainer.run),
                                 .peak =
                                     vae_fma_peak_of(open_step.pool, &steps.k.by_class[SV_LARGE])};
    return NULL;
}

static void run_step(void *arg)
{
    (void)arg;
    step_call(&open_step.trainer);
}

/* On one thread and on all CPUs. */
static void add_steps(void)
{
    static const size_t batch[] = {20, 100, 500};
    static struct step_row rows[6];
    const size_t cpus = vae_cpus_allowed();
    for (size_t i = 0; i < (cpus > 1 ? 6 : 3); i++) {
        struct step_row *r = &rows[i];
        *r = (struct step_row){.batch = batch[i % 3], .threads = i < 3 ? 1 : cpus};
        snprintf(r->name, sizeof r->name, "step/784-500-20/batch:%zu/threads:%zu", r->batch,
                 r->threads);
        rows_registered++;
        gbench_register(
            &(struct gbench_row){r->name, prepare_step, run_step, check_share, r, (int)r->threads});
    }
}

/* --- the program --- */

/* Adds the host to what the library itself records. */
static void add_context(void)
{
    json_t *all = results_new();
    json_t *host = json_object_get(all, "host");
    const char *key;
    json_t *value;
    json_object_foreach(host, key, value)
    {
        char *text = json_is_string(value) ? strdup(json_string_value(value))
                                           : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
        const bool caches = !strcmp(key, "caches"); /* a key the library uses itself */
        if (text && strcmp(key, "date")) gbench_context(caches ? "data_caches" : key, text);
        free(text);
    }
    json_decref(all);
}

/* Copies the library's file to `path`, without the host's name, which is private. */
static bool keep(const char *from, const char *path, struct vae_error *e)
{
    json_error_t reason;
    struct replace_file file;
    json_t *all = json_load_file(from, 0, &reason);
    if (!all) return vae_fail(e, "%s: %s", from, reason.text);
    json_object_del(json_object_get(all, "context"), "host_name");
    char *text = json_dumps(all, JSON_INDENT(1) | JSON_REAL_PRECISION(5));
    json_decref(all);
    const bool kept = vae_replace_begin(&file, path, e);
    if (kept) vae_replace_text(&file, text);
    free(text);
    return kept && vae_replace_commit(&file, e);
}

/* --- the command line --- */

enum { MOST_WORDS = 64, OWN_WORDS = 6, WORD = RESULTS_PATH + 64 };

/* The program's options as the library's flags, behind the others. */
struct flags {
    char *word[MOST_WORDS + OWN_WORDS + 1], text[OWN_WORDS][WORD];
    int count, own;
};

static void add_flag(struct flags *f, const char *name, const char *value)
{
    char *text = f->text[f->own++];
    snprintf(text, WORD, "--benchmark_%s=%s", name, value);
    f->word[f->count++] = text;
}

static bool take_flags(struct flags *f, const char *temporary, int argc, char **argv,
                       struct vae_error *e)
{
    char rounds[24];
    if (argc > MOST_WORDS) return vae_fail(e, "too many flags");
    for (; f->count < argc; f->count++) f->word[f->count] = argv[f->count];
    if (bench_only() && strlen(bench_only()) > RESULTS_PATH)
        return vae_fail(e, "--only: too long an expression");
    if (bench_only()) add_flag(f, "filter", bench_only());
    if (bench_lists()) add_flag(f, "list_tests", "true");
    snprintf(rounds, sizeof rounds, "%zu", bench_rounds());
    if (bench_rounds()) add_flag(f, "repetitions", rounds);
    if (temporary) add_flag(f, "out", temporary), add_flag(f, "out_format", "json");
    f->word[f->count] = NULL;
    return gbench_flags(&f->count, f->word) ||
           vae_fail(e, "%s: unknown; see bench-kernels --help", f->word[1]);
}

/* Whether the words leave all rows to be timed and no other file to be written by the library. */
static bool all_rows(int argc, char **argv)
{
    static const char *const partial[] = {"--benchmark_filter", "--benchmark_list_tests",
                                          "--benchmark_out"};
    for (int i = 1; i < argc; i++)
        for (size_t p = 0; p < sizeof partial / sizeof *partial; p++)
            if (!strncmp(argv[i], partial[p], strlen(partial[p]))) return false;
    return !bench_only() && !bench_lists();
}

/* Runs the rows; with `path`, writes their JSON there, whole or not at all. */
static bool run_rows(const char *path, int argc, char **argv, struct vae_error *e)
{
    static struct flags flags;
    char temporary[RESULTS_PATH + 8];
    snprintf(temporary, sizeof temporary, "%s.tmp", path ? path : "");
    if (!take_flags(&flags, path ? temporary : NULL, argc, argv, e)) return false;
    if (!gbench_run()) return vae_fail(e, "no row has such a name; --list prints them");
    const bool kept = !path || keep(temporary, path, e);
    if (path) unlink(temporary);
    return kept;
}

int main(int argc, char **argv)
{
    static const struct bench_program program = {
        "kernels",
        "Every kernel of every instruction set, by Google Benchmark, whose flags it takes too:\n"
        "--benchmark_min_time=SECONDS, --benchmark_out=FILE and the others. BENCH_FULL=1: "
        "variants,\n"
        "epilogues and cold rows too.\n",
        true};
    char path[RESULTS_PATH] = "";
    struct vae_error e = {""};
    argc = bench_options_take(&program, argc, argv);
    const char *out = bench_out();
    bool done = !out || strlen(out) < RESULTS_PATH || vae_fail(&e, "--out: too long a path");
    if (done && out) snprintf(path, sizeof path, "%s", out);
    if (done && !out && all_rows(argc, argv)) done = results_path("kernels", path, &e);
    add_context();
    add_kernels(bench_full());
    add_steps();
    done = done && run_rows(*path ? path : NULL, argc, argv, &e);
    close_row();
    if (done) return 0;
    fprintf(stderr, "bench-kernels: %s\n", e.line);
    return 2;
}
