#include "data.h"
#include "../fnv.h"
#include <float.h>
#include <math.h>
#include <string.h>

const char *const data_kind_names[DATA_KINDS] = {
    [DATA_RANDOM] = "random", [DATA_INTEGERS] = "integers", [DATA_SPECIALS] = "specials"};

/* Hashes the kernel's name, not its number, so that a new kernel does not change others' data. */
struct source source_of(uint64_t seed, const char *kernel, size_t shape, enum data_kind kind)
{
    uint64_t h = fnv_text(fnv_number(FNV_START, seed, 8), kernel);
    h = fnv_number(fnv_number(h, shape, 8), (uint64_t)kind, 1);
    return (struct source){h};
}

uint64_t source_next(struct source *s) /* splitmix64: Steele, Lea & Flood 2014 */
{
    uint64_t z = s->state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

double source_uniform(struct source *s) { return (double)(source_next(s) >> 11) * 0x1p-53; }

float source_normal(struct source *s)
{
    double sum = 0;
    for (int i = 0; i < 4; i++) sum += source_uniform(s);
    return (float)((sum - 2) * 1.7320508);
}

/* Any finite float, drawn as bits, so that exponents are uniform too. */
static float wide(struct source *s)
{
    uint32_t bits;
    do bits = (uint32_t)source_next(s);
    while ((bits & 0x7f800000) == 0x7f800000);
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static float random_float(struct source *s, enum fill fill)
{
    switch (fill) {
    case FILL_WIDE: return source_next(s) & 1 ? wide(s) : 8 * source_normal(s);
    case FILL_UNIT: return (float)(source_next(s) >> 40) * 0x1p-24f;
    case FILL_POSITIVE: return fabsf(source_normal(s));
    case FILL_LARGE: return (source_next(s) % 4 ? 1 : 60) * source_normal(s);
    default: return source_normal(s);
    }
}

static float integer(struct source *s, enum fill fill)
{
    const int n = (int)(source_next(s) % 9);
    return fill == FILL_UNIT ? (float)(n & 1) : fill == FILL_POSITIVE ? (float)n : (float)(n - 4);
}

/* A composite kernel may overflow in float where double does not: it gets only NaN, 0 and inf. */
static float special(struct source *s, enum fill fill)
{
    static const float any[] = {
        NAN,      INFINITY, -INFINITY,      0.0f,           -0.0f,          1.0f,       -1.0f,
        FLT_MAX,  -FLT_MAX, FLT_MIN,        -FLT_MIN,       0x1p-149f,      -0x1p-149f, 88.72f,
        88.73f,   -87.33f,  -103.97f,       -103.98f,       9.01f,          -9.02f,     0x1p23f,
        -0x1p24f, 0x1p-25f, 0x1.fffffep-1f, 0x1.fffffep22f, -0x1.fffffep22f};
    static const float unit[] = {NAN, 0.0f, 1.0f};
    const uint64_t r = source_next(s) >> 8;
    switch (fill) {
    case FILL_WIDE: return any[r % (sizeof any / sizeof *any)];
    case FILL_UNIT: return unit[r % 3];
    case FILL_POSITIVE: return unit[r % 2];
    default: return any[r % 5];
    }
}

static float element(struct source *s, enum fill fill, enum data_kind kind)
{
    if (kind == DATA_INTEGERS) return integer(s, fill);
    const uint64_t rarity = fill == FILL_WIDE ? 2 : 23;
    if (kind == DATA_SPECIALS && source_next(s) % rarity == 0) return special(s, fill);
    return random_float(s, fill);
}

void data_fill(struct source *s, const struct operand *op, enum data_kind kind, void *p)
{
    for (size_t i = 0; i < op->rows; i++)
        for (size_t j = 0; j < op->cols; j++) {
            const size_t e = i * op->ld + j;
            if (op->elem == U8)
                ((uint8_t *)p)[e] = (uint8_t)source_next(s);
            else if (op->elem == U32)
                ((uint32_t *)p)[e] = (uint32_t)source_next(s);
            else
                ((float *)p)[e] = element(s, op->fill, kind);
        }
}
