#include "real.h"

/* y_j = sum_i a_ij */
void REF(colsum)(size_t m, size_t n, const real *a, size_t lda, real *y)
{
    for (size_t j = 0; j < n; j++) {
        y[j] = 0;
        for (size_t i = 0; i < m; i++) y[j] += a[i * lda + j];
    }
}

static real max_of(size_t n, const real *x)
{
    real max = -(real)INFINITY;
    for (size_t j = 0; j < n; j++) max = fmax(max, x[j]);
    return max;
}

/* y_i = max + log sum_j exp(x_ij - max) */
void REF(logsumexp)(size_t m, size_t n, const real *x, size_t ldx, real *y)
{
    for (size_t i = 0; i < m; i++) {
        real max = max_of(n, x + i * ldx), sum = 0;
        if (isinf(max)) max = 0;
        for (size_t j = 0; j < n; j++) sum += exp(x[i * ldx + j] - max);
        // cppcheck-suppress invalidFunctionArg ; the log of an empty sum is -inf, as it should be
        y[i] = max + log(sum);
    }
}

/* w_ij = exp(x_ij - max) / sum_j exp(x_ij - max); NaN where max is infinite */
void REF(logsumexp_grad)(const struct SV_T(logsumexp_grad) * p)
{
    REF(logsumexp)(p->m, p->n, p->x, p->ldx, p->y);
    for (size_t i = 0; i < p->m; i++) {
        const real *x = p->x + i * p->ldx, max = max_of(p->n, x);
        real *w = p->w + i * p->ldw, sum = isinf(max) ? (real)NAN : 0;
        for (size_t j = 0; j < p->n; j++) sum += w[j] = exp(x[j] - max);
        for (size_t j = 0; j < p->n; j++) w[j] /= sum;
    }
}

/* y_ij = s_i x_ij; the addition makes a zero +0 */
void REF(scale_rows)(size_t m, size_t n, const real *s, const real *x, size_t ldx, real *y,
                     size_t ldy)
{
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) y[i * ldy + j] = s[i] * x[i * ldx + j] + 0;
}
