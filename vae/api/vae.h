/* libvae: variational autoencoders (Kingma & Welling 2013, arXiv 1312.6114) trained and used from a
 * program of yours. Arrays go in and come out; the model's file is the one of the program `vae`.
 *
 *     struct vae_net *net = vae_net_create();
 *     vae_net_set(net, "latent", "10");
 *     const struct vae_net_rows x = {.u8 = pixels, .n = 60000, .d = 784};
 *     if (vae_net_train(net, &x, 1000000, NULL, NULL) || vae_net_save(net, "digits.safetensors"))
 *         complain(vae_net_message(net));
 *     vae_net_destroy(net);
 *
 * - The library prints nothing, reads no environment variable and changes no signal or locale.
 * - A handle holds one model. Different handles may be used from different threads at a time; one handle
 *   by one thread at a time. A handle has threads of its own (setting "threads").
 * - The first call that computes checks each kernel it will use on a case whose answer is known, which
 *   takes a few milliseconds. Nothing unverified is used.
 * - Same bits: for the same settings and data the results are those of the program, to the bit,
 *   whatever the CPU and the number of threads.
 * - Whatever fails, the handle stays usable and files stay whole, old or new.
 */
#ifndef VAE_H
#define VAE_H

#include <stddef.h>
#include <stdint.h>

/* @VERSION@: VAE_VERSION, "1.2.3", and VAE_VERSION_MAJOR, _MINOR, _PATCH when installed */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* The version of the library that is running, as "1.2.3". VAE_VERSION is that of this header. */
const char *vae_version_text(void);

/* --- errors --- */

/* What a call returns: 0, or which kind of thing went wrong; vae_net_message says what. */
enum vae_net_status {
    VAE_NET_OK = 0,
    VAE_NET_STOPPED,  /* the progress function asked for it; what was trained so far stays */
    VAE_NET_ARGUMENT, /* a NULL, a size of 0, rows of another width, a value outside [0, 1] or NaN */
    VAE_NET_SETTING,  /* an unknown name, a value out of range, settings that exclude each other */
    VAE_NET_STATE,    /* not in this order: nothing to save yet, or a model is there already */
    VAE_NET_FILE,     /* cannot be read or written, or is no checkpoint */
    VAE_NET_MEMORY,   /* not enough memory, or threads */
    VAE_NET_KERNEL,  /* a kernel does not give its known answer: a fault of this build or machine */
    VAE_NET_DIVERGED /* training left the finite; load an earlier checkpoint, lower "lr" */
};

/* A model and all that belongs to it. */
struct vae_net;

/* One line on why the handle's last call failed: what, why, what to do. "" after a success; of a
 * NULL handle that there is no memory. Valid until the next call. */
const char *vae_net_message(const struct vae_net *net);

/* --- a model --- */

/* A handle without a model; NULL if out of memory. vae_net_train or vae_net_step make a new model
 * by its settings, vae_net_load and vae_net_resume read one. */
struct vae_net *vae_net_create(void);

/* Ends the handle's threads and frees it; NULL is allowed. */
void vae_net_destroy(struct vae_net *net);

/* Sets an option by the name and with the values that `vae train --help` lists, without dashes:
 * "latent", "20"; "hidden", "200,100"; "likelihood", "gaussian". All that a checkpoint records are
 * there, but for the divisions of the data, which are yours (train-images, validation, early-stop).
 * In addition
 *   "image"    "ROWSxCOLUMNS" of a row of data, for pictures made by the program; else square if the width
 *              is a square, or one row
 *   "threads"  default: one per CPU that the process may use
 *   "isa"      the kernels to use, as "generic"; default: the best of the CPU
 * Once there is a model only step size, schedule, KL weight and settings of the optimiser can change,
 * with effect from the next call that trains. If settings exclude each other that call fails, and those made
 * since there is a model, or else all, are forgotten. Both strings are copied. */
enum vae_net_status vae_net_set(struct vae_net *net, const char *name, const char *value);

/* --- data --- */

/* n rows of d values, one row per example, without gaps: floats in [0, 1], or bytes, of which 255
 * counts as 1. One of the pointers is NULL. Read during the call alone. n is below 2^32. */
struct vae_net_rows {
    const float *f32;        /* [n][d] */
    const unsigned char *u8; /* [n][d] */
    size_t n, d;
};

/* --- training --- */

/* Means over examples, in nats; with "binarize" other than none, of binarised values. */
struct vae_net_bound {
    double elbo;  /* recon - kl: a lower bound of log p(x), estimated with sampled z */
    double recon; /* log p(x|z) */
    double kl;    /* KL(q(z|x) || p(z)) */
    double
        weighted; /* with "estimator" iwae the bound of importance-weighted autoencoders; else 0 */
};

/* How far a call of vae_net_train is. */
struct vae_net_progress {
    uint64_t seen, until; /* examples, since the model was new */
    uint64_t epoch;       /* begun, counted from 1 */
    double elbo; /* mean over the examples of this epoch, or of this call if that is shorter */
};

/* Called after each step, on the caller's thread; other than 0 stops the training. It must not use
 * the handle. */
typedef int vae_net_progress_fn(void *arg, const struct vae_net_progress *p);

/* Trains on as many examples as `samples`, in addition to those already seen: minibatches in an
 * order that the seed shuffles anew each epoch, as long as a whole one fits. Trains on after
 * vae_net_resume, or an earlier call, as if there had been no break; rows of another number are
 * another data set, which begins a new epoch. `progress` may be NULL. */
enum vae_net_status vae_net_train(struct vae_net *net, const struct vae_net_rows *x,
                                  uint64_t samples, vae_net_progress_fn *progress, void *arg);

/* One step on a minibatch that you choose, x->n = vae_net_next_rows: for data that are not in
 * memory at once. `of` is the number of examples of the data set: the prior on the parameters
 * counts x->n / of in a step, and an epoch are so many examples; of an endless stream say a
 * multiple of "batch". bound, of the minibatch before the step, may be NULL. Not with "method"
 * mcem, "init-bias" data, "binarize" fixed, which need all data. */
enum vae_net_status vae_net_step(struct vae_net *net, const struct vae_net_rows *x, size_t of,
                                 struct vae_net_bound *bound);

/* The rows that the next vae_net_step takes: "batch", or what is left of the epoch of `of`
 * examples; 0 for a NULL handle or of = 0. */
size_t vae_net_next_rows(const struct vae_net *net, size_t of);

/* --- files --- */

/* Writes a checkpoint, by replacing the file as a whole: weights under PyTorch-like names,
 * optimiser state, settings. `vae eval`, `vae train --resume` and the like read it. */
enum vae_net_status vae_net_save(struct vae_net *net, const char *path);

/* Reads a checkpoint to train on. Settings made before that may change are applied. */
enum vae_net_status vae_net_resume(struct vae_net *net, const char *path);

/* Reads a model for use alone: one of `vae train` or of this library, or weights from elsewhere
 * under the same names, of which "likelihood", "activation", "binarize" and "image" say what they
 * leave open. */
enum vae_net_status vae_net_load(struct vae_net *net, const char *path);

/* --- use ---
 *
 * With the settings of the model: what "binarize" says is done to x first. With `fixed` row i has the
 * draws of test image i. */

/* The bound; elbo is NULL or [n], nats of each row. Noise is that of `vae eval` by the model's
 * seed, whatever else was computed before. */
enum vae_net_status vae_net_bound(struct vae_net *net, const struct vae_net_rows *x,
                                  struct vae_net_bound *mean, double *elbo);

/* log p(x) of each row, in nats, by importance sampling with that many draws of z: [n]. In
 * expectation a lower bound that grows with the draws. */
enum vae_net_status vae_net_log_p(struct vae_net *net, const struct vae_net_rows *x, size_t draws,
                                  double *log_p);

/* q(z|x): means and log-variances, [n][latent]. Either may be NULL. */
enum vae_net_status vae_net_encode(struct vae_net *net, const struct vae_net_rows *x, float *mu,
                                   float *logvar);

/* A z drawn from q(z|x) for each row, [n][latent]. */
enum vae_net_status vae_net_draw(struct vae_net *net, const struct vae_net_rows *x, uint64_t seed,
                                 float *z);

/* The mean of p(x|z) of n rows of z, [n][latent], to x, [n][width]. */
enum vae_net_status vae_net_decode(struct vae_net *net, const float *z, size_t n, float *x);

/* The same for n z drawn from the prior: [n][width]. The images of `vae sample` with that seed. */
enum vae_net_status vae_net_sample(struct vae_net *net, size_t n, uint64_t seed, float *x);

/* Values of a row of data, dimensions of z, examples trained on; 0 before there is a model. */
size_t vae_net_width(const struct vae_net *net);
size_t vae_net_latent(const struct vae_net *net);
uint64_t vae_net_seen(const struct vae_net *net);

/* Rows and columns of an image of that width, and values per pixel, 1 or 3; 0 before there is a
 * model. */
size_t vae_net_image_rows(const struct vae_net *net);
size_t vae_net_image_columns(const struct vae_net *net);
size_t vae_net_channels(const struct vae_net *net);

/* p(x|z): "bernoulli" or "gaussian"; "" before there is a model. */
const char *vae_net_likelihood(const struct vae_net *net);

/* The instruction set whose kernels the handle uses, as "generic"; "" before the first call that
 * computes. */
const char *vae_net_isa(const struct vae_net *net);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
