#include "verify.h"
#include "../../vae/base/number.h"
#include "buffer.h"
#include "data.h"
#include "must.h"
#include <fenv.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

static const struct kcase *const cases[SV_KERNEL_COUNT] = {
#define SV_KERNEL(name, type) &case_##name,
#include "../../kernels/kernels.def"
#undef SV_KERNEL
};

static const uint32_t MARK = 0x7fc5a5a5; /* a NaN no kernel makes: outputs before the call */

/* One shape with one set of data: what goes in, what should come out. */
struct problem {
    const struct kcase *kcase;
    struct shape shape;
    enum data_kind kind;
    struct operand op[MAX_OPERANDS];
    size_t count;
    void *input[MAX_OPERANDS]; /* as the kernel sees it before the call */
    void *bits[MAX_OPERANDS];  /* what the generic table answered */
    double *before[MAX_OPERANDS], *after[MAX_OPERANDS], *bound[MAX_OPERANDS];
};

struct checker {
    const struct verify_options *options;
    const struct sv_kernels *table;
    struct verdict verdict;
    struct buffer buffer[MAX_OPERANDS];
};

const struct kcase *verify_case(size_t id) { return cases[id]; }

uint64_t verify_seed(void)
{
    const char *s = getenv("SV_SEED");
    uint64_t seed;
    return s && number_u64(s, UINT64_MAX, &seed) ? seed : 20131220;
}

/* --- reporting --- */

static void fail(struct checker *v, const struct problem *p, enum reason reason, const char *what,
                 size_t o, size_t e)
{
    const struct verify_options *opt = v->options;
    v->verdict.reasons |= reason;
    if (v->verdict.failures++ >= 3 || !opt->log) return;
    const struct shape *s = &p->shape;
    const size_t ld = p->op[o].ld ? p->op[o].ld : 1;
    fprintf(
        opt->log,
        "%s%s [%s %s] m=%zu n=%zu k=%zu pad=%zu variant=%d data=%d seed=%llu: %s, %s[%zu][%zu]\n",
        opt->message ? opt->message : "", p->kcase->kernel, v->table->isa,
        v->table->variant ? v->table->variant : "-", s->m, s->n, s->k, s->pad, s->variant,
        (int)p->kind, (unsigned long long)opt->seed, what, p->op[o].name, e / ld, e % ld);
}

static void keep_worst(struct checker *v, const struct problem *p, size_t o, size_t e, float got)
{
    const double want = p->after[o][e], bound = p->bound[o][e];
    const double err = fabs(got - want), ratio = err == 0 ? 0 : err / bound;
    if (!(ratio > v->verdict.worst)) return;
    v->verdict.worst = ratio;
    snprintf(v->verdict.where, sizeof v->verdict.where,
             "m=%zu n=%zu k=%zu %s[%zu]: got %.9g, want %.9g, bound %.3g", p->shape.m, p->shape.n,
             p->shape.k, p->op[o].name, e, (double)got, want, bound);
}

/* --- the problem and its answers --- */

static double ulp_f32(double y)
{
    int e;
    if (y == 0) return 0x1p-149;
    frexp(y, &e);
    return ldexp(1, (e < -125 ? -125 : e > 128 ? 128 : e) - 24);
}

static void make_bounds(struct problem *p)
{
    const struct kcase *c = p->kcase;
    const bool exact = p->kind == DATA_INTEGERS;
    if (c->bound && !exact) c->bound(&p->shape, p->op, p->before, p->after, p->bound);
    if (c->bound || exact) return; /* bounds start as zeros */
    for (size_t o = 0; o < p->count; o++)
        if (operand_is_output(&p->op[o]) && p->op[o].elem == F32)
            for (size_t e = 0; e < operand_extent(&p->op[o]); e++)
                p->bound[o][e] = c->ulps * ulp_f32(p->after[o][e]);
}

static void problem_make(struct problem *p, struct source *source)
{
    void *args[MAX_OPERANDS] = {0};
    p->count = p->kcase->operands(&p->shape, p->op);
    for (size_t o = 0; o < p->count; o++) {
        const struct operand *op = &p->op[o];
        const size_t n = operand_extent(op);
        p->input[o] = must_calloc(n, operand_size(op));
        p->bits[o] = must_calloc(n, operand_size(op));
        p->before[o] = must_calloc(n, sizeof(double));
        p->after[o] = must_calloc(n, sizeof(double));
        p->bound[o] = must_calloc(n, sizeof(double));
        if (operand_is_input(op)) data_fill(source, op, p->kind, p->input[o]);
        for (size_t e = 0; op->elem == F32 && e < n; e++)
            p->before[o][e] = p->after[o][e] = ((float *)p->input[o])[e];
        args[o] = p->after[o];
        if (op->elem != F32) args[o] = memcpy(p->after[o], p->input[o], n * operand_size(op));
    }
    p->kcase->call64(&ref64_kernels, &p->shape, p->op, args);
    make_bounds(p);
}

static void problem_free(struct problem *p)
{
    for (size_t o = 0; o < p->count; o++) {
        free(p->input[o]);
        free(p->bits[o]);
        free(p->before[o]);
        free(p->after[o]);
        free(p->bound[o]);
    }
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

static void place_operand(struct checker *v, const struct problem *p, size_t o, int place,
                          void **arg)
{
    const struct operand *op = &p->op[o];
    const size_t size = operand_size(op), bytes = operand_extent(op) * size;
    const int at = place > 0 ? (place + 3 * (int)o) % 16 : place;
    buffer_reserve(&v->buffer[o], bytes + 16 * size);
    unsigned char *to = buffer_place(&v->buffer[o], bytes, size, at);
    *arg = to;
    for (size_t i = 0; bytes && i < op->rows; i++) {
        const size_t row = i * op->ld * size;
        if (operand_is_input(op))
            memcpy(to + row, (char *)p->input[o] + row, op->cols * size);
        else
            for (size_t j = 0; j < op->cols; j++) memcpy(to + row + j * size, &MARK, size);
    }
}

static void check_operand(struct checker *v, const struct problem *p, size_t o,
                          const unsigned char *at)
{
    const struct operand *op = &p->op[o];
    const size_t size = operand_size(op), bytes = operand_extent(op) * size;
    if (!buffer_intact(&v->buffer[o], at, bytes)) fail(v, p, WROTE_OUTSIDE, "wrote outside", o, 0);
    if (op->role == SCRATCH || !bytes) return;
    for (size_t i = 0; i < op->rows; i++) {
        const unsigned char *row = at + i * op->ld * size;
        const size_t gap = i + 1 < op->rows ? (op->ld - op->cols) * size : 0;
        for (size_t b = 0; b < gap; b++)
            if (row[op->cols * size + b] != BUFFER_CANARY) {
                fail(v, p, WROTE_GAP, "wrote into the gap", o, i * op->ld + op->cols);
                break;
            }
        if (op->role == IN && memcmp(row, (char *)p->input[o] + i * op->ld * size, op->cols * size))
            fail(v, p, CHANGED_INPUT, "changed an input", o, i * op->ld);
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
    for (size_t i = 0; i < op->rows; i++)
        for (size_t j = 0; j < op->cols; j++) {
            const size_t e = i * op->ld + j;
            if (same_word(g[e], w[e], op->elem == F32)) continue;
            fail(v, p, WRONG_BITS, "other bits than generic, or than at another alignment", o, e);
            return;
        }
}

static bool within(float got, double want, double bound)
{
    if (isnan(want) || isnan(got)) return isnan(want) && isnan(got);
    if (isinf((float)want) && (double)got == (double)(float)want) return true;
    if (isinf(want)) return false;
    if (bound == 0 && want == 0) return got == 0 && !signbit(got) == !signbit(want);
    const double y = isinf(got) ? copysign(0x1p128, got) : got; /* where rounding overflows */
    return fabs(y - want) <= bound;
}

static void check_values(struct checker *v, const struct problem *p, size_t o, const void *got)
{
    const struct operand *op = &p->op[o];
    const void *oracle = p->after[o]; /* doubles, or words where the operand is of words */
    const float *g = got;
    const uint32_t *word = got, *want = oracle;
    for (size_t i = 0; i < op->rows; i++)
        for (size_t j = 0; j < op->cols; j++) {
            const size_t e = i * op->ld + j;
            bool ok = word[e] != MARK;
            if (op->elem == U32)
                ok = word[e] == want[e];
            else if (ok) {
                ok = within(g[e], p->after[o][e], p->bound[o][e]);
                if (isfinite(g[e]) && isfinite(p->after[o][e])) keep_worst(v, p, o, e, g[e]);
            }
            if (ok) continue;
            char what[128];
            snprintf(what, sizeof what, "got %.9g (%08x), want %.9g, bound %.3g", (double)g[e],
                     word[e], p->after[o][e], p->bound[o][e]);
            if (op->elem == F32 && word[e] == MARK)
                fail(v, p, UNWRITTEN, "left an output unwritten", o, e);
            else
                fail(v, p, WRONG_VALUE, what, o, e);
            return;
        }
}

/* The call's arguments; in place, an output's buffer holds its input too. */
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

/* KEEP_BITS: this call's outputs become the bits that the others are compared with. */
static void run(struct checker *v, struct problem *p, const struct sv_kernels *table, int place,
                enum mode mode)
{
    const bool keep_bits = mode == KEEP_BITS;
    void *args[MAX_OPERANDS] = {0}, *call_args[MAX_OPERANDS];
    for (size_t o = 0; o < p->count; o++) place_operand(v, p, o, place, &args[o]);
    memcpy(call_args, args, sizeof args);
    if (mode == IN_PLACE) alias_operands(p, args, call_args);
    const unsigned control = fp_control();
    p->kcase->call(table, &p->shape, p->op, call_args);
    if (fp_control() != control)
        fail(v, p, CHANGED_CONTROL, "changed the floating-point control bits", 0, 0);
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

static bool heavy(const struct shape *s) { return shape_work(s) > 2e5; }

static void run_placements(struct checker *v, struct problem *p)
{
    const bool few = heavy(&p->shape) || p->kind != DATA_RANDOM;
    if (v->options->compare_bits) run(v, p, sv_candidate(0), PLACE_START, KEEP_BITS);
    run(v, p, v->table, PLACE_START, COMPARE_BITS);
    run(v, p, v->table, PLACE_END, COMPARE_BITS);
    if (p->kcase->in_place[0].used) run(v, p, v->table, PLACE_END, IN_PLACE);
    const int step = v->options->quick ? 6 : 1;
    for (int place = 1; place < 16 && !few; place += step) run(v, p, v->table, place, COMPARE_BITS);
}

struct verdict verify_kernel(size_t id, const struct sv_kernels *table,
                             const struct verify_options *options)
{
    struct checker v = {.options = options, .table = table};
    struct source source = {options->seed * 2654435761u + id};
    struct problem p = {.kcase = cases[id]};
    for (size_t i = 0; p.kcase->shape(i, options->quick, &p.shape); i++)
        for (int kind = 0; kind < DATA_KINDS; kind++) {
            const struct kcase *c = p.kcase;
            p.kind = (enum data_kind)kind;
            if (options->most_work > 0) shape_shrink(&p.shape, options->most_work);
            if (kind == DATA_INTEGERS && !(c->exact_on_integers && c->exact_on_integers(&p.shape)))
                continue;
            if (kind != DATA_RANDOM && options->quick && heavy(&p.shape)) continue;
            problem_make(&p, &source);
            run_placements(&v, &p);
            problem_free(&p);
            if (v.verdict.failures && options->first_failure) goto done;
        }
done:
    for (size_t o = 0; o < MAX_OPERANDS; o++) buffer_free(&v.buffer[o]);
    return v.verdict;
}
