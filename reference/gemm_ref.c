#include "real.h"

/* c_ij given v = sum_p a_ip b_pj */
static real epilogue(const struct SV_T(gemm) * g, size_t i, size_t j, real v)
{
    const real y = g->y ? g->y[i * g->ldy + j] : 0, bias = g->bias ? g->bias[j] : 0;
    switch (g->epilogue) {
    case SV_EPI_BIAS: return v + bias;
    case SV_EPI_TANH: return tanh(v + bias);
    case SV_EPI_RELU: return relu_of(v + bias);
    case SV_EPI_SOFTPLUS: return softplus_of(v + bias);
    case SV_EPI_SIGMOID: return sigmoid_of(v + bias);
    case SV_EPI_TANH_GRAD: return v * (1 - y * y);
    case SV_EPI_RELU_GRAD: return v * (y > 0 ? 1 : y <= 0 ? 0 : y);
    case SV_EPI_SOFTPLUS_GRAD: return v * (1 - exp(-y));
    case SV_EPI_SIGMOID_GRAD: return v * y * (1 - y);
    case SV_EPI_BERNOULLI:
        g->row_sum[i] += y * (v + bias) - softplus_of(v + bias);
        return g->scale * (sigmoid_of(v + bias) - y);
    case SV_EPI_NONE:
    case SV_EPI_SGD: /* optimize() takes the gradient */
    case SV_EPI_ADAGRAD:
    case SV_EPI_ADAM:
    case SV_EPI_COUNT: break;
    }
    return v;
}

/* One optimiser step on the weight c[e], whose gradient is v. */
static void optimize(const struct SV_T(gemm) * g, size_t e, real v)
{
    const struct SV_T(optim) *o = g->optim;
    if (g->epilogue == SV_EPI_SGD) REF(sgd)(1, g->c + e, &v, o->lr, o->decay);
    if (g->epilogue == SV_EPI_ADAGRAD)
        REF(adagrad)(1, g->c + e, &v, g->s + e, o->lr, o->eps, o->decay);
    if (g->epilogue == SV_EPI_ADAM) REF(adam)(1, g->c + e, &v, g->s + e, g->v + e, o);
}

/* Offset of element (r, c): in panels of `rows` x 16, or with strides `row` and `column`. */
static size_t place(size_t r, size_t c, bool packed, size_t rows, size_t row, size_t column)
{
    return packed ? c / 16 * rows * 16 + r * 16 + c % 16 : r * row + c * column;
}

/* op(B)[p][j], B plain or packed */
static real b_at(const struct SV_T(gemm) * g, bool transposed, size_t p, size_t j)
{
    const size_t r = transposed ? j : p, c = transposed ? p : j;
    return g->b[place(r, c, g->b_packed, g->ldb, g->ldb, 1)];
}

/* op(A)[i][p] = a[i ra + p ca] */
static void gemm(const struct SV_T(gemm) * g, size_t ra, size_t ca, bool b_transposed)
{
    for (size_t i = 0; i < g->m; i++) {
        if (sv_epilogues[g->epilogue].row_sum) g->row_sum[i] = 0;
        for (size_t j = 0; j < g->n; j++) {
            const size_t e = place(i, j, g->c_packed, g->ldc, g->ldc, 1);
            real sum = g->accumulate ? g->c[e] : 0;
            for (size_t p = 0; p < g->k; p++)
                sum += g->a[i * ra + p * ca] * b_at(g, b_transposed, p, j);
            if (sv_epilogues[g->epilogue].arrays)
                optimize(g, e, sum);
            else
                g->c[e] = epilogue(g, i, j, sum);
        }
    }
}

void REF(gemm_nn)(const struct SV_T(gemm) * g) { gemm(g, g->lda, 1, false); }
void REF(gemm_nt)(const struct SV_T(gemm) * g) { gemm(g, g->lda, 1, true); }
void REF(gemm_tn)(const struct SV_T(gemm) * g) { gemm(g, 1, g->lda, false); }

void REF(pack)(size_t rows, size_t cols, const real *x, size_t ldx, bool transposed, real *y)
{
    for (size_t c = 0; c < (cols + 15) / 16 * 16; c++)
        for (size_t r = 0; r < rows; r++)
            y[place(r, c, true, rows, 0, 0)] = c >= cols    ? 0
                                               : transposed ? x[c * ldx + r]
                                                            : x[r * ldx + c];
}
