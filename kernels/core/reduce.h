/* Row and column sums, logsumexp and its softmax weights.
 *
 * A row sum keeps one accumulator per lane: lane i adds columns i, i + 16, ... in ascending order,
 * lanes past the tail add +0, and v16_fold_add sums the lanes. All row reductions follow this.
 */
#ifndef SV_REDUCE_H
#define SV_REDUCE_H

#include "../kernels.h"
#include "names.h"
#include "vmath.h"
#include <math.h>
#include <string.h>

/* The next 16 elements of a row, or fewer if only `left` remain. */
V16_INLINE v16 v16_load_upto(const float *p, size_t left)
{
    return left >= 16 ? v16_load(p) : v16_load_n(p, left);
}
V16_INLINE void v16_store_upto(float *p, v16 x, size_t left)
{
    if (left >= 16)
        v16_store(p, x);
    else
        v16_store_n(p, x, left);
}
V16_INLINE v16 v16_sum_upto(v16 acc, v16 term, size_t left)
{
    return v16_add(acc, left >= 16 ? term : v16_keep(v16m_first(left), term));
}

/* y += four rows, in ascending order. */
V16_INLINE void v16_add_rows(size_t n, const float *a, size_t lda, float *y)
{
    size_t j = 0;
    for (; j + 16 <= n; j += 16) {
        v16 sum = v16_add(v16_load(y + j), v16_load(a + j));
        sum = v16_add(sum, v16_load(a + lda + j));
        sum = v16_add(sum, v16_load(a + 2 * lda + j));
        v16_store(y + j, v16_add(sum, v16_load(a + 3 * lda + j)));
    }
    if (j == n) return;
    v16 sum = v16_load_n(y + j, n - j);
    for (size_t r = 0; r < 4; r++) sum = v16_add(sum, v16_load_n(a + r * lda + j, n - j));
    v16_store_n(y + j, sum, n - j);
}

/* Row by row, in memory order; y holds the partial sums. */
static void SV_FN(colsum)(size_t m, size_t n, const float *a, size_t lda, float *y)
{
    size_t i = 0;
    memset(y, 0, n * sizeof *y);
    for (; i + 4 <= m; i += 4) v16_add_rows(n, a + i * lda, lda, y);
    for (; i < m; i++)
        for (size_t j = 0; j < n; j += 16) {
            v16 row = v16_load_upto(a + i * lda + j, n - j);
            v16_store_upto(y + j, v16_add(v16_load_upto(y + j, n - j), row), n - j);
        }
}

/* Result of logsumexp's two passes over a row: y = log(sum) + shift. */
struct v16_softmax {
    float max, sum, shift;
};

/* If e is not NULL, it receives e^(x - shift) of each column; it may be x. */
V16_INLINE struct v16_softmax v16_softmax(size_t n, const float *x, float *e)
{
    v16 top = v16_set1(-INFINITY), acc = v16_set1(0);
    for (size_t j = 0; j < n; j += 16) {
        v16 v = v16_load_upto(x + j, n - j);
        if (n - j < 16) v = v16_select(v16m_first(n - j), v, v16_set1(-INFINITY));
        top = v16_max(v, top);
    }
    const float max = v16_fold_max(top);
    /* infinities need no shift, and inf - inf must not arise */
    const float shift = max - max == 0 ? max : 0;
    for (size_t j = 0; j < n; j += 16) {
        v16 term = v16_exp(v16_sub(v16_load_upto(x + j, n - j), v16_set1(shift)));
        acc = v16_sum_upto(acc, term, n - j);
        if (e) v16_store_upto(e + j, term, n - j);
    }
    return (struct v16_softmax){max, v16_fold_add(acc), shift};
}

static void SV_FN(logsumexp)(size_t m, size_t n, const float *x, size_t ldx, float *y)
{
    for (size_t i = 0; i < m; i++) {
        const struct v16_softmax s = v16_softmax(n, x + i * ldx, NULL);
        v16_store_n(y + i, v16_add(v16_log(v16_set1(s.sum)), v16_set1(s.shift)), 1);
    }
}

static void SV_FN(logsumexp_grad)(const struct sv_logsumexp_grad *args)
{
    const struct sv_logsumexp_grad p = *args;
    for (size_t i = 0; i < p.m; i++) {
        float *w = p.w + i * p.ldw;
        const struct v16_softmax s = v16_softmax(p.n, p.x + i * p.ldx, w);
        v16_store_n(p.y + i, v16_add(v16_log(v16_set1(s.sum)), v16_set1(s.shift)), 1);
        const v16 sum = v16_set1(s.max - s.max == 0 ? s.sum : NAN);
        for (size_t j = 0; j < p.n; j += 16)
            v16_store_upto(w + j, v16_div(v16_load_upto(w + j, p.n - j), sum), p.n - j);
    }
}

/* Weights of draws that explain little are as small as e^-100. Swept, their rows of a gradient do not
 * take the products that follow through denormals. */
static void SV_FN(scale_rows)(size_t m, size_t n, const float *s, const float *x, size_t ldx,
                              float *y, size_t ldy)
{
    for (size_t i = 0; i < m; i++) {
        const v16 scale = v16_set1(s[i]);
        for (size_t j = 0; j < n; j += 16) {
            const v16 product = v16_mul(scale, v16_load_upto(x + i * ldx + j, n - j));
            v16_store_upto(y + i * ldy + j, v16_sweep(product), n - j);
        }
    }
}

#endif
