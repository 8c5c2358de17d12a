/* What happens to one row of a finished tile, up to sixteen columns, on its way to C. */
#ifndef SV_GEMM_EPILOGUE_H
#define SV_GEMM_EPILOGUE_H

/* Log-likelihood terms go to the row's sixteen lanes, as in reduce.h; columns arrive ascending. */
V16_INLINE v16 gemm_bernoulli(const struct sv_gemm *g, v16 l, v16 x, size_t left, float *lanes)
{
    v16 e = v16_exp_neg_abs(l);
    v16_store(lanes, v16_sum_upto(v16_load(lanes), v16_bernoulli(l, x, e), left));
    return v16_bernoulli_grad(l, x, e, v16_set1(g->scale));
}

/* v is row i, columns j ... of op(A) op(B). */
V16_INLINE void gemm_epilogue(const struct sv_gemm *g, size_t i, size_t j, v16 v, float *lanes)
{
    const size_t left = g->n - j;
    if (g->epilogue >= SV_EPI_TANH_GRAD) {
        v16 y = v16_load_upto(g->y + i * g->ldy + j, left);
        switch (g->epilogue) {
        case SV_EPI_TANH_GRAD: v = v16_tanh_grad(y, v); break;
        case SV_EPI_RELU_GRAD: v = v16_relu_grad(y, v); break;
        case SV_EPI_SOFTPLUS_GRAD: v = v16_softplus_grad(y, v); break;
        case SV_EPI_SIGMOID_GRAD: v = v16_sigmoid_grad(y, v); break;
        default:
            v = v16_add(v, v16_load_upto(g->bias + j, left));
            v = gemm_bernoulli(g, v, y, left, lanes + 16 * i);
        }
    } else if (g->epilogue != SV_EPI_NONE) {
        v = v16_add(v, v16_load_upto(g->bias + j, left));
        switch (g->epilogue) {
        case SV_EPI_TANH: v = v16_tanh(v); break;
        case SV_EPI_RELU: v = v16_relu(v); break;
        case SV_EPI_SOFTPLUS: v = v16_softplus(v); break;
        case SV_EPI_SIGMOID: v = v16_sigmoid(v); break;
        default: break;
        }
    }
    v16_store_upto(g->c + i * g->ldc + j, v, left);
}

#endif
