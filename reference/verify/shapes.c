#include "kcase.h"
#include <stdio.h>

/* Beyond 260: primes, powers of two and their neighbours, the paper's sizes. */
static const size_t longer[] = {307, 500, 509, 511, 512, 513, 560, 784, 1021, 1023, 1024, 1025};
enum { LONGER = sizeof longer / sizeof *longer };

/* Quick: every tail of the first vectors, then a prime stride. */
static bool length(size_t i, bool quick, size_t *n)
{
    const size_t dense = quick ? 36 : 261, sparse = quick ? 7 : 0;
    if (i < dense)
        *n = i;
    else if (i < dense + sparse)
        *n = 36 + (i - dense) * 37;
    else if (i < dense + sparse + LONGER)
        *n = longer[i - dense - sparse];
    else
        return false;
    return true;
}

double shape_work(const struct shape *s)
{
    return (double)s->m * (double)s->n * (double)(s->k ? s->k : 1);
}

void shape_shrink(struct shape *s, double most_work)
{
    while (shape_work(s) > most_work) {
        size_t *most = s->m > s->n ? &s->m : &s->n;
        if (s->k > *most) most = &s->k;
        *most = (*most + 1) / 2;
    }
}

bool shape_vector(size_t i, bool quick, struct shape *s)
{
    *s = (struct shape){.m = 1};
    return length(i, quick, &s->n);
}

void shape_text(const struct shape *s, char text[SHAPE_TEXT])
{
    if (s->k)
        snprintf(text, SHAPE_TEXT, "%zux%zux%zu", s->m, s->n, s->k);
    else if (s->m != 1)
        snprintf(text, SHAPE_TEXT, "%zux%zu", s->m, s->n);
    else
        snprintf(text, SHAPE_TEXT, "%zu", s->n);
}

/* Empty shapes and the paper's minibatch first; then m and the gap cycle with coprime periods. */
bool shape_matrix(size_t i, bool quick, struct shape *s)
{
    static const struct shape special[] = {
        {0, 20, 0, 3, 0}, {5, 0, 0, 2, 0}, {100, 20, 0, 0, 0}, {100, 20, 0, 20, 0}};
    enum { SPECIAL = sizeof special / sizeof *special };
    if (i < SPECIAL) {
        *s = special[i];
        return true;
    }
    i -= SPECIAL;
    *s = (struct shape){.m = 1 + i % 4, .pad = (i * 7) % 19};
    return length(i, quick, &s->n);
}

struct operand matrix(const char *name, enum role role, enum fill fill, size_t rows, size_t cols,
                      const struct shape *s, size_t group)
{
    return (struct operand){name, role, F32, fill, rows, cols, cols + s->pad + 3 * group};
}

struct operand vector(const char *name, enum role role, enum fill fill, size_t n)
{
    return (struct operand){name, role, F32, fill, 1, n, n};
}
