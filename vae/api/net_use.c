/* What a handle's model says of rows, and what it makes of codes. */
#include "../base/memory.h"
#include "../base/streams.h"
#include "../methods/codes.h"
#include "../methods/generate.h"
#include "../methods/importance.h"
#include "net.h"
#include <stdlib.h>

static enum vae_net_status has_model(struct vae_net *net)
{
    if (net->model != MODEL_NONE) return VAE_NET_OK;
    return net_fail(net, VAE_NET_STATE, "no model: train, resume or load one first");
}

/* Rows to be encoded, as the evaluation that `vae eval` would make of test images. */
static enum vae_net_status open_rows(struct vae_net *net, const struct vae_net_rows *x,
                                     struct images *images, struct vae_evaluation *of)
{
    const struct vae_run *r = &net->trainer.run;
    enum vae_net_status status = has_model(net);
    if (!status && r->method == VAE_MCEM)
        return net_fail(
            net, VAE_NET_STATE,
            "trained by Monte Carlo EM, which trains no encoder: decode and sample alone");
    if (!status) status = net_images(net, x, images);
    if (!status) status = net_draw_fixed(net, r, STREAM_FIXED_TEST, images);
    *of = (struct vae_evaluation){images, r->binarize, r->estimator, NOISE_TEST, r->seed};
    return status;
}

/* --- bounds --- */

static void see(void *arg, const struct vae_model *m, size_t first, size_t rows)
{
    double *elbo = arg;
    if (elbo) vae_row_bounds(m, rows, elbo + first);
}

static enum vae_net_status bound(struct vae_net *net, const struct vae_net_rows *x,
                                 struct vae_net_bound *mean, double *elbo)
{
    struct images images;
    struct vae_evaluation of;
    struct vae_bound b;
    const struct vae_watch watch = {see, elbo};
    const enum vae_net_status status = open_rows(net, x, &images, &of);
    if (status) return status;
    vae_evaluate_watched(&net->trainer.model, &of, &watch, NULL, &b);
    net_undraw(x, &images);
    const double n = (double)b.count;
    if (mean)
        *mean = (struct vae_net_bound){vae_bound_elbo(&b), b.recon / n, b.kl / n, b.log_mean / n};
    return VAE_NET_OK;
}

enum vae_net_status vae_net_bound(struct vae_net *net, const struct vae_net_rows *x,
                                  struct vae_net_bound *mean, double *elbo)
{
    if (!net) return VAE_NET_ARGUMENT;
    const locale_t before = net_enter(net);
    return net_leave(net, before, bound(net, x, mean, elbo));
}

static enum vae_net_status log_p(struct vae_net *net, const struct vae_net_rows *x, size_t draws,
                                 double *out)
{
    struct images images;
    struct vae_evaluation of;
    struct vae_importance is;
    if (!out || !draws || draws > VAE_MAX_DRAWS)
        return net_fail(net, VAE_NET_ARGUMENT, "%zu draws: give 1 to %d, and room for the result",
                        draws, VAE_MAX_DRAWS);
    const enum vae_net_status status = open_rows(net, x, &images, &of);
    if (status) return status;
    const bool ok = vae_importance_create(&is, &net->trainer.model, &of, draws, &net->e);
    if (ok) {
        while (vae_importance_step(&is)) {
        }
        for (size_t i = 0; i < x->n; i++) out[i] = is.point[i].log_p;
        vae_importance_destroy(&is);
    }
    net_undraw(x, &images);
    return ok ? VAE_NET_OK : VAE_NET_MEMORY;
}

enum vae_net_status vae_net_log_p(struct vae_net *net, const struct vae_net_rows *x, size_t draws,
                                  double *out)
{
    if (!net) return VAE_NET_ARGUMENT;
    const locale_t before = net_enter(net);
    return net_leave(net, before, log_p(net, x, draws, out));
}

/* --- codes --- */

/* The codes of all rows; the first `latent` numbers of each go to `first`, the next to `second`,
 * where these are not NULL. */
static enum vae_net_status codes(struct vae_net *net, const struct vae_net_rows *x,
                                 enum vae_codes kind, const uint64_t *seed, float *first,
                                 float *second)
{
    struct images images;
    struct vae_evaluation of;
    const enum vae_net_status status = open_rows(net, x, &images, &of);
    if (status) return status;
    const size_t latent = vae_net_latent(net), columns = latent * (kind == CODES_POSTERIOR ? 2 : 1);
    double *all = vae_memory_get(x->n * columns * sizeof *all);
    if (seed) of.seed = *seed;
    if (all) {
        vae_codes_of(&net->trainer.model, &of, kind, NULL, NULL, all);
        for (size_t i = 0; i < x->n; i++)
            for (size_t j = 0; j < latent; j++) {
                if (first) first[i * latent + j] = (float)all[i * columns + j];
                if (second) second[i * latent + j] = (float)all[i * columns + latent + j];
            }
        vae_memory_give(all);
    }
    net_undraw(x, &images);
    return all ? VAE_NET_OK : net_fail(net, VAE_NET_MEMORY, "not enough memory for the codes");
}

enum vae_net_status vae_net_encode(struct vae_net *net, const struct vae_net_rows *x, float *mu,
                                   float *logvar)
{
    if (!net) return VAE_NET_ARGUMENT;
    const locale_t before = net_enter(net);
    return net_leave(net, before, codes(net, x, CODES_POSTERIOR, NULL, mu, logvar));
}

enum vae_net_status vae_net_draw(struct vae_net *net, const struct vae_net_rows *x, uint64_t seed,
                                 float *z)
{
    if (!net) return VAE_NET_ARGUMENT;
    const locale_t before = net_enter(net);
    return net_leave(net, before, codes(net, x, CODES_DRAW, &seed, z, NULL));
}

/* --- images --- */

static enum vae_net_status may_decode(struct vae_net *net, size_t n, const void *in,
                                      const void *out)
{
    if (n && in && out) return has_model(net);
    return net_fail(net, VAE_NET_ARGUMENT, "a NULL, or no rows");
}

enum vae_net_status vae_net_decode(struct vae_net *net, const float *z, size_t n, float *x)
{
    if (!net) return VAE_NET_ARGUMENT;
    const locale_t before = net_enter(net);
    const enum vae_net_status status = may_decode(net, n, z, x);
    if (!status) vae_decode_all(&net->trainer.model, z, n, NULL, x);
    return net_leave(net, before, status);
}

enum vae_net_status vae_net_sample(struct vae_net *net, size_t n, uint64_t seed, float *x)
{
    if (!net) return VAE_NET_ARGUMENT;
    const locale_t before = net_enter(net);
    enum vae_net_status status = may_decode(net, n, x, x);
    if (!status && !vae_samples(&net->trainer.model, n, seed, 1, NULL, x))
        status = net_fail(net, VAE_NET_MEMORY, "not enough memory for the codes");
    return net_leave(net, before, status);
}
