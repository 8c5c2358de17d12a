/* The whole model in double, as plain loops: bound and gradient of the objective of one minibatch, to be read beside
 * Auto-Encoding Variational Bayes. The tests check it by finite differences, and the trainer by it.
 */
#ifndef VAE_ORACLE_H
#define VAE_ORACLE_H

#include "ref.h"

enum { ORACLE_DEPTH = 4, ORACLE_LAYERS = 2 * ORACLE_DEPTH + 2, ORACLE_TENSORS = 2 * ORACLE_LAYERS };

/* Hidden layers, from the encoder's or decoder's input on. */
struct oracle_widths {
    size_t count, of[ORACLE_DEPTH];
};

enum oracle_activation { ORACLE_TANH, ORACLE_RELU, ORACLE_SOFTPLUS, ORACLE_SIGMOID };

/* Parameters in the trainer's order: encoder, head (mu and logvar side by side), decoder, output; of each layer the
 * weight, input x output, tensor 2 i, and its bias, tensor 2 i + 1. */
struct vae_oracle {
    size_t inputs, latent, samples; /* samples: draws of z per data point (L) */
    struct oracle_widths enc, dec;
    enum oracle_activation activation;
    bool
        gaussian; /* likelihood N(sigmoid(a), exp(max(v, min_logvar))); else Bernoulli with logits */
    bool fixed;   /* all v are min_logvar, and the decoder has none */
    double min_logvar;
    double beta;              /* of the KL in the objective; 1: the ELBO */
    const double *row_weight; /* c of the draws, [rows samples]; NULL: all 0 */
    bool iwae; /* the objective is -log_mean (Burda et al. 2015, equation 8) instead */
    double *w[ORACLE_TENSORS], *grad[ORACLE_TENSORS];
};

struct oracle_bound {
    double kl, recon; /* summed over the minibatch, nats */
    double log_ratio; /* sum_r c_r (log p(z_r) - log q(z_r|x)) */
    double log_mean;  /* of iwae: log of the mean of a data point's weights p(x|z) p(z) / q(z|x) */
};

/* How many tensors there are, and the length of tensor t. */
size_t oracle_tensors(const struct vae_oracle *o);
size_t oracle_size(const struct vae_oracle *o, size_t t);

/* Allocates w and grad, zeros. */
void oracle_create(struct vae_oracle *o);
void oracle_destroy(struct vae_oracle *o);

/* The sums for x [rows][inputs] with the noise of rng; fills grad with the gradient of
 * beta kl - recon - log_ratio, or of -log_mean. */
struct oracle_bound oracle_gradient(const struct vae_oracle *o, size_t rows, const double *x,
                                    struct sv_rng rng);

#endif
