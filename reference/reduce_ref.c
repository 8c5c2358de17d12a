#include "real.h"

/* y_j = sum_i a_ij */
void REF(colsum)(size_t m, size_t n, const real *a, size_t lda, real *y)
{
    for (size_t j = 0; j < n; j++) {
        y[j] = 0;
        for (size_t i = 0; i < m; i++) y[j] += a[i * lda + j];
    }
}

/* y_i = max + log sum_j exp(x_ij - max) */
void REF(logsumexp)(size_t m, size_t n, const real *x, size_t ldx, real *y)
{
    for (size_t i = 0; i < m; i++) {
        real max = -(real)INFINITY, sum = 0;
        for (size_t j = 0; j < n; j++) max = fmax(max, x[i * ldx + j]);
        if (isinf(max)) max = 0;
        for (size_t j = 0; j < n; j++) sum += exp(x[i * ldx + j] - max);
        // cppcheck-suppress invalidFunctionArg ; the log of an empty sum is -inf, as it should be
        y[i] = max + log(sum);
    }
}
