#include "problem.h"
#include "buffer.h"
#include "must.h"
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

bool problem_find(struct problem *p, size_t id, size_t number, const struct verify_options *options)
{
    *p = (struct problem){.kcase = verify_case(id), .number = number};
    if (!p->kcase->shape(number, options->quick, &p->shape)) return false;
    if (options->most_work > 0) shape_shrink(&p->shape, options->most_work);
    p->count = p->kcase->operands(&p->shape, p->op);
    return true;
}

bool problem_heavy(const struct problem *p) { return shape_work(&p->shape) > 2e5; }

bool problem_takes(const struct problem *p, enum data_kind kind,
                   const struct verify_options *options)
{
    const struct kcase *c = p->kcase;
    if (kind == DATA_INTEGERS && !(c->exact_on_integers && c->exact_on_integers(&p->shape)))
        return false;
    return kind == DATA_RANDOM || !options->quick || !problem_heavy(p);
}

/* --- the data and the oracle's answers --- */

static double ulp_f32(double y)
{
    int e;
    if (y == 0) return 0x1p-149;
    frexp(y, &e);
    return ldexp(1, (e < -125 ? -125 : e > 128 ? 128 : e) - 24);
}

static void make_bounds(struct problem *p, double slack)
{
    const struct kcase *c = p->kcase;
    const bool exact = p->kind == DATA_INTEGERS;
    if (exact) return; /* bounds start as zeros */
    if (c->bound) c->bound(&p->shape, p->op, p->before, p->after, p->bound);
    for (size_t o = 0; o < p->count; o++)
        if (operand_is_output(&p->op[o]) && p->op[o].elem == F32)
            for (size_t e = 0; e < operand_extent(&p->op[o]); e++) {
                if (!c->bound) p->bound[o][e] = c->ulps * ulp_f32(p->after[o][e]);
                p->bound[o][e] *= slack;
            }
}

void problem_make(struct problem *p, enum data_kind kind, uint64_t seed, double slack)
{
    void *args[MAX_OPERANDS] = {0};
    struct source source = source_of(seed, p->kcase->kernel, p->number, kind);
    p->kind = kind;
    for (size_t o = 0; o < p->count; o++) {
        const struct operand *op = &p->op[o];
        const size_t n = operand_extent(op);
        p->input[o] = must_calloc(n, operand_size(op));
        p->bits[o] = must_calloc(n, operand_size(op));
        p->before[o] = must_calloc(n, sizeof(double));
        p->after[o] = must_calloc(n, sizeof(double));
        p->bound[o] = must_calloc(n, sizeof(double));
        if (operand_is_input(op)) data_fill(&source, op, kind, p->input[o]);
        for (size_t e = 0; op->elem == F32 && e < n; e++)
            p->before[o][e] = p->after[o][e] = ((float *)p->input[o])[e];
        args[o] = p->after[o];
        if (op->elem != F32) args[o] = memcpy(p->after[o], p->input[o], n * operand_size(op));
    }
    p->kcase->call64(&ref64_kernels, &p->shape, p->op, args);
    make_bounds(p, slack);
}

void problem_free(struct problem *p)
{
    for (size_t o = 0; o < p->count; o++) {
        free(p->input[o]);
        free(p->bits[o]);
        free(p->before[o]);
        free(p->after[o]);
        free(p->bound[o]);
    }
}

int place_of(int place, size_t o) { return place > 0 ? (place + 3 * (int)o) % 16 : place; }

/* --- messages --- */

void element_text(const struct operand *op, size_t e, char text[ELEMENT_TEXT])
{
    if (op->rows > 1)
        snprintf(text, ELEMENT_TEXT, "%s[%zu][%zu]", op->name, e / op->ld, e % op->ld);
    else
        snprintf(text, ELEMENT_TEXT, "%s[%zu]", op->name, e);
}

/* Written in one piece, so that lines of parallel jobs do not mix. */
struct message {
    char text[1024];
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void add(struct message *m, const char *format, ...)
{
    const size_t room = sizeof m->text - m->used;
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(m->text + m->used, room, format, args);
    va_end(args);
    m->used += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

/* "119x17x384, epilogue bias, random data" */
static void add_shape(struct message *m, const struct problem *p, enum data_kind kind)
{
    char shape[SHAPE_TEXT], variant[VARIANT_TEXT] = "";
    shape_text(&p->shape, shape);
    if (p->kcase->variant_text) p->kcase->variant_text(p->shape.variant, variant);
    add(m, "%s%s%s, %s data", shape, *variant ? ", " : "", variant, data_kind_names[kind]);
}

/* "c (ld 20) 7 elements into its pages, in place" */
static void add_place(struct message *m, const struct operand *op, int place, bool in_place)
{
    add(m, "%s", op->name);
    if (op->rows > 1) add(m, " (ld %zu)", op->ld);
    if (place == PLACE_END)
        add(m, " at the end of its pages");
    else if (place == PLACE_START)
        add(m, " at the start of its pages");
    else
        add(m, " %d elements into its pages", place);
    if (in_place) add(m, ", in place");
}

/* The variables that the tests read (tests/asked.h). The scalar reference is no instruction set: it
 * is tested with any. */
static void add_replay(struct message *m, const struct problem *p, const struct site *site,
                       const char *isa, const struct verify_options *options)
{
    const char *with = strcmp(isa, ref_kernels.isa) ? isa : "generic";
    add(m, "    replay: ");
    if (options->quick) add(m, "SV_QUICK=1 ");
    if (options->most_work > 0) add(m, "SV_MOST_WORK=%g ", options->most_work);
    add(m,
        "SV_SEED=%" PRIu64
        " SV_ISA=%s SV_KERNEL=%s SV_SHAPE=%zu:%s CK_RUN_SUITE=kernels make test\n",
        options->seed, with, p->kcase->kernel, site->number, data_kind_names[site->kind]);
}

void problem_say(const struct problem *p, const struct site *site, const struct sv_kernels *table,
                 const struct verify_options *options, size_t o, const char *what)
{
    const struct sv_kernels *called = site->generic ? sv_candidate(0) : table;
    struct message m = {.used = 0};
    add(&m, "%s [%s%s%s] on ", p->kcase->kernel, called->isa, called->variant ? " " : "",
        called->variant ? called->variant : "");
    add_shape(&m, p, site->kind);
    add(&m, ", ");
    add_place(&m, &p->op[o], place_of(site->place, o), site->in_place);
    add(&m, ": %s\n", what);
    add_replay(&m, p, site, called->isa, options);
    fputs(m.text, options->log);
    fflush(options->log); /* a child process ends by _exit, which flushes nothing */
}
