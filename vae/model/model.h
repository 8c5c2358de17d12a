/* A variational autoencoder at work: parameters, statistics and activations of the layers in shape.h, in one arena.
 *
 * Weights and their statistics live in panels of sixteen columns (`pack` in kernels/contracts.h): forward and
 * backward passes read them so, and the GEMM of dW updates them so, in its tiles. All gradients are those of the
 * loss, -ELBO summed over the minibatch.
 *
 * The threads of a pool go through a step together. Each has its columns of each layer, so that weights
 * stay in one CPU's caches and only activations travel; rows are split where a row is needed whole. No
 * sum is split, so the bits do not depend on the number of threads.
 */
#ifndef VAE_MODEL_H
#define VAE_MODEL_H

#include "../../kernels/choice.h"
#include "../base/error.h"
#include "../base/pool.h"
#include "objective.h"
#include "optim.h"
#include "shape.h"

/* Panels of threads' work: what a layer is cut into, and what a row's log-likelihood is summed over. The
 * sums of groups are added in ascending order, in double. */
enum { VAE_UNIT = 2, VAE_GROUP = 8 };

static inline size_t vae_panels(size_t cols) { return (cols + 15) / 16; }

/* Where element (row, col) lies, in floats from the arena's start; of a bias too. */
static inline size_t vae_place(const struct vae_tensor *t, size_t row, size_t col)
{
    return t->offset + (col / 16 * t->rows + row) * 16 + col % 16;
}

/* Distances between rows, in floats: whole cache lines, an odd number of them. */
struct vae_ld {
    size_t x, head, z, out;
};

/* Activations and gradients of one minibatch, but those of hidden layers, which are in layer[].y and .dy;
 * r = rows * samples. */
struct vae_work {
    float *x, *head, *kl;    /* [rows][...] */
    float *target, *z, *eps; /* [r][...]; target is x where samples = 1 */
    float *ll;               /* [groups][r at most]; a Gaussian has one group */
    float *out, *d_out;      /* [r][outputs]; out: as the layer's, Gaussian alone */
    float *d_z;              /* [r][...] */
    float *d_head;           /* [rows][...] */
    float *ones;             /* [r] */
    float *scratch;          /* [threads][scratch_size] */
    size_t scratch_size;
};

enum { VAE_MAX_STATS = 2 };

struct vae_model {
    struct sv_choice k;
    struct vae_shape shape;
    enum vae_optimizer optimizer;
    size_t max_rows, samples; /* largest minibatch; draws of z per data point (L) */
    struct pool *pool;        /* whose threads run the parts; NULL: the caller's alone */
    struct vae_layer layer[VAE_MOST_LAYERS];
    size_t layers;
    size_t params; /* floats of the parameter arena, padding included */
    size_t stats;  /* arenas of optimiser statistics: 0 SGD, 1 Adagrad, 2 Adam */
    float *w, *stat[VAE_MAX_STATS];
    float min_logvar; /* of a Gaussian: -inf, the limit, or what all log-variances are */
    struct vae_ld ld;
    struct vae_work work;
    struct vae_clock *clock; /* [threads], or NULL: not timed */
    void *memory;
};

/* Sums over data points, in nats. */
struct vae_bound {
    double kl, recon; /* the ELBO is recon - kl */
    size_t count;
};

/* Groups of output columns over which a row's log-likelihood is summed; a Gaussian's is whole. */
static inline size_t vae_groups(const struct vae_shape *s)
{
    if (s->likelihood == VAE_GAUSSIAN) return 1;
    return (vae_panels(vae_outputs(s)) + VAE_GROUP - 1) / VAE_GROUP;
}

/* Allocates; parameters and statistics are zero. */
bool vae_create(struct vae_model *m, const struct sv_choice *k, const struct vae_shape *shape,
                enum vae_optimizer optimizer, size_t max_rows, size_t samples, struct pool *pool,
                struct vae_error *e);
void vae_destroy(struct vae_model *m);

/* Weights ~ N(0, sd^2), biases 0, statistics 0. AEVB, section 5, draws from N(0, 0.01), which reads as
 * an sd of 0.01 or of 0.1. */
void vae_init(struct vae_model *m, uint64_t seed, float sd);

/* --- half-passes ---
 *
 * What a method of training or evaluation is made of. Each thread of the pool calls each of them in the same order,
 * with the same arguments but for its number, and they meet within. */

struct vae_job {
    struct vae_model *m;
    size_t thread;
};

/* The thread's clock, NULL where steps are not timed. */
static inline struct vae_clock *vae_clock_of(struct vae_job j)
{
    return j.m->clock ? j.m->clock + j.thread : NULL;
}

/* Rows first ... first + rows - 1 of a minibatch, or of its draws: draw l of data point i is row i samples + l. Small
 * ranges, of VAE_RANGE rows at most, keep activations in L2 on their way through the layers. Bits do not depend on
 * the ranges. */
struct vae_range {
    size_t first, rows;
};
enum { VAE_RANGE = 128 };

/* Encodes data points of work.x, once all threads have written theirs, into work.head. */
void vae_encode(struct vae_job j, struct vae_range points);

/* The draws of z of encoded data points, and their KL. rng addresses the noise of row 0. */
void vae_draw(struct vae_job j, struct vae_range points, struct sv_rng rng);

/* Decodes draws, and leaves log p(x|z) in work.ll and the gradient of -log p / samples in work.d_out. */
void vae_likelihood(struct vae_job j, struct vae_range draws);

/* From d_out back to the decoder's first layer, and on to work.d_z if `to_z`, where each thread has its rows. */
void vae_back_decoder(struct vae_job j, struct vae_range draws, bool to_z);

/* Back through z and the KL of data points whose draws all have d_z, into work.d_head, for beta and row weights of
 * the objective (d_out is that of vae_likelihood). With one draw each, a range that
 * vae_back_decoder was given: a thread then has the same rows of both, and no meeting is needed between. */
void vae_back_head(struct vae_job j, struct vae_range points, const struct vae_objective *o);

/* From d_head back to the encoder's first layer. */
void vae_back_encoder(struct vae_job j, struct vae_range points);

struct vae_step {
    float lr;
    float
        decay; /* weight of the prior: its precision, rows of the minibatch over size of the data set */
    uint64_t count; /* 1 for the first step */
    struct vae_optim optim;
};

/* After all ranges of the minibatch's `rows` data points: one step of the optimiser for layers first ... end - 1, the
 * prior on their parameters included. */
void vae_update(struct vae_job j, size_t rows, const struct vae_step *step, size_t first,
                size_t end);

/* The same in two parts, for methods that need the gradient itself: vae_gradient, then vae_apply, gives the bits of
 * vae_update, which is the fast way.
 *
 * g is an arena of m->params floats with the places of m->w, zero when it is new (memory.h). vae_gradient leaves there
 * the gradient of the loss, without the prior, for layers first ... end - 1; or, if `accumulate`, goes on with the sums
 * that are there, so that minibatches one after the other give the bits of one large one. */
void vae_gradient(struct vae_job j, size_t rows, size_t first, size_t end, bool accumulate,
                  float *g);
void vae_apply(struct vae_job j, const struct vae_step *step, size_t first, size_t end,
               const float *g);

/* Between steps: weights below VAE_TINY (base/tiny.h) become 0. */
void vae_clear_tiny_weights(struct vae_model *m);

/* After vae_likelihood of all draws on all threads: adds KL and log-likelihood to *bound, row by row. */
void vae_add_bound(const struct vae_model *m, size_t rows, struct vae_bound *bound);

/* Mean of p(x|z) for rows of z [rows][latent], into work.out [rows][inputs]. rows <= max_rows.
 * vae_encode_mean puts mu of work.x into z. */
void vae_decode(struct vae_model *m, size_t rows, const float *z);
void vae_encode_mean(struct vae_model *m, size_t rows, float *z);

#endif
