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
    default: return v;
    }
}

/* op(A)[i][p] = a[i ra + p ca], op(B)[p][j] = b[p rb + j cb] */
static void gemm(const struct SV_T(gemm) * g, size_t ra, size_t ca, size_t rb, size_t cb)
{
    for (size_t i = 0; i < g->m; i++) {
        if (g->epilogue == SV_EPI_BERNOULLI) g->row_sum[i] = 0;
        for (size_t j = 0; j < g->n; j++) {
            real sum = g->accumulate ? g->c[i * g->ldc + j] : 0;
            for (size_t p = 0; p < g->k; p++) sum += g->a[i * ra + p * ca] * g->b[p * rb + j * cb];
            g->c[i * g->ldc + j] = epilogue(g, i, j, sum);
        }
    }
}

void REF(gemm_nn)(const struct SV_T(gemm) * g) { gemm(g, g->lda, 1, g->ldb, 1); }
void REF(gemm_nt)(const struct SV_T(gemm) * g) { gemm(g, g->lda, 1, 1, g->ldb); }
void REF(gemm_tn)(const struct SV_T(gemm) * g) { gemm(g, 1, g->lda, g->ldb, 1); }
