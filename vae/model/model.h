/* A variational autoencoder in memory: parameters, optimiser statistics and activations of the
 * layers in shape.h, in one arena.
 *
 * Weights and their statistics are stored in panels of sixteen columns (`pack` in
 * kernels/contracts.h). Forward and backward passes read that layout, and the GEMM of dW updates it
 * in place. All gradients are those of the loss, summed over the minibatch: -ELBO, or what
 * objective.h says.
 *
 * The threads of a pool go through a step together. Each has its own columns of each layer, so that
 * weights stay in one CPU's caches and only activations travel. Work that needs whole rows is split
 * by rows. No sum is split, so the bits do not depend on the number of threads.
 */
#ifndef VAE_MODEL_H
#define VAE_MODEL_H

#include "../../kernels/choice.h"
#include "../base/error.h"
#include "../base/pool.h"
#include "objective.h"
#include "optim.h"
#include "shape.h"

/* In panels. VAE_UNIT: granularity of the thread split of a layer. VAE_GROUP: columns over which a
 * row's log-likelihood is summed; the groups' sums are added in ascending order, in double. 784
 * pixels are five groups, 560 are four, none of them narrow. */
enum { VAE_UNIT = 2, VAE_GROUP = 10 };

/* Floats of a cache line. */
enum { VAE_LINE = 16 };

static inline size_t vae_panels(size_t cols) { return (cols + SV_PANEL - 1) / SV_PANEL; }

/* Offset of element (row, col) of a weight or bias, in floats from the arena's start. */
static inline size_t vae_place(const struct vae_tensor *t, size_t row, size_t col)
{
    return t->offset + (col / SV_PANEL * t->rows + row) * SV_PANEL + col % SV_PANEL;
}

/* Leading dimensions, in floats: an odd number of whole cache lines. */
struct vae_ld {
    size_t x, head, z, out;
};

/* Activations and gradients of one minibatch, except those of hidden layers, which are in layer[].y
 * and .dy. rows counts examples; r = rows * samples counts draws. */
struct vae_work {
    float *x, *head, *kl;    /* [rows][...] */
    float *target, *z, *eps; /* [r][...]; target is x where samples = 1 */
    float *ll;               /* [groups][max_rows * samples]; a Gaussian has one group */
    float *out, *d_out;      /* [r][outputs]; out: not set by a Bernoulli's gradient */
    float *d_z;              /* [r][...] */
    float *d_head;           /* [rows][...] */
    float *log_w, *weight;   /* [r]: log-weights of draws; c of the objective. Methods
                              * without them keep other figures of rows here */
    float *log_mean;         /* [rows]: log of the mean weight of an example's draws, nats */
    float *ones;             /* [r] */
    float *scratch;          /* [threads][scratch_size] */
    size_t scratch_size;
};

enum { VAE_MAX_STATS = 2 };

/* A posterior over the decoder's weights (AEVB, appendix F): each is N(mean, exp logvar), the
 * mean in w between steps. All are arenas laid out as w, used from the decoder on. */
struct vae_theta {
    float *logvar, *logvar_stat[VAE_MAX_STATS];
    float *mean, *eps; /* during a step, where w holds a draw */
    float *g, *d_mean, *d_logvar;
    float *kl; /* of each cache line of the arena, nats */
    void *memory;
};

struct vae_model {
    struct sv_choice k;
    struct vae_shape shape;
    enum vae_optimizer optimizer;
    size_t max_rows, samples; /* largest minibatch; draws of z per example (L) */
    struct pool *pool;        /* its threads run the steps; NULL: the caller's alone */
    struct vae_layer layer[VAE_MOST_LAYERS];
    size_t layers;
    size_t params; /* floats of the parameter arena, padding included */
    size_t stats;  /* arenas of optimiser statistics: 0 SGD, 1 Adagrad, 2 Adam */
    float *w, *stat[VAE_MAX_STATS];
    float min_logvar; /* of a Gaussian: -inf, the lower limit, or the fixed log-variance */
    struct vae_ld ld;
    struct vae_work work;
    struct vae_relay *relay; /* to the other processes that train the model; NULL: none (relay.h) */
    struct vae_clock *clock; /* [threads], or NULL: not timed */
    float *chain;            /* [chains][latent]: z of each training image (MCEM), or NULL */
    size_t chains;
    struct vae_theta theta; /* full variational Bayes; theta.memory NULL: weights are points */
    void *memory;
};

/* Sums over examples, in nats. */
struct vae_bound {
    double kl, recon; /* the ELBO is recon - kl */
    double log_mean;  /* the bound of IWAE; 0 where draws are not weighted */
    size_t count;
};

/* Number of VAE_GROUPs in a row's log-likelihood; a Gaussian's is summed over the whole row. */
static inline size_t vae_groups(const struct vae_shape *s)
{
    if (s->likelihood == VAE_GAUSSIAN) return 1;
    return (vae_panels(vae_outputs(s)) + VAE_GROUP - 1) / VAE_GROUP;
}

/* log p(x|z) of a row that has its likelihood: its groups in ascending order. */
static inline double vae_row_ll(const struct vae_model *m, size_t row)
{
    double ll = 0;
    for (size_t g = 0; g < vae_groups(&m->shape); g++)
        ll += (double)m->work.ll[g * m->max_rows * m->samples + row];
    return ll;
}

/* Allocates; parameters and statistics are zero. */
bool vae_create(struct vae_model *m, const struct sv_choice *k, const struct vae_shape *shape,
                enum vae_optimizer optimizer, size_t max_rows, size_t samples, struct pool *pool,
                struct vae_error *e);
void vae_destroy(struct vae_model *m);

/* Room for that many chains, all zero; they are in checkpoints. False if out of memory. */
bool vae_add_chains(struct vae_model *m, size_t chains, struct vae_error *e);

/* A model with the shape, weights, kernels and pool of m and its own room, not to be trained. */
bool vae_copy(struct vae_model *copy, const struct vae_model *m, size_t max_rows, size_t samples,
              struct vae_error *e);

/* Weights ~ N(0, sd^2), biases 0, statistics 0. AEVB, section 5, draws from N(0, 0.01), which can
 * mean an sd of 0.01 or of 0.1. */
void vae_init(struct vae_model *m, uint64_t seed, float sd);

/* Weights uniform in [-a, a), a = sqrt(6 / (fan_in + fan_out)) (Glorot & Bengio 2010, equation 16);
 * biases and statistics 0. Mean and log-variance count as separate layers, as in checkpoints
 * (vae_fan_out). Draws have the addresses of vae_init's (STREAM_INIT). */
void vae_init_glorot(struct vae_model *m, uint64_t seed);

/* Adam only: sets the average of squared gradients of all parameters to v, those of the weights'
 * posterior too. Call after vae_init or vae_init_glorot. */
void vae_init_second_moment(struct vae_model *m, float v);

/* --- half-passes ---
 *
 * The building blocks of methods of training and evaluation. Every thread of the pool calls them in
 * the same order and with the same arguments except its number; barriers are inside. */

struct vae_job {
    struct vae_model *m;
    size_t thread;
};

/* The thread's clock; NULL if steps are not timed. */
static inline struct vae_clock *vae_clock_of(struct vae_job j)
{
    return j.m->clock ? j.m->clock + j.thread : NULL;
}

/* Rows first ... first + rows - 1 of a minibatch's examples, or of its draws: draw l of example i
 * is row i * samples + l. Micro-batches, of at most VAE_RANGE rows, keep activations in L2 on their
 * way through the layers. The bits do not depend on them. */
struct vae_range {
    size_t first, rows;
};
enum { VAE_RANGE = 128 };

/* Encodes examples of work.x into work.head; all threads must have written their rows of work.x. */
void vae_encode(struct vae_job j, struct vae_range points);

/* Draws z for encoded examples, and computes their KL. rng addresses the noise of row 0. */
void vae_draw(struct vae_job j, struct vae_range points, struct sv_rng rng);

/* Decodes draws: log p(x|z) goes to work.ll, the gradient of -draw_weight log p(x|z) to work.d_out.
 * draw_weight is above 0. */
void vae_likelihood(struct vae_job j, struct vae_range draws, float draw_weight);

/* The same log p(x|z), to the bit, without the gradient: faster, for evaluation. */
void vae_log_likelihood(struct vae_job j, struct vae_range draws);

/* The log-weights of importance sampling, log p(x|z) p(z) / q(z|x) in nats, of draws that have
 * their likelihood, into work.log_w. own: the thread's examples. log p(x|z) is summed over
 * groups as in vae_add_bound, the log-ratio added, and the sum rounded once. */
void vae_log_weights(struct vae_job j, struct vae_range own);

/* The importance weights of examples whose draws all have their likelihood: log-weights go to
 * work.log_w, each draw's share of its example's sum to work.weight, the log of the mean to
 * work.log_mean. With `gradient` each row of d_out is multiplied by its share. */
void vae_weigh(struct vae_job j, struct vae_range points, bool gradient);

/* Backpropagates from d_out to the decoder's first layer and, if `to_z`, on to work.d_z, where each
 * thread computes its own rows. */
void vae_back_decoder(struct vae_job j, struct vae_range draws, bool to_z);

/* Backpropagates through z and the KL, for beta and row weights of the objective, into work.d_head:
 * for examples whose draws all have d_z (from vae_likelihood's d_out). With samples = 1 the range
 * must be one that vae_back_decoder was given: a thread then has the same rows of both, and no
 * barrier is needed between them. */
void vae_back_head(struct vae_job j, struct vae_range points, const struct vae_objective *o);

/* Backpropagates from d_head to the encoder's first layer. */
void vae_back_encoder(struct vae_job j, struct vae_range points);

/* What is known of pixels besides their z: y, by rows as work.x. Of a Gaussian y = x + noise,
 * and `about` is minus the log of the noise's variance, -inf where nothing is known. Of a
 * Bernoulli `about` is log P(y | x = 1) / P(y | x = 0), 0 where nothing is known, and y is not
 * read. Not for a mixture. */
struct vae_evidence {
    const float *y, *about;
};

/* Decodes work.z, one draw for each example, to the mean of p(x|z, y) in work.out (of a mixture,
 * that of its Gaussian) and a draw from it in work.x: binary pixels of a Bernoulli, unclipped
 * ones of a Gaussian. `of` NULL: of p(x|z). uniform: for a mixture, which pixels are uniform,
 * and their values. Each thread may read its own rows when it returns. The generators' row 0 is
 * row 0. */
void vae_draw_pixels(struct vae_job j, struct vae_range rows, const struct vae_evidence *of,
                     struct sv_rng x, struct sv_rng uniform);

/* The sleep phase of wake-sleep. vae_dream draws z of these rows of a minibatch from the prior,
 * and x' from the decoder, of all threads' rows. vae_back_posterior writes the gradient of -log
 * q(z|x') to work.d_head, once vae_encode has encoded x'. */
void vae_dream(struct vae_job j, struct vae_range rows, struct sv_rng z, struct sv_rng x,
               struct sv_rng uniform);
void vae_back_posterior(struct vae_job j, struct vae_range points);

struct vae_step {
    float lr;
    float decay;    /* of the prior: its precision * rows of the minibatch / size of the data set */
    uint64_t count; /* 1 for the first step */
    struct vae_optim optim;
};

/* The parameters of that step as the optimisers' kernels take them (kernels/contracts.h). */
struct sv_optim vae_kernel_optim(enum vae_optimizer optimizer, const struct vae_step *s);

/* After all micro-batches of the minibatch's `rows` examples: one step of the optimiser for layers
 * first ... end - 1, including the prior on their parameters. */
void vae_update(struct vae_job j, size_t rows, const struct vae_step *step, size_t first,
                size_t end);

/* --- full variational Bayes --- */

/* Gives the decoder's weights a posterior: the means are w, standard deviations 0.01, statistics 0.
 * False if out of memory. */
bool vae_theta_create(struct vae_model *m, struct vae_error *e);

/* Draws the weights: w = mean + sigma eps. rng's row 0 is the arena's first cache line, whose lanes
 * are columns. Sets theta.kl. */
void vae_theta_draw(struct vae_job j, struct sv_rng rng);

/* After the minibatch's micro-batches, with the weights that were drawn: one step of the
 * optimiser for means and log-variances, on the gradient of the loss plus beta times the KL of
 * the weights; no prior is added. Leaves the means in w. */
void vae_theta_update(struct vae_job j, size_t rows, const struct vae_step *step, float beta);

/* The KL of the posterior that weights were last drawn from to N(0, 1), nats; 0 without one. */
double vae_theta_kl(const struct vae_model *m);

/* --- gradient and update apart --- */

/* vae_update in two parts, for methods that need the gradient itself: vae_gradient, then vae_apply,
 * gives the same bits as vae_update, which is faster.
 *
 * g is an arena of m->params floats laid out like m->w, zero when it is new (memory.h).
 * vae_gradient writes the gradient of the loss, without the prior, for layers first ... end - 1.
 * With `accumulate` it continues the sums already there, so that consecutive minibatches give the
 * bits of one large one. */
void vae_gradient(struct vae_job j, size_t rows, size_t first, size_t end, bool accumulate,
                  float *g);
void vae_apply(struct vae_job j, const struct vae_step *step, size_t first, size_t end,
               const float *g);

/* A part of a layer's parameters that is consecutive in an arena: panels panel ... end - 1 of the
 * weight and, of the layer's last piece, the bias. */
struct vae_piece {
    size_t layer, panel, end;
    bool bias;
    size_t at, floats; /* in the arena */
};

/* Cuts all layers into pieces, in the arena's order, each of at most about that many floats but of
 * no less than VAE_UNIT panels; returns their number. p NULL: only counts. */
size_t vae_pieces(const struct vae_model *m, size_t floats, struct vae_piece *p);

/* vae_gradient and vae_apply of one piece; afterwards each thread may read all of it. */
void vae_gradient_piece(struct vae_job j, size_t rows, const struct vae_piece *p, bool accumulate,
                        float *g);
void vae_apply_piece(struct vae_job j, const struct vae_step *step, const struct vae_piece *p,
                     const float *g);

/* Sets weights below VAE_TINY (base/tiny.h) to 0; to be called between steps. */
void vae_clear_tiny_weights(struct vae_model *m);

/* After vae_likelihood of all draws by all threads: adds KL and log p(x|z) to *bound by row; and
 * log_mean if vae_weigh has been called for all (`weighted`). */
void vae_add_bound(const struct vae_model *m, size_t rows, bool weighted, struct vae_bound *bound);

/* Mean of p(x|z) for rows of z [rows][latent], into work.out [rows][inputs]. rows <= max_rows.
 * vae_encode_mean writes mu of work.x to z. */
void vae_decode(struct vae_model *m, size_t rows, const float *z);
void vae_encode_mean(struct vae_model *m, size_t rows, float *z);

#endif
