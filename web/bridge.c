#include "bridge.h"
#include "../vae/api/vae.h"
#include "../vae/base/memory.h"
#include "../vae/methods/principal.h"
#include <math.h>
#include <stdio.h>

#ifdef __EMSCRIPTEN__
#include <emscripten.h>
#else
#define EMSCRIPTEN_KEEPALIVE
#endif

static struct vae_net *model;
static char message[512], isa[16];

/* Keeps the message of a call of the handle beyond the handle. */
static int done(const struct vae_net *net, enum vae_net_status status)
{
    snprintf(message, sizeof message, "%s", status ? vae_net_message(net) : "");
    return (int)status;
}

static int refused(enum vae_net_status status, const char *why)
{
    snprintf(message, sizeof message, "%s", why);
    return (int)status;
}

EMSCRIPTEN_KEEPALIVE void explorer_use_isa(const char *name)
{
    snprintf(isa, sizeof isa, "%s", name);
}

EMSCRIPTEN_KEEPALIVE const char *explorer_load(void)
{
    struct vae_net *net = vae_net_create();
    enum vae_net_status status = vae_net_set(net, "threads", "1");
    if (!status && *isa) status = vae_net_set(net, "isa", isa);
    if (!status) status = vae_net_load(net, "model.safetensors");
    if (done(net, status)) {
        vae_net_destroy(net);
        return message;
    }
    vae_net_destroy(model);
    model = net;
    return message;
}

/* --- what it is --- */

EMSCRIPTEN_KEEPALIVE int explorer_rows(void) { return (int)vae_net_image_rows(model); }
EMSCRIPTEN_KEEPALIVE int explorer_columns(void) { return (int)vae_net_image_columns(model); }
EMSCRIPTEN_KEEPALIVE int explorer_channels(void) { return (int)vae_net_channels(model); }
EMSCRIPTEN_KEEPALIVE int explorer_latent(void) { return (int)vae_net_latent(model); }
EMSCRIPTEN_KEEPALIVE int explorer_width(void) { return (int)vae_net_width(model); }
EMSCRIPTEN_KEEPALIVE const char *explorer_kind(void) { return vae_net_likelihood(model); }

/* --- what it computes --- */

static struct vae_net_rows rows(const float *x, int n)
{
    return (struct vae_net_rows){.f32 = x, .n = n > 0 ? (size_t)n : 0, .d = vae_net_width(model)};
}

EMSCRIPTEN_KEEPALIVE int explorer_decode(const float *z, int n, float *x)
{
    return done(model, vae_net_decode(model, z, n > 0 ? (size_t)n : 0, x));
}

EMSCRIPTEN_KEEPALIVE int explorer_encode(const float *x, int n, float *mu, float *logvar)
{
    const struct vae_net_rows r = rows(x, n);
    return done(model, vae_net_encode(model, &r, mu, logvar));
}

EMSCRIPTEN_KEEPALIVE int explorer_bound(const float *x, int n, double elbo_recon_kl[3])
{
    const struct vae_net_rows r = rows(x, n);
    struct vae_net_bound b;
    const enum vae_net_status status = vae_net_bound(model, &r, &b, NULL);
    if (!status) {
        elbo_recon_kl[0] = b.elbo;
        elbo_recon_kl[1] = b.recon;
        elbo_recon_kl[2] = b.kl;
    }
    return done(model, status);
}

EMSCRIPTEN_KEEPALIVE int explorer_log_p(const float *x, int n, int draws, double *log_p)
{
    const struct vae_net_rows r = rows(x, n);
    return done(model, vae_net_log_p(model, &r, draws > 0 ? (size_t)draws : 0, log_p));
}

EMSCRIPTEN_KEEPALIVE int explorer_principal(const float *codes, int n, float *mean, float *axes,
                                            float *deviations)
{
    const size_t latent = vae_net_latent(model), count = n > 0 ? (size_t)n : 0;
    if (!latent || !count) return refused(VAE_NET_ARGUMENT, "no model, or no codes");
    double *rows = vae_memory_get((count + latent + 2) * latent * sizeof *rows);
    if (!rows) return refused(VAE_NET_MEMORY, "not enough memory for the codes");
    double *of = rows + count * latent; /* mean, variances, axes */
    struct principal p = {.mean = of, .variance = of + latent, .axes = of + 2 * latent};
    for (size_t i = 0; i < count * latent; i++) rows[i] = (double)codes[i];
    const bool ok = vae_principal(count, latent, rows, latent, &p);
    for (size_t i = 0; ok && i < latent; i++) {
        mean[i] = (float)p.mean[i];
        deviations[i] = (float)sqrt(p.variance[i]);
    }
    for (size_t i = 0; ok && i < latent * latent; i++) axes[i] = (float)p.axes[i];
    vae_memory_give(rows);
    return ok ? done(model, VAE_NET_OK) : refused(VAE_NET_MEMORY, "not enough memory");
}

EMSCRIPTEN_KEEPALIVE const char *explorer_message(void) { return message; }
EMSCRIPTEN_KEEPALIVE const char *explorer_isa(void) { return vae_net_isa(model); }
EMSCRIPTEN_KEEPALIVE const char *explorer_version(void) { return vae_version_text(); }
