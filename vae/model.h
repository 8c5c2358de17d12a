/* The variational autoencoder: encoder x -> tanh(hidden) -> (mu, logvar), decoder z -> tanh(hidden)
 * -> logits, or -> (mean, logvar) of a Gaussian (AEVB, appendix C). One arena holds everything.
 *
 * Weights are input x output, row-major: a layer is Y = X W + b. All gradients are those of the
 * loss, -ELBO summed over the minibatch.
 */
#ifndef VAE_MODEL_H
#define VAE_MODEL_H

#include "../kernels/choice.h"
#include "error.h"

enum vae_likelihood { VAE_BERNOULLI, VAE_GAUSSIAN };
enum vae_optimizer { VAE_SGD, VAE_ADAGRAD, VAE_ADAM };

/* Names as the command line and the checkpoint write them, in enum order, NULL at the end. */
extern const char *const vae_likelihood_names[];
extern const char *const vae_optimizer_names[];

/* Limits of what the program takes. */
enum {
    VAE_MAX_HIDDEN = 16384,
    VAE_MAX_LATENT = 4096,
    VAE_MAX_BATCH = 65536,
    VAE_MAX_SAMPLES = 1000
};

struct vae_shape {
    size_t rows, cols; /* of an image; rows * cols inputs */
    size_t hidden, latent;
    enum vae_likelihood likelihood;
};

/* In the order of the arena. The encoder's head is mu and logvar side by side, hidden x 2 latent;
 * a Gaussian decoder's output is mean and logvar side by side. */
enum vae_tensor_id { ENC_W, ENC_B, HEAD_W, HEAD_B, DEC_W, DEC_B, OUT_W, OUT_B, VAE_TENSORS };

struct vae_tensor {
    size_t rows, cols, offset; /* a bias has one row; offset in floats from the arena's start */
};

/* Activations and gradients of one minibatch; r = rows * samples. */
struct vae_work {
    float *x, *hidden_e, *head, *kl;         /* [rows][...] */
    float *target, *z, *eps, *hidden_d, *ll; /* [r][...]; target is x where samples = 1 */
    float *out, *d_out;                      /* [r][outputs]; out: Gaussian mean | logvar */
    float *d_hidden_d, *d_z;                 /* [r][...] */
    float *d_head, *d_hidden_e;              /* [rows][...] */
    void *scratch;
};

enum { VAE_MAX_STATS = 2 };

struct vae_model {
    struct sv_choice k;
    struct vae_shape shape;
    enum vae_optimizer optimizer;
    size_t max_rows, samples; /* largest minibatch; draws of z per data point (L) */
    struct vae_tensor tensor[VAE_TENSORS];
    size_t params; /* floats of the parameter arena, padding included */
    size_t stats;  /* arenas of optimiser statistics: 0 SGD, 1 Adagrad, 2 Adam */
    float *w, *grad, *stat[VAE_MAX_STATS];
    struct vae_work work;
    void *memory;
};

/* Sums over data points, in nats. */
struct vae_bound {
    double kl, recon; /* the ELBO is recon - kl */
    size_t count;
};

static inline size_t vae_inputs(const struct vae_shape *s) { return s->rows * s->cols; }
static inline size_t vae_outputs(const struct vae_shape *s)
{
    return vae_inputs(s) * (s->likelihood == VAE_GAUSSIAN ? 2 : 1);
}

/* Arithmetic of one training step per data point with one sample: forward, dW, and dX without the
 * first layer's; a multiply-add counts as two. */
double vae_step_flops(const struct vae_shape *s);

/* Allocates; parameters and statistics are zero. */
bool vae_create(struct vae_model *m, const struct sv_choice *k, const struct vae_shape *shape,
                enum vae_optimizer optimizer, size_t max_rows, size_t samples, struct vae_error *e);
void vae_destroy(struct vae_model *m);

/* Weights ~ N(0, 0.01^2), biases 0 (AEVB, section 5), statistics 0. */
void vae_init(struct vae_model *m, uint64_t seed);

/* Encodes work.x, draws z, decodes, and leaves log-likelihood, KL and d loss / d out in work; adds
 * to *bound row by row. rng addresses row 0's noise. rows <= max_rows. */
void vae_forward(struct vae_model *m, size_t rows, struct sv_rng rng, struct vae_bound *bound);

/* After vae_forward: the gradient of the loss, in grad. */
void vae_backward(struct vae_model *m, size_t rows);

struct vae_step {
    float lr;
    float decay;    /* weight of the prior: rows of the minibatch over size of the data set */
    uint64_t count; /* 1 for the first step */
};

/* One step of the optimiser, the prior N(0, I) on all parameters included. */
void vae_update(struct vae_model *m, const struct vae_step *step);

/* Mean of p(x|z) for rows of z [rows][latent], into work.out [rows][inputs]. rows <= max_rows.
 * vae_encode_mean puts mu of work.x into z. */
void vae_decode(struct vae_model *m, size_t rows, const float *z);
void vae_encode_mean(struct vae_model *m, size_t rows, float *z);

#endif
