/* The whole model in double, as plain loops: bound and gradient of one minibatch, to be read beside
 * Auto-Encoding Variational Bayes. The tests check it by finite differences, and the trainer by it.
 */
#ifndef VAE_ORACLE_H
#define VAE_ORACLE_H

#include "ref.h"

/* Parameters in the trainer's order: weights input x output, each followed by its bias. */
enum { ORACLE_TENSORS = 8 };

struct vae_oracle {
    size_t inputs, hidden, latent, samples; /* samples: draws of z per data point (L) */
    bool
        gaussian; /* likelihood N(sigmoid(a), exp(max(v, min_logvar))); else Bernoulli with logits */
    bool fixed;   /* all v are min_logvar, and the decoder has none */
    double min_logvar;
    double *w[ORACLE_TENSORS], *grad[ORACLE_TENSORS];
};

struct oracle_bound {
    double kl, recon; /* summed over the minibatch, nats */
};

/* Length of tensor t. */
size_t oracle_size(const struct vae_oracle *o, int t);

/* Allocates w and grad, zeros. */
void oracle_create(struct vae_oracle *o);
void oracle_destroy(struct vae_oracle *o);

/* KL and reconstruction for x [rows][inputs] with the noise of rng; fills grad with the gradient of
 * kl - recon. */
struct oracle_bound oracle_gradient(const struct vae_oracle *o, size_t rows, const double *x,
                                    struct sv_rng rng);

#endif
