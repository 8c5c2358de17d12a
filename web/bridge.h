/* The model of the explorer page, for callers in JavaScript: one model at a time, plain numbers and
 * arrays, no structures. Rows of x are floats in [0, 1] as the page draws them, [n][width].
 *
 * What returns int returns 0, or enum vae_net_status; explorer_message says why. Nothing but
 * explorer_load replaces the model. */
#ifndef EXPLORER_BRIDGE_H
#define EXPLORER_BRIDGE_H

/* The instruction set of the next explorer_load: "generic", or "" for the best. */
void explorer_use_isa(const char *isa);

/* Reads the checkpoint model.safetensors of the current folder; under emscripten that is the root
 * of its file system in memory. Returns "", or one line on why it cannot be used; the model that
 * was there before then stays. */
const char *explorer_load(void);

/* Size of an image, values per pixel, dimensions of z, values of a row; 0 without a model. */
int explorer_rows(void);
int explorer_columns(void);
int explorer_channels(void);
int explorer_latent(void);
int explorer_width(void);

/* "bernoulli" or "gaussian"; "" without a model. */
const char *explorer_kind(void);

/* The mean of p(x|z): z [n][latent] to x [n][width]. */
int explorer_decode(const float *z, int n, float *x);

/* q(z|x): means and log-variances, [n][latent]. */
int explorer_encode(const float *x, int n, float *mu, float *logvar);

/* The bound, E[log p(x|z)] and the KL of n rows, their means in nats. */
int explorer_bound(const float *x, int n, double elbo_recon_kl[3]);

/* log p(x) of each row in nats, by importance sampling with that many draws of z: [n]. */
int explorer_log_p(const float *x, int n, int draws, double *log_p);

/* Principal components of codes [n][latent]: mean [latent]; axes [latent][latent], unit vectors by
 * falling deviation, each with a positive largest coordinate; standard deviations along them
 * [latent]. */
int explorer_principal(const float *codes, int n, float *mean, float *axes, float *deviations);

/* Why the last call failed; "" if it did not. */
const char *explorer_message(void);

/* The instruction set whose kernels compute, "" without a model; the version of the library. */
const char *explorer_isa(void);
const char *explorer_version(void);

#endif
