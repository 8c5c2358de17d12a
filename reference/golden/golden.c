#include "golden.h"
#include "../verify/call.h"
#include "../verify/must.h"
#include "../verify/verify.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name, *sum;
} kept[] = {
#define GOLDEN(name, sum) {name, sum},
#include "golden.def"
#undef GOLDEN
    {NULL, NULL},
};

const char *golden_kept(const char *name)
{
    for (size_t i = 0; kept[i].name; i++)
        if (!strcmp(kept[i].name, name)) return kept[i].sum;
    return NULL;
}

/* --- kernels --- */

/* Least significant byte first, whatever the machine's order. */
static void take_word(struct sha256 *sum, uint32_t word)
{
    unsigned char bytes[4];
    for (int b = 0; b < 4; b++) bytes[b] = (unsigned char)(word >> 8 * b);
    sha256_take(sum, bytes, sizeof bytes);
}

static void take_outputs(struct sha256 *sum, const struct call *c)
{
    for (size_t o = 0; o < c->count; o++) {
        const struct operand *op = &c->op[o];
        const uint32_t *words = c->arg[o];
        for (size_t i = 0; operand_is_output(op) && i < op->rows; i++)
            for (size_t j = 0; j < op->cols; j++) {
                const uint32_t word = words[i * op->ld + j];
                const bool nan = op->elem == F32 && (word & 0x7fffffff) > 0x7f800000;
                take_word(sum, nan ? 0x7fc00000 : word);
            }
    }
}

static const double MOST_WORK = 2e6; /* multiply-adds; more takes minutes under an emulator */

bool golden_part(size_t id, int part, char name[GOLDEN_NAME])
{
    const int added = verify_case(id)->added.golden;
    snprintf(name, GOLDEN_NAME, "%s%s", sv_kernel_names[id], part ? ", added variants" : "");
    return !part || added;
}

void golden_kernel(size_t id, int part, const struct sv_kernels *table, char hex[SHA256_HEX])
{
    const struct kcase *kcase = verify_case(id);
    const int added = kcase->added.golden;
    static const enum data_kind kinds[] = {DATA_RANDOM, DATA_SPECIALS};
    struct sha256 sum;
    struct shape s;
    sha256_start(&sum);
    for (size_t i = 0; kcase->shape(i, true, &s); i++) {
        if (shape_work(&s) > MOST_WORK || part != (added && s.variant >= added)) continue;
        for (int kind = 0; kind < 2; kind++) {
            struct source source = {20131220 + 2 * i + (size_t)kind};
            struct call c;
            if (!call_open(&c, kcase, &s, 0, false)) must_fail();
            for (size_t o = 0; o < c.count; o++)
                if (operand_is_input(&c.op[o])) data_fill(&source, &c.op[o], kinds[kind], c.arg[o]);
            call_run(&c, table);
            take_outputs(&sum, &c);
            call_close(&c);
        }
    }
    sha256_end(&sum, hex);
}
