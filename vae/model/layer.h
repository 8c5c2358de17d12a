/* Internal to vae/model: one thread's share of a layer. */
#ifndef VAE_LAYER_H
#define VAE_LAYER_H

#include "../base/min.h"
#include "../base/split.h"
#include "model.h"

/* The thread's scratch. */
static inline float *vae_scratch_of(struct vae_job j)
{
    return j.m->work.scratch + j.thread * j.m->work.scratch_size;
}

/* A Gaussian's log-variances in a row of work.out; NULL if they are fixed. */
static inline const float *vae_logvar_of(const struct vae_model *m, const float *out)
{
    if (m->shape.variance == VARIANCE_FIXED) return NULL;
    if (m->shape.density == DENSITY_HEAD) return out + vae_inputs(&m->shape);
    return m->w + m->layer[vae_out_at(&m->shape) + 1].b.offset;
}

/* The logits of the uniform's share, of a mixture; NULL otherwise. */
static inline const float *vae_unif_of(const struct vae_model *m)
{
    if (m->shape.density != DENSITY_MIXTURE) return NULL;
    return m->w + m->layer[vae_out_at(&m->shape) + 1].b.offset + vae_inputs(&m->shape);
}

/* A barrier; afterwards each thread may read what the others wrote. */
void vae_meet(struct vae_job j);

/* The thread's rows of a range, where work is split by rows. */
struct vae_range vae_part_of(struct vae_job j, struct vae_range range);

/* vae_split() of these rows of a matrix with `cols` columns. */
size_t vae_blocks_of(struct vae_job j, struct vae_range range, size_t cols, size_t unit,
                     struct block b[SPLIT_MOST]);

/* A block of Y = f(X W + b), for gemm_nn. */
struct sv_gemm vae_layer_gemm(struct vae_job j, const struct vae_layer *l, struct block b);

/* Y: the thread's columns of a range of rows; or all columns of the thread's own rows. */
void vae_layer_forward(struct vae_job j, const struct vae_layer *l, struct vae_range range);
void vae_layer_forward_rows(struct vae_job j, const struct vae_layer *l, struct vae_range own);

/* dX, likewise. */
void vae_layer_back(struct vae_job j, const struct vae_layer *l, struct vae_range range);
void vae_layer_back_rows(struct vae_job j, const struct vae_layer *l, struct vae_range own);

/* Sets elements below VAE_TINY (base/tiny.h) to 0 in the thread's columns of dX, after
 * vae_layer_back wrote them. */
void vae_layer_clear_tiny(struct vae_job j, const struct vae_layer *l, struct vae_range range);

#endif
