#include "shape.h"
#include "../base/number.h"
#include <stdio.h>
#include <string.h>

const char *const vae_likelihood_names[] = {"bernoulli", "gaussian", NULL};
const char *const vae_posterior_names[] = {"gaussian", "laplace", "logistic", NULL};
const char *const vae_density_names[] = {"head", "per-pixel", "mixture", NULL};
const char *const vae_activation_names[] = {"tanh", "relu", "softplus", "sigmoid", NULL};

/* --- widths --- */

static const char none[] = "none";

void vae_widths_text(const struct vae_widths *w, char text[VAE_WIDTHS_TEXT])
{
    size_t used = 0;
    if (!w->count) snprintf(text, VAE_WIDTHS_TEXT, "%s", none);
    for (size_t i = 0; i < w->count; i++)
        used +=
            (size_t)snprintf(text + used, VAE_WIDTHS_TEXT - used, "%s%zu", i ? "," : "", w->of[i]);
}

bool vae_widths_read(const char *text, struct vae_widths *w)
{
    *w = (struct vae_widths){0};
    if (!strcmp(text, none)) return true;
    for (;; text++) {
        const size_t n = strcspn(text, ",");
        char word[8];
        uint64_t width;
        if (n >= sizeof word || w->count == VAE_MAX_DEPTH) return false;
        snprintf(word, sizeof word, "%.*s", (int)n, text);
        if (!vae_number_u64(word, VAE_MAX_HIDDEN, &width) || width == 0) return false;
        w->of[w->count++] = (size_t)width;
        text += n;
        if (!*text) return true;
    }
}

bool vae_widths_equal(const struct vae_widths *a, const struct vae_widths *b)
{
    return a->count == b->count && !memcmp(a->of, b->of, a->count * sizeof *a->of);
}

struct vae_widths vae_widths_mirrored(const struct vae_widths *w)
{
    struct vae_widths m = {.count = w->count};
    for (size_t i = 0; i < w->count; i++) m.of[i] = w->of[w->count - 1 - i];
    return m;
}

/* --- the shape --- */

bool vae_shape_is_aevb(const struct vae_shape *s)
{
    return s->enc.count == 1 && vae_widths_equal(&s->enc, &s->dec) && s->activation == VAE_TANH;
}

bool vae_shapes_equal(const struct vae_shape *a, const struct vae_shape *b)
{
    return a->rows == b->rows && a->cols == b->cols && a->channels == b->channels &&
           vae_widths_equal(&a->enc, &b->enc) && vae_widths_equal(&a->dec, &b->dec) &&
           a->activation == b->activation && a->latent == b->latent &&
           a->likelihood == b->likelihood && a->variance == b->variance &&
           a->variance_at == b->variance_at && a->density == b->density &&
           a->posterior == b->posterior;
}

/* --- layers --- */

static const struct {
    enum sv_epilogue f, slope;
} epilogues[] = {[VAE_TANH] = {SV_EPI_TANH, SV_EPI_TANH_GRAD},
                 [VAE_RELU] = {SV_EPI_RELU, SV_EPI_RELU_GRAD},
                 [VAE_SOFTPLUS] = {SV_EPI_SOFTPLUS, SV_EPI_SOFTPLUS_GRAD},
                 [VAE_SIGMOID] = {SV_EPI_SIGMOID, SV_EPI_SIGMOID_GRAD}};

/* A list of layers under construction. */
struct list {
    struct vae_layer *l;
    size_t count, params;
    enum vae_activation activation;
};

static void append(struct list *t, enum vae_role role, size_t depth, size_t inputs, size_t outputs)
{
    const bool hidden = role == ROLE_ENC || role == ROLE_DEC;
    const struct vae_tensor w = {inputs, outputs, t->params};
    const struct vae_tensor b = {1, outputs, w.offset + sv_packed_size(inputs, outputs)};
    t->params = b.offset + sv_packed_size(1, outputs);
    t->l[t->count++] = (struct vae_layer){.role = role,
                                          .depth = depth,
                                          .f = hidden ? epilogues[t->activation].f : SV_EPI_BIAS,
                                          .slope = SV_EPI_NONE,
                                          .w = w,
                                          .b = b};
}

/* Hidden layers, then one without activation. */
static void append_side(struct list *t, enum vae_role hidden, const struct vae_widths *widths,
                        enum vae_role last, size_t inputs, size_t outputs)
{
    for (size_t i = 0; i < widths->count; i++) {
        append(t, hidden, i, inputs, widths->of[i]);
        inputs = widths->of[i];
    }
    append(t, last, 0, inputs, outputs);
    for (size_t i = t->count - widths->count; i < t->count; i++)
        t->l[i].slope = epilogues[t->activation].slope;
}

size_t vae_layers(const struct vae_shape *s, struct vae_layer l[VAE_MOST_LAYERS])
{
    struct list t = {.l = l, .activation = s->activation};
    append_side(&t, ROLE_ENC, &s->enc, ROLE_HEAD, vae_inputs(s), 2 * s->latent);
    const size_t noise = s->density == DENSITY_HEAD ? 0 : vae_outputs(s) - vae_inputs(s);
    append_side(&t, ROLE_DEC, &s->dec, ROLE_OUT, s->latent, vae_outputs(s) - noise);
    if (noise) append(&t, ROLE_NOISE, 0, 0, noise);
    return t.count;
}

/* --- arithmetic --- */

enum vae_phase vae_phase_of(enum vae_role role, enum vae_product product)
{
    static const enum vae_phase of[][VAE_PRODUCTS] = {
        [ROLE_ENC] = {PHASE_ENC, PHASE_ENC_DX, PHASE_ENC_DW},
        [ROLE_HEAD] = {PHASE_HEAD, PHASE_HEAD_DX, PHASE_HEAD_DW},
        [ROLE_DEC] = {PHASE_DEC, PHASE_DEC_DX, PHASE_DEC_DW},
        [ROLE_OUT] = {PHASE_OUT, PHASE_OUT_DX, PHASE_OUT_DW},
        [ROLE_NOISE] = {PHASE_OUT, PHASE_OUT_DX, PHASE_OUT_DW},
    };
    return of[role][product];
}

/* How often layer i takes part in a product. The first layer has no dX: the data need no gradient. */
static double times(const struct vae_shape *s, const struct vae_passes *p, size_t i,
                    enum vae_product product)
{
    const size_t decoder = vae_decoder_at(s);
    if (i < decoder) {
        if (product == LAYER_Y) return p->encode;
        return product == LAYER_DX && i == 0 ? 0.0 : p->back_encoder;
    }
    if (product == LAYER_Y) return p->decode;
    if (product == LAYER_DW) return p->decoder_weights;
    return i == decoder ? p->to_z : p->back_decoder;
}

double vae_phase_flops(const struct vae_shape *s, const struct vae_passes *passes,
                       enum vae_phase phase)
{
    struct vae_layer l[VAE_MOST_LAYERS];
    const size_t n = vae_layers(s, l);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        for (int p = 0; p < VAE_PRODUCTS; p++)
            if (vae_phase_of(l[i].role, (enum vae_product)p) == phase)
                sum += 2 * times(s, passes, i, (enum vae_product)p) * (double)l[i].w.rows *
                       (double)l[i].w.cols;
    return sum;
}

double vae_step_flops(const struct vae_shape *s, const struct vae_passes *passes)
{
    double sum = 0;
    for (int p = 0; p < PHASE_COUNT; p++) sum += vae_phase_flops(s, passes, (enum vae_phase)p);
    return sum;
}

double vae_forward_flops(const struct vae_shape *s, size_t samples)
{
    return vae_step_flops(s, &(struct vae_passes){.encode = 1, .decode = (double)samples});
}
