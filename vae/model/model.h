/* The variational autoencoder: encoder x -> tanh(hidden) -> (mu, logvar), decoder z -> tanh(hidden)
 * -> logits, or -> (mean, logvar) of a Gaussian (AEVB, appendix C). One arena holds everything.
 *
 * A layer is Y = X W + b. Weights and their statistics live in panels of sixteen columns (`pack` in
 * kernels/contracts.h): forward and backward passes read them so, and the GEMM of dW updates them so,
 * in its tiles. All gradients are those of the loss, -ELBO summed over the minibatch.
 *
 * The threads of a pool go through a step together. Each has its columns of each layer, so that weights
 * stay in one CPU's caches and only activations travel; rows are split where a row is needed whole. No
 * sum is split, so the bits do not depend on the number of threads.
 */
#ifndef VAE_MODEL_H
#define VAE_MODEL_H

#include "../../kernels/choice.h"
#include "../base/error.h"
#include "../base/limits.h"
#include "../base/pool.h"
#include "optim.h"
#include "phases.h"

enum vae_likelihood { VAE_BERNOULLI, VAE_GAUSSIAN };
/* The log-variances of a Gaussian decoder: learnt; learnt, with a lower limit; one for all pixels. */
enum vae_variance { VARIANCE_FREE, VARIANCE_LIMITED, VARIANCE_FIXED };

/* Names as the command line and the checkpoint write them, in enum order, NULL at the end. */
extern const char *const vae_likelihood_names[];

/* The least log-variance where none is given: a standard deviation of 0.011, three of 255 levels of grey. It
 * keeps the likelihood of pixels that never change bounded (`gaussian_ll` in kernels/contracts.h), and a pixel
 * that changes for the first time in thousands of images cheap, at most exp(9) / 2 nats, so that the test
 * bound of MNIST rises steadily; that of Frey Face loses nothing by it. */
#define VAE_DEFAULT_MIN_LOGVAR (-9.0f)

struct vae_shape {
    size_t rows, cols; /* of an image; rows * cols inputs */
    size_t hidden, latent;
    enum vae_likelihood likelihood;
    enum vae_variance variance; /* of a Gaussian */
    float variance_at;          /* LIMITED: the least log-variance; FIXED: sigma */
};

/* The encoder's head is mu and logvar side by side, hidden x 2 latent; a Gaussian decoder's output is
 * mean and logvar side by side, or the mean alone where the variance is fixed. A bias follows its weight. */
enum vae_tensor_id { ENC_W, ENC_B, HEAD_W, HEAD_B, DEC_W, DEC_B, OUT_W, OUT_B, VAE_TENSORS };

struct vae_tensor {
    size_t rows, cols; /* a bias has one row */
    size_t offset;     /* floats from the arena's start */
};

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
    size_t x, hidden, head, z, out;
};

/* Activations and gradients of one minibatch; r = rows * samples. */
struct vae_work {
    float *x, *hidden_e, *head, *kl;    /* [rows][...] */
    float *target, *z, *eps, *hidden_d; /* [r][...]; target is x where samples = 1 */
    float *ll;                          /* [groups][r at most]; a Gaussian has one group */
    float *out, *d_out;                 /* [r][outputs]; out: as the layer's, Gaussian alone */
    float *d_hidden_d, *d_z;            /* [r][...] */
    float *d_head, *d_hidden_e;         /* [rows][...] */
    float *scratch;                     /* [threads][scratch_size] */
    size_t scratch_size;
};

enum { VAE_MAX_STATS = 2 };

struct vae_model {
    struct sv_choice k;
    struct vae_shape shape;
    enum vae_optimizer optimizer;
    size_t max_rows, samples; /* largest minibatch; draws of z per data point (L) */
    struct pool *pool;        /* whose threads run the parts; NULL: the caller's alone */
    struct vae_tensor tensor[VAE_TENSORS];
    size_t params; /* floats of the parameter arena, padding included */
    size_t stats;  /* arenas of optimiser statistics: 0 SGD, 1 Adagrad, 2 Adam */
    float *w, *stat[VAE_MAX_STATS];
    float min_logvar; /* of a Gaussian: -inf, the limit, or what all log-variances are */
    struct vae_ld ld;
    struct vae_work work;
    struct vae_clock *clock; /* [threads], or NULL: not timed */
    void *memory;
};

/* A thread's clock, NULL where steps are not timed, and its scratch. */
static inline struct vae_clock *vae_clock_of(const struct vae_model *m, size_t thread)
{
    return m->clock ? m->clock + thread : NULL;
}
static inline float *vae_scratch(const struct vae_model *m, size_t thread)
{
    return m->work.scratch + thread * m->work.scratch_size;
}

/* Sums over data points, in nats. */
struct vae_bound {
    double kl, recon; /* the ELBO is recon - kl */
    size_t count;
};

static inline size_t vae_inputs(const struct vae_shape *s) { return s->rows * s->cols; }
static inline size_t vae_outputs(const struct vae_shape *s)
{
    return vae_inputs(s) * (s->likelihood == VAE_GAUSSIAN && s->variance != VARIANCE_FIXED ? 2 : 1);
}

/* Groups of output columns over which a row's log-likelihood is summed; a Gaussian's is whole. */
static inline size_t vae_groups(const struct vae_shape *s)
{
    if (s->likelihood == VAE_GAUSSIAN) return 1;
    return (vae_panels(vae_outputs(s)) + VAE_GROUP - 1) / VAE_GROUP;
}

/* Useful arithmetic per data point with `samples` draws of z, a multiply-add counting as two: the products alone.
 * Of a phase; of a forward pass; of a training step, forward, dW, and dX without the first layer's. The encoder
 * runs once, the decoder for each draw. */
double vae_phase_flops(const struct vae_shape *s, size_t samples, enum vae_phase phase);
double vae_forward_flops(const struct vae_shape *s, size_t samples);
double vae_step_flops(const struct vae_shape *s, size_t samples);

/* Allocates; parameters and statistics are zero. */
bool vae_create(struct vae_model *m, const struct sv_choice *k, const struct vae_shape *shape,
                enum vae_optimizer optimizer, size_t max_rows, size_t samples, struct pool *pool,
                struct vae_error *e);
void vae_destroy(struct vae_model *m);

/* Weights ~ N(0, sd^2), biases 0, statistics 0. AEVB, section 5, draws from N(0, 0.01), which reads as
 * an sd of 0.01 or of 0.1. */
void vae_init(struct vae_model *m, uint64_t seed, float sd);

/* Rows first ... first + rows - 1 of a minibatch. Small ranges keep activations in L2 on their way through
 * the layers: VAE_RANGE rows of z at most. */
struct vae_range {
    size_t first, rows;
};
enum { VAE_RANGE = 128 };

/* The three passes over a minibatch; each thread of the pool calls each of them in turn, and they meet
 * within.
 *
 * vae_forward encodes a range of work.x, once all of it is there, draws z, decodes, and leaves
 * log-likelihood, KL and d loss / d out in work. rng addresses the noise of row 0.
 * vae_backward leaves the gradients of all activations of a range.
 * vae_update, after all ranges of the minibatch's `rows` rows, is one step of the optimiser, the prior
 * on all parameters included. */
void vae_forward(struct vae_model *m, size_t thread, struct vae_range range, struct sv_rng rng);
void vae_backward(struct vae_model *m, size_t thread, struct vae_range range);

struct vae_step {
    float lr;
    float
        decay; /* weight of the prior: its precision, rows of the minibatch over size of the data set */
    uint64_t count; /* 1 for the first step */
    struct vae_optim optim;
};

void vae_update(struct vae_model *m, size_t thread, size_t rows, const struct vae_step *step);

/* Between steps: weights below VAE_TINY (base/tiny.h) become 0. */
void vae_clear_tiny(struct vae_model *m);

/* After vae_forward of all rows on all threads: adds KL and log-likelihood to *bound, row by row. */
void vae_add_bound(const struct vae_model *m, size_t rows, struct vae_bound *bound);

/* Mean of p(x|z) for rows of z [rows][latent], into work.out [rows][inputs]. rows <= max_rows.
 * vae_encode_mean puts mu of work.x into z. */
void vae_decode(struct vae_model *m, size_t rows, const float *z);
void vae_encode_mean(struct vae_model *m, size_t rows, float *z);

#endif
