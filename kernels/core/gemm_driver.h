/* GEMM around a micro-kernel: blocking, packing, edges, epilogue (the loop nest of Goto & van de
 * Geijn 2008). The ISA provides GEMM_MR <= GEMM_MR_MAX and
 *
 *     static void gemm_tile(size_t k, const float *a, const float *b, float t[GEMM_MR][16]);
 *
 * which adds to each t_ij the chain fma(a_i0, b_0j, .), fma(a_i1, b_1j, .) ... in that order, for
 * a packed as [k][GEMM_MR] and b as [k][16]. Between k-blocks the chain rests in C; f32 in memory
 * and in a register are the same number, so blocking does not show in the bits. Edge tiles run the
 * same code on panels padded with zeros and store only what is inside.
 */
#ifndef SV_GEMM_DRIVER_H
#define SV_GEMM_DRIVER_H

/* An operand as it is used, x[r][c] = p[r rs + c cs]: one stride is 1. */
struct gemm_view {
    const float *p;
    size_t rs, cs;
};

/* panel[c][r] = x[r][c] for r < rows, zero up to `width`; c < cols */
static void gemm_pack_panel(struct gemm_view x, size_t rows, size_t cols, size_t width,
                            float *panel)
{
    if (rows < width) memset(panel, 0, cols * width * sizeof *panel);
    if (x.rs == 1) {
        for (size_t c = 0; c < cols; c++)
            memcpy(panel + c * width, x.p + c * x.cs, rows * sizeof *panel);
        return;
    }
    for (size_t c = 0; c < cols; c++)
        for (size_t r = 0; r < rows; r++) panel[c * width + r] = x.p[r * x.rs + c * x.cs];
}

static void gemm_pack(struct gemm_view x, size_t rows, size_t cols, size_t width, float *packed)
{
    for (size_t r = 0; r < rows; r += width, x.p += width * x.rs, packed += width * cols)
        gemm_pack_panel(x, gemm_min(width, rows - r), cols, width, packed);
}

/* A tile is loaded from C where its chain goes on, and begins with +0 elsewhere. */
static void gemm_load_tile(const struct sv_gemm *g, size_t i, size_t j, size_t rows, bool resume,
                           float t[GEMM_MR][16])
{
    for (size_t r = 0; r < GEMM_MR; r++) {
        const float *c = g->c + (i + r) * g->ldc + j;
        v16_store(t[r], resume && r < rows ? v16_load_upto(c, g->n - j) : v16_set1(0));
    }
}

static void gemm_store_tile(const struct sv_gemm *g, size_t i, size_t j, size_t rows, bool last,
                            float t[GEMM_MR][16], float *lanes)
{
    for (size_t r = 0; r < rows; r++) {
        if (last)
            gemm_epilogue(g, i + r, j, v16_load(t[r]), lanes);
        else
            v16_store_upto(g->c + (i + r) * g->ldc + j, v16_load(t[r]), g->n - j);
    }
}

/* Rows i0 ... i0 + mc - 1, columns j0 ... j0 + nc - 1, one k-block of length kc. */
static void gemm_block(const struct sv_gemm *g, size_t i0, size_t mc, size_t j0, size_t nc,
                       size_t kc, const float *a, const float *b, bool resume, bool last,
                       float *lanes)
{
    _Alignas(64) float t[GEMM_MR][16];
    for (size_t j = 0; j < nc; j += GEMM_NR)
        for (size_t i = 0; i < mc; i += GEMM_MR) {
            const size_t rows = gemm_min(GEMM_MR, mc - i);
            gemm_load_tile(g, i0 + i, j0 + j, rows, resume, t);
            gemm_tile(kc, a + i * kc, b + j * kc, t);
            gemm_store_tile(g, i0 + i, j0 + j, rows, last, t, lanes);
        }
}

/* b is transposed, n x k, so that both operands are packed alike. */
static void gemm_run(const struct sv_gemm *g, struct gemm_view a, struct gemm_view b)
{
    if (g->m == 0 || g->n == 0) {
        if (g->epilogue == SV_EPI_BERNOULLI)
            for (size_t i = 0; i < g->m; i++) g->row_sum[i] = 0;
        return;
    }
    const struct gemm_scratch size = gemm_scratch_sizes(g->m, g->n, g->k);
    float *lanes = g->scratch, *packed_a = lanes + size.lanes, *packed_b = packed_a + size.a;
    if (g->epilogue == SV_EPI_BERNOULLI) memset(lanes, 0, size.lanes * sizeof *lanes);

    for (size_t j = 0; j < g->n; j += GEMM_NC) {
        const size_t nc = gemm_min(GEMM_NC, g->n - j);
        size_t p = 0;
        do {
            const size_t kc = gemm_min(GEMM_KC, g->k - p);
            const bool resume = p > 0 || g->accumulate, last = p + kc == g->k;
            struct gemm_view bp = {b.p + j * b.rs + p * b.cs, b.rs, b.cs};
            gemm_pack(bp, nc, kc, GEMM_NR, packed_b);
            for (size_t i = 0; i < g->m; i += GEMM_MC) {
                const size_t mc = gemm_min(GEMM_MC, g->m - i);
                struct gemm_view ap = {a.p + i * a.rs + p * a.cs, a.rs, a.cs};
                gemm_pack(ap, mc, kc, GEMM_MR, packed_a);
                gemm_block(g, i, mc, j, nc, kc, packed_a, packed_b, resume, last, lanes);
            }
            p += kc;
        } while (p < g->k);
    }
    if (g->epilogue == SV_EPI_BERNOULLI)
        for (size_t i = 0; i < g->m; i++) g->row_sum[i] = v16_fold_add(v16_load(lanes + 16 * i));
}

static void SV_FN(gemm_nn)(const struct sv_gemm *g)
{
    gemm_run(g, (struct gemm_view){g->a, g->lda, 1}, (struct gemm_view){g->b, 1, g->ldb});
}

static void SV_FN(gemm_nt)(const struct sv_gemm *g)
{
    gemm_run(g, (struct gemm_view){g->a, g->lda, 1}, (struct gemm_view){g->b, g->ldb, 1});
}

static void SV_FN(gemm_tn)(const struct sv_gemm *g)
{
    gemm_run(g, (struct gemm_view){g->a, 1, g->lda}, (struct gemm_view){g->b, 1, g->ldb});
}

#endif
