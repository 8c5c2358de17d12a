#include "verify.h"
#include "buffer.h"
#include "problem.h"
#include <fenv.h>
#include <math.h>
#include <string.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

static const uint32_t MARK = 0x7fc5a5a5; /* pre-fills outputs: a NaN that no kernel produces */

struct checker {
    const struct verify_options *options;
    const struct sv_kernels *table;
    struct site *site;
    struct verdict verdict;
    struct buffer buffer[MAX_OPERANDS];
};

/* --- reporting --- */

enum { WHAT = 256 };

static void fail(struct checker *v, const struct problem *p, enum reason reason, size_t o,
                 const char *what)
{
    v->verdict.reasons |= reason;
    if (v->verdict.failures++ < 3 && v->options->log)
        problem_say(p, v->site, v->table, v->options, o, what);
}

static void keep_worst(struct checker *v, const struct problem *p, size_t o, size_t e, float got)
{
    const double want = p->after[o][e], bound = p->bound[o][e];
    const double err = fabs(got - want), ratio = err == 0 ? 0 : err / bound;
    char shape[SHAPE_TEXT], element[ELEMENT_TEXT];
    if (!(ratio > v->verdict.worst)) return;
    v->verdict.worst = ratio;
    shape_text(&p->shape, shape);
    element_text(&p->op[o], e, element);
    snprintf(v->verdict.where, sizeof v->verdict.where, "%s, %s: got %.9g, want %.9g, bound %.3g",
             shape, element, (double)got, want, bound);
}

/* --- one call between guards --- */

static unsigned fp_control(void)
{
#if defined(__x86_64__)
    return _mm_getcsr() & ~0x3fu; /* all but the sticky flags */
#elif defined(__aarch64__)
    uint64_t fpcr;
    __asm__ volatile("mrs %0, fpcr" : "=r"(fpcr));
    return (unsigned)fpcr;
#else
    return (unsigned)fegetround();
#endif
}

/* In few calls, each of twice the length of the one before: sanitizers look at each. */
static void fill_with_mark(unsigned char *to, size_t bytes)
{
    size_t done = bytes < sizeof MARK ? bytes : sizeof MARK;
    memcpy(to, &MARK, done);
    for (size_t n; done < bytes; done += n) {
        n = bytes - done < done ? bytes - done : done;
        memcpy(to + done, to, n);
    }
}

static void place_operand(struct checker *v, const struct problem *p, size_t o, int place,
                          void **arg)
{
    const struct operand *op = &p->op[o];
    const size_t size = operand_size(op), bytes = operand_extent(op) * size;
    buffer_reserve(&v->buffer[o], bytes + 16 * size);
    unsigned char *to = buffer_place(&v->buffer[o], bytes, size, place_of(place, o));
    *arg = to;
    for (size_t i = 0; bytes && i < op->rows; i++) {
        const size_t row = i * op->ld * size;
        if (operand_is_input(op))
            memcpy(to + row, (char *)p->input[o] + row, op->cols * size);
        else
            fill_with_mark(to + row, op->cols * size);
    }
}

static void check_operand(struct checker *v, const struct problem *p, size_t o,
                          const unsigned char *at)
{
    const struct operand *op = &p->op[o];
    const size_t size = operand_size(op), bytes = operand_extent(op) * size;
    char what[WHAT];
    if (!buffer_intact(&v->buffer[o], at, bytes))
        fail(v, p, WROTE_OUTSIDE, o, "wrote before or after it");
    if (op->role == SCRATCH || !bytes) return;
    for (size_t i = 0; i < op->rows; i++) {
        const unsigned char *row = at + i * op->ld * size;
        const size_t gap = i + 1 < op->rows ? (op->ld - op->cols) * size : 0;
        for (size_t b = 0; b < gap; b++)
            if (row[op->cols * size + b] != BUFFER_CANARY) {
                snprintf(what, sizeof what, "wrote into the gap after row %zu", i);
                fail(v, p, WROTE_GAP, o, what);
                break;
            }
        if (op->role != IN ||
            !memcmp(row, (char *)p->input[o] + i * op->ld * size, op->cols * size))
            continue;
        snprintf(what, sizeof what, "changed row %zu of this input", i);
        fail(v, p, CHANGED_INPUT, o, what);
    }
}

static bool same_word(uint32_t a, uint32_t b, bool is_float)
{
    const bool nan_a = (a & 0x7fffffff) > 0x7f800000, nan_b = (b & 0x7fffffff) > 0x7f800000;
    return a == b || (is_float && nan_a && nan_b);
}

static void check_bits(struct checker *v, const struct problem *p, size_t o, const void *got)
{
    const struct operand *op = &p->op[o];
    const uint32_t *g = got, *w = p->bits[o];
    size_t other = 0, first = 0;
    for (size_t i = 0; i < op->rows; i++)
        for (size_t j = 0; j < op->cols; j++) {
            const size_t e = i * op->ld + j;
            if (!same_word(g[e], w[e], op->elem == F32) && !other++) first = e;
        }
    if (!other) return;
    char what[WHAT], element[ELEMENT_TEXT];
    element_text(op, first, element);
    snprintf(what, sizeof what,
             "%zu of %zu values have other bits than generic or another alignment gives, the first "
             "%s: got %08x, want %08x",
             other, op->rows * op->cols, element, g[first], w[first]);
    fail(v, p, WRONG_BITS, o, what);
}

static bool within(float got, double want, double bound)
{
    if (isnan(want) || isnan(got)) return isnan(want) && isnan(got);
    if (isinf((float)want) && (double)got == (double)(float)want) return true;
    if (isinf(want)) return false;
    if (bound == 0 && want == 0) return got == 0 && !signbit(got) == !signbit(want);
    const double y = isinf(got) ? copysign(0x1p128, got) : got; /* overflow counts as 2^128 */
    return fabs(y - want) <= bound;
}

/* The wrong values of one output. */
struct wrong {
    size_t unwritten, values; /* counts */
    size_t hole, worst;       /* offsets: the first unwritten one, that of the largest ratio */
    double ratio;             /* error / bound of the worst; infinite where the error is NaN */
};

static void take_wrong(struct wrong *w, size_t e, double error, double bound)
{
    const double share = error / bound, ratio = isnan(share) ? INFINITY : share;
    if (!w->values++ || ratio > w->ratio) w->ratio = ratio, w->worst = e;
}

static void fail_unwritten(struct checker *v, const struct problem *p, size_t o,
                           const struct wrong *w)
{
    const struct operand *op = &p->op[o];
    char what[WHAT], element[ELEMENT_TEXT];
    element_text(op, w->hole, element);
    snprintf(what, sizeof what, "left %zu of %zu values unwritten, the first %s", w->unwritten,
             op->rows * op->cols, element);
    fail(v, p, UNWRITTEN, o, what);
}

static void fail_values(struct checker *v, const struct problem *p, size_t o, const void *got,
                        const struct wrong *w)
{
    const struct operand *op = &p->op[o];
    const size_t all = op->rows * op->cols, e = w->worst;
    const void *oracle = p->after[o]; /* doubles, or words for a U32 operand */
    const uint32_t *word = got, *want = oracle;
    char what[WHAT], element[ELEMENT_TEXT];
    element_text(op, e, element);
    const int n = snprintf(what, sizeof what, "%zu of %zu values wrong, the worst %s: ", w->values,
                           all, element);
    if (op->elem == U32)
        snprintf(what + n, sizeof what - (size_t)n, "got %08x, want %08x", word[e], want[e]);
    else
        snprintf(what + n, sizeof what - (size_t)n, "got %.9g (%08x), want %.9g, bound %.3g",
                 (double)((const float *)got)[e], word[e], p->after[o][e], p->bound[o][e]);
    fail(v, p, WRONG_VALUE, o, what);
}

static void check_values(struct checker *v, const struct problem *p, size_t o, const void *got)
{
    const struct operand *op = &p->op[o];
    const void *oracle = p->after[o];
    const float *g = got;
    const uint32_t *word = got, *want = oracle;
    struct wrong w = {0};
    for (size_t i = 0; i < op->rows; i++)
        for (size_t j = 0; j < op->cols; j++) {
            const size_t e = i * op->ld + j;
            if (op->elem == U32) {
                if (word[e] != want[e]) take_wrong(&w, e, 1, 1);
                continue;
            }
            if (word[e] == MARK) {
                if (!w.unwritten++) w.hole = e;
                continue;
            }
            const double y = p->after[o][e], bound = p->bound[o][e];
            if (!within(g[e], y, bound)) take_wrong(&w, e, fabs(g[e] - y), bound);
            if (isfinite(g[e]) && isfinite(y)) keep_worst(v, p, o, e, g[e]);
        }
    if (w.unwritten) fail_unwritten(v, p, o, &w);
    if (w.values) fail_values(v, p, o, got, &w);
}

/* For a call in place: an aliased input is copied to its output's buffer, which serves as both. */
static void alias_operands(const struct problem *p, void *const *placed, void **args)
{
    for (int a = 0; a < MAX_ALIASES; a++) {
        const struct alias *alias = &p->kcase->in_place[a];
        const struct operand *op = &p->op[alias->out];
        if (!alias->used || op->ld != p->op[alias->in].ld) continue;
        for (size_t i = 0; operand_extent(op) && i < op->rows; i++) {
            const size_t row = i * op->ld * operand_size(op);
            memcpy((char *)placed[alias->out] + row, (char *)p->input[alias->in] + row,
                   op->cols * operand_size(op));
        }
        args[alias->in] = placed[alias->out];
    }
}

enum mode { KEEP_BITS, COMPARE_BITS, IN_PLACE };

/* KEEP_BITS calls the generic table and keeps its outputs, the bits that later calls must give. */
static void run(struct checker *v, struct problem *p, int place, enum mode mode)
{
    const bool keep_bits = mode == KEEP_BITS;
    const struct sv_kernels *table = keep_bits ? sv_candidate(0) : v->table;
    void *args[MAX_OPERANDS] = {0}, *call_args[MAX_OPERANDS];
    *v->site = (struct site){p->number, p->kind, place, mode == IN_PLACE, keep_bits};
    for (size_t o = 0; o < p->count; o++) place_operand(v, p, o, place, &args[o]);
    memcpy(call_args, args, sizeof args);
    if (mode == IN_PLACE) alias_operands(p, args, call_args);
    const unsigned control = fp_control();
    p->kcase->call(table, &p->shape, p->op, call_args);
    if (fp_control() != control)
        fail(v, p, CHANGED_CONTROL, 0, "changed the floating-point control bits");
    v->verdict.calls++;
    for (size_t o = 0; o < p->count; o++) {
        const struct operand *op = &p->op[o];
        check_operand(v, p, o, args[o]);
        if (!operand_is_output(op)) continue;
        if (keep_bits)
            memcpy(p->bits[o], args[o], operand_extent(op) * operand_size(op));
        else if (v->options->compare_bits)
            check_bits(v, p, o, args[o]);
        if (table == v->table && (keep_bits || place == PLACE_START))
            check_values(v, p, o, args[o]);
    }
}

static void run_placements(struct checker *v, struct problem *p)
{
    const bool few = problem_heavy(p) || p->kind != DATA_RANDOM;
    if (v->options->compare_bits) run(v, p, PLACE_START, KEEP_BITS);
    run(v, p, PLACE_START, COMPARE_BITS);
    run(v, p, PLACE_END, COMPARE_BITS);
    if (p->kcase->in_place[0].used) run(v, p, PLACE_END, IN_PLACE);
    const int step = v->options->quick ? 6 : 1;
    for (int place = 1; place < 16 && !few; place += step) run(v, p, place, COMPARE_BITS);
}

/* The bounds are what the kernels promise. The scalar reference in float rounds after each
 * operation of the textbook formula: up to 3 ulp for a sigmoid, e / (1 + e), a kernel up to 2. */
static double slack_of(const struct sv_kernels *table)
{
    return strcmp(table->isa, ref_kernels.isa) ? 1 : 1.5;
}

static bool enough(const struct checker *v)
{
    return v->options->first_failure && v->verdict.failures;
}

struct verdict verify_kernel(size_t id, const struct sv_kernels *table,
                             const struct verify_options *options, struct site *site)
{
    const struct verify_shape *only = options->only;
    struct checker v = {.options = options, .table = table, .site = site};
    struct problem p;
    for (size_t i = only ? only->number : 0; problem_find(&p, id, i, options) && !enough(&v); i++) {
        for (int kind = 0; kind < DATA_KINDS && !enough(&v); kind++) {
            const bool chosen = !only || only->kind == DATA_KINDS || only->kind == kind;
            if (!chosen || !problem_takes(&p, (enum data_kind)kind, options)) continue;
            *site = (struct site){.number = i, .kind = (enum data_kind)kind};
            problem_make(&p, (enum data_kind)kind, options->seed, slack_of(table));
            run_placements(&v, &p);
            problem_free(&p);
        }
        if (only) break;
    }
    for (size_t o = 0; o < MAX_OPERANDS; o++) buffer_free(&v.buffer[o]);
    return v.verdict;
}
