/* The whole model as plain loops in double: the bound (ELBO) of one minibatch and the gradient of
 * its objective, to be read beside Auto-Encoding Variational Bayes. The tests check it against
 * finite differences, and the trainer against it. */
#ifndef VAE_ORACLE_H
#define VAE_ORACLE_H

#include "ref.h"

enum { ORACLE_DEPTH = 4, ORACLE_LAYERS = 2 * ORACLE_DEPTH + 3, ORACLE_TENSORS = 2 * ORACLE_LAYERS };

/* Widths of the hidden layers, from the encoder's or decoder's input on. */
struct oracle_widths {
    size_t count, of[ORACLE_DEPTH];
};

enum oracle_activation { ORACLE_TANH, ORACLE_RELU, ORACLE_SOFTPLUS, ORACLE_SIGMOID };

/* Parameters in the trainer's order: encoder, head (mu and logvar side by side), decoder, output.
 * Tensor 2 i is the weight of layer i, input x output; tensor 2 i + 1 is its bias. Log-variances per
 * pixel are the bias of a layer without inputs. */
struct vae_oracle {
    size_t inputs, latent, samples; /* samples: draws of z per example (L) */
    struct oracle_widths enc, dec;
    enum oracle_activation activation;
    /* Likelihood N(sigmoid(a), exp(max(v, min_logvar))), otherwise Bernoulli with logits. */
    bool gaussian;
    bool fixed;   /* v = min_logvar everywhere; the decoder does not output it */
    bool pixel;   /* v is a parameter for each pixel, the last tensor, after one of no size */
    bool mixture; /* and so is u after it: p = sigmoid(u) + (1 - sigmoid(u)) N; pixel is set too */
    double min_logvar;
    enum sv_noise posterior;  /* of eps in z = mu + sigma eps */
    double beta;              /* weight of the KL in the objective; 1: the ELBO */
    const double *row_weight; /* c of the draws, [rows samples]; NULL: all 0 */
    bool iwae; /* the objective is -log_mean (Burda et al. 2015, equation 8) instead */
    double *w[ORACLE_TENSORS], *grad[ORACLE_TENSORS];
};

struct oracle_bound {
    double kl, recon; /* summed over the minibatch, nats */
    double log_ratio; /* sum_r c_r (log p(z_r) - log q(z_r|x)) */
    double log_mean;  /* of iwae: log of the mean of a data point's weights p(x|z) p(z) / q(z|x) */
};

/* The number of tensors, and the length of tensor t. */
size_t oracle_tensors(const struct vae_oracle *o);
size_t oracle_size(const struct vae_oracle *o, size_t t);

/* Allocates w and grad, zeroed. */
void oracle_create(struct vae_oracle *o);
void oracle_destroy(struct vae_oracle *o);

/* The sums for x [rows][inputs] with the noise of rng; fills grad with the gradient of
 * beta kl - recon - log_ratio, or of -log_mean. */
struct oracle_bound oracle_gradient(const struct vae_oracle *o, size_t rows, const double *x,
                                    struct sv_rng rng);

/* -log q(z|x) of wake-sleep's sleep phase, summed over rows of x and z; fills the encoder's grad. */
double oracle_posterior(const struct vae_oracle *o, size_t rows, const double *x, const double *z);

/* p(x|z) for rows of z: means, and log-variances of a Gaussian; both [rows][inputs]. */
void oracle_decode(const struct vae_oracle *o, size_t rows, const double *z, double *mean,
                   double *logvar);

#endif
