#include "layer.h"
#include "../base/tiny.h"

void vae_meet(struct vae_job j)
{
    vae_pool_barrier(j.m->pool, j.thread);
    vae_clock_phase(vae_clock_of(j), PHASE_WAIT);
}

struct vae_range vae_part_of(struct vae_job j, struct vae_range range)
{
    const struct share s = vae_share_of(range.rows, j.thread, vae_pool_threads(j.m->pool));
    return (struct vae_range){range.first + s.first, s.end - s.first};
}

size_t vae_blocks_of(struct vae_job j, struct vae_range range, size_t cols, size_t unit,
                     struct block b[SPLIT_MOST])
{
    const size_t threads = vae_pool_threads(j.m->pool);
    const size_t n = vae_split(range.rows, vae_panels(cols), unit, j.thread, threads, b);
    for (size_t i = 0; i < n; i++) b[i].row += range.first;
    return n;
}

/* --- forward --- */

struct sv_gemm vae_layer_gemm(struct vae_job j, const struct vae_layer *l, struct block b)
{
    const size_t col = SV_PANEL * b.panel;
    return (struct sv_gemm){.m = b.rows,
                            .n = vae_min_size(SV_PANEL * b.panels, l->w.cols - col),
                            .k = l->w.rows,
                            .a = l->x.at + b.row * l->x.ld,
                            .lda = l->x.ld,
                            .b = j.m->w + vae_place(&l->w, 0, col),
                            .ldb = l->w.rows,
                            .b_packed = true,
                            .c = l->y.at + b.row * l->y.ld + col,
                            .ldc = l->y.ld,
                            .epilogue = l->f,
                            .bias = j.m->w + l->b.offset + col,
                            .scratch = vae_scratch_of(j)};
}

static void block_forward(struct vae_job j, const struct vae_layer *l, struct block b)
{
    const struct sv_gemm g = vae_layer_gemm(j, l, b);
    sv_for_gemm(&j.m->k, &g)->gemm_nn(&g);
}

void vae_layer_forward(struct vae_job j, const struct vae_layer *l, struct vae_range range)
{
    struct block b[SPLIT_MOST];
    const size_t n = vae_blocks_of(j, range, l->w.cols, VAE_UNIT, b);
    for (size_t i = 0; i < n; i++) block_forward(j, l, b[i]);
}

void vae_layer_forward_rows(struct vae_job j, const struct vae_layer *l, struct vae_range own)
{
    if (own.rows == 0) return;
    block_forward(j, l, (struct block){own.first, own.rows, 0, vae_panels(l->w.cols)});
}

/* --- back --- */

/* A block of dX = (dY W^T) f'(X). */
static void block_back(struct vae_job j, const struct vae_layer *l, struct block b)
{
    const size_t col = SV_PANEL * b.panel;
    const struct sv_gemm g = {.m = b.rows,
                              .n = vae_min_size(SV_PANEL * b.panels, l->w.rows - col),
                              .k = l->w.cols,
                              .a = l->dy.at + b.row * l->dy.ld,
                              .lda = l->dy.ld,
                              .b = j.m->w + vae_place(&l->w, col, 0),
                              .ldb = l->w.rows,
                              .b_packed = true,
                              .c = l->dx.at + b.row * l->dx.ld + col,
                              .ldc = l->dx.ld,
                              .epilogue = l->slope,
                              .y = l->slope == SV_EPI_NONE ? NULL : l->x.at + b.row * l->x.ld + col,
                              .ldy = l->x.ld,
                              .scratch = vae_scratch_of(j)};
    sv_for_gemm(&j.m->k, &g)->gemm_nt(&g);
}

void vae_layer_back(struct vae_job j, const struct vae_layer *l, struct vae_range range)
{
    struct block b[SPLIT_MOST];
    const size_t n = vae_blocks_of(j, range, l->w.rows, VAE_UNIT, b);
    for (size_t i = 0; i < n; i++) block_back(j, l, b[i]);
}

void vae_layer_clear_tiny(struct vae_job j, const struct vae_layer *l, struct vae_range range)
{
    struct block b[SPLIT_MOST];
    const size_t n = vae_blocks_of(j, range, l->w.rows, VAE_UNIT, b);
    for (size_t i = 0; i < n; i++) {
        const size_t col = SV_PANEL * b[i].panel,
                     cols = vae_min_size(SV_PANEL * b[i].panels, l->w.rows - col);
        for (size_t r = b[i].row; r < b[i].row + b[i].rows; r++)
            vae_clear_tiny(cols, l->dx.at + r * l->dx.ld + col);
    }
}

void vae_layer_back_rows(struct vae_job j, const struct vae_layer *l, struct vae_range own)
{
    if (own.rows == 0) return;
    block_back(j, l, (struct block){own.first, own.rows, 0, vae_panels(l->w.rows)});
}
