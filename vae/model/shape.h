/* The network as data: its sizes, and the list of layers that follows from them. Parameters, FLOP
 * counts, memory, the split among threads and the names in a checkpoint derive from that list.
 *
 * The encoder is x -> hidden layers -> head, which is (mu, logvar); the decoder z -> hidden layers
 * -> output: logits, or (mean, logvar) of a Gaussian (AEVB, appendix C).
 * A layer is Y = f(X W + b). */
#ifndef VAE_SHAPE_H
#define VAE_SHAPE_H

#include "../../kernels/kernels.h"
#include "../base/channels.h"
#include "../base/limits.h"
#include "phases.h"

enum vae_likelihood { VAE_BERNOULLI, VAE_GAUSSIAN };
/* Log-variances of a Gaussian decoder: learnt; learnt with a lower limit; one for all pixels. */
enum vae_variance { VARIANCE_FREE, VARIANCE_LIMITED, VARIANCE_FIXED };
/* Where they are learnt: a head of the decoder, which sees z; one number for each pixel; the same,
 * with a uniform density on [0, 1] mixed in, whose share is learnt for each pixel too (`mixture_ll`
 * in kernels/contracts.h). */
enum vae_density { DENSITY_HEAD, DENSITY_PIXEL, DENSITY_MIXTURE };
/* The activation of all hidden layers. */
enum vae_activation { VAE_TANH, VAE_RELU, VAE_SOFTPLUS, VAE_SIGMOID };

/* Names as the command line and the checkpoint write them, in enum order, NULL at the end. */
extern const char *const vae_likelihood_names[];
extern const char *const vae_activation_names[];
extern const char *const vae_density_names[];
extern const char *const vae_posterior_names[]; /* of enum sv_noise: q(z|x) is mu + sigma eps */

/* The default lower limit of log-variances: a standard deviation of 0.011, three of 255 grey
 * levels. It bounds the likelihood of pixels that never change (`gaussian_ll` in
 * kernels/contracts.h). It also limits the cost of a pixel that changes for the first time in
 * thousands of images, to at most exp(9) / 2 nats, so that the test bound of MNIST rises steadily;
 * that of Frey Face loses nothing by it. */
#define VAE_DEFAULT_MIN_LOGVAR (-9.0f)

/* --- widths of hidden layers --- */

/* In forward order: the encoder's from x on, the decoder's from z on. */
struct vae_widths {
    size_t count, of[VAE_MAX_DEPTH];
};

/* As text: "500", "200,100", or "none" if there are no hidden layers. */
enum { VAE_WIDTHS_TEXT = 8 * VAE_MAX_DEPTH };
void vae_widths_text(const struct vae_widths *w, char text[VAE_WIDTHS_TEXT]);

/* The reverse. False if the text is no such list, a width is not 1 ... VAE_MAX_HIDDEN, or there are
 * more than VAE_MAX_DEPTH. */
bool vae_widths_read(const char *text, struct vae_widths *w);

bool vae_widths_equal(const struct vae_widths *a, const struct vae_widths *b);

/* The same widths in reverse order. */
struct vae_widths vae_widths_mirrored(const struct vae_widths *w);

/* --- the shape --- */

struct vae_shape {
    size_t rows, cols; /* of an image; rows * cols * channels inputs */
    enum vae_channels channels;
    struct vae_widths enc, dec;
    enum vae_activation activation;
    size_t latent;
    enum vae_likelihood likelihood;
    enum vae_variance variance; /* of a Gaussian */
    float variance_at;          /* LIMITED: the least log-variance; FIXED: sigma */
    enum vae_density density;   /* of a Gaussian; HEAD if the variance is fixed */
    enum sv_noise posterior;    /* of z: the distribution of eps */
};

static inline size_t vae_inputs(const struct vae_shape *s)
{
    return s->rows * s->cols * vae_channel_count(s->channels);
}
/* "28 x 28", of an image. */
static inline struct vae_size_text vae_shape_size_text(const struct vae_shape *s)
{
    return vae_size_text(s->rows, s->cols, s->channels);
}
/* Columns of the gradient with respect to means, or logits, log-variances, and logits of shares. */
static inline size_t vae_outputs(const struct vae_shape *s)
{
    const bool learnt = s->likelihood == VAE_GAUSSIAN && s->variance != VARIANCE_FIXED;
    return vae_inputs(s) * (!learnt ? 1 : s->density == DENSITY_MIXTURE ? 3 : 2);
}

/* Whether it is the paper's network: one hidden layer on either side, of equal width, tanh. */
bool vae_shape_is_aevb(const struct vae_shape *s);

bool vae_shapes_equal(const struct vae_shape *a, const struct vae_shape *b);

/* --- its layers --- */

/* The head is mu and logvar side by side, 2 latent columns; a Gaussian's output is mean and logvar
 * side by side, or the mean alone. NOISE, after the output, is a bias without inputs: the pixels'
 * log-variances and, of a mixture, the logits of the uniform's shares. */
enum vae_role { ROLE_ENC, ROLE_HEAD, ROLE_DEC, ROLE_OUT, ROLE_NOISE };

/* Parameters, in panels of sixteen columns (`pack` in kernels/contracts.h). */
struct vae_tensor {
    size_t rows, cols; /* a bias has one row */
    size_t offset;     /* floats from the arena's start */
};

/* A matrix of floats: rows are ld floats apart. */
struct vae_view {
    float *at;
    size_t ld;
};

/* Y = f(X W + b). If X is the output of a hidden layer, dX is the gradient with respect to that
 * layer's pre-activation, (dY W^T) f'(X), with f' in `slope`. Otherwise slope is NONE and dX is
 * dY W^T. */
struct vae_layer {
    enum vae_role role;
    size_t depth; /* among the layers of its role, from 0 */
    enum sv_epilogue f, slope;
    struct vae_tensor w, b;
    struct vae_view x, y, dx, dy; /* set in a model; dx.at is NULL if X is the minibatch */
};

enum { VAE_MOST_LAYERS = 2 * VAE_MAX_DEPTH + 3 };

/* Lists the layers of a shape in forward order, without views: the encoder's, the head, the
 * decoder's, the output, the noise. Tensors follow one another in the arena, each bias after its weight.
 * Returns the number of layers. */
size_t vae_layers(const struct vae_shape *s, struct vae_layer l[VAE_MOST_LAYERS]);

/* Fan-out of a layer. Mean and log-variance share a layer but count separately, as in files. */
static inline size_t vae_fan_out(const struct vae_shape *s, const struct vae_layer *l)
{
    if (l->role == ROLE_HEAD) return s->latent;
    return l->role == ROLE_OUT ? vae_inputs(s) : l->w.cols;
}

/* Indices of the head, of the decoder's first layer (the output if it has no hidden ones) and of
 * the output. */
static inline size_t vae_head_at(const struct vae_shape *s) { return s->enc.count; }
static inline size_t vae_decoder_at(const struct vae_shape *s) { return s->enc.count + 1; }
static inline size_t vae_out_at(const struct vae_shape *s)
{
    return s->enc.count + 1 + s->dec.count;
}

/* The three products of a layer: forward, gradient of its input, gradient of its weight. */
enum vae_product { LAYER_Y, LAYER_DX, LAYER_DW, VAE_PRODUCTS };

/* The phase that times a product, of all layers of one role together. */
enum vae_phase vae_phase_of(enum vae_role role, enum vae_product product);

/* How often a method takes an example through the products of a step: through the encoder, and back
 * from its head (dX, dW); through the decoder, back through its hidden layers (dX), back to z, and
 * to the gradients of its weights (dW). */
struct vae_passes {
    double encode, back_encoder;
    double decode, back_decoder, to_z, decoder_weights;
};

/* Useful FLOPs per example: matrix products only, a multiply-add counts as two; the first layer has
 * no dX. Of a phase; of a whole step; of a forward pass with `samples` draws of z. */
double vae_phase_flops(const struct vae_shape *s, const struct vae_passes *p, enum vae_phase phase);
double vae_step_flops(const struct vae_shape *s, const struct vae_passes *p);
double vae_forward_flops(const struct vae_shape *s, size_t samples);

#endif
