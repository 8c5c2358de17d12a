#include "insight.h"
#include "../base/json.h"
#include "../base/peak.h"
#include <math.h>

/* --- phases --- */

static const char *const names[PHASE_COUNT] = {
    [PHASE_GATHER] = "gather",
    [PHASE_ENC] = "encoder.hidden",
    [PHASE_HEAD] = "encoder.head",
    [PHASE_REPARAM] = "reparameterise + KL",
    [PHASE_DEC] = "decoder.hidden",
    [PHASE_OUT] = "decoder.out",
    [PHASE_LIKELIHOOD] = "likelihood",
    [PHASE_WEIGH] = "importance weights",
    [PHASE_OUT_DX] = "decoder.out dX",
    [PHASE_DEC_DX] = "decoder.hidden dX",
    [PHASE_REPARAM_GRAD] = "reparameterise, back",
    [PHASE_HEAD_DX] = "encoder.head dX",
    [PHASE_ENC_DX] = "encoder.hidden dX",
    [PHASE_OUT_DW] = "decoder.out dW + optimiser",
    [PHASE_DEC_DW] = "decoder.hidden dW + optimiser",
    [PHASE_HEAD_DW] = "encoder.head dW + optimiser",
    [PHASE_ENC_DW] = "encoder.hidden dW + optimiser",
    [PHASE_BIAS] = "biases",
    [PHASE_DREAM] = "draws from the model",
    [PHASE_CHAIN] = "Markov chains",
    [PHASE_THETA] = "weights' posterior",
    [PHASE_APPLY] = "optimiser",
    [PHASE_WAIT] = "waiting",
};

/* Floats per example that the bias gradients sum. */
static double outputs_of_layers(const struct vae_model *m)
{
    struct vae_layer l[VAE_MOST_LAYERS];
    const size_t n = vae_layers(&m->shape, l);
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += (double)l[i].w.cols * (i < vae_decoder_at(&m->shape) ? 1 : (double)m->samples);
    return sum;
}

/* Bytes per example; 0 for matrix products, which are not bound by memory. */
static double bytes_of(const struct vae_model *m, enum vae_phase phase)
{
    const double l = (double)m->samples, x = (double)vae_inputs(&m->shape);
    const double z = (double)m->shape.latent, out = (double)vae_outputs(&m->shape);
    const double f = sizeof(float);
    switch (phase) {
    case PHASE_GATHER: return x * (1 + f) + (l > 1 ? f * x * (1 + l) : 0);
    case PHASE_REPARAM: return f * (2 * z + 2 * z * l);
    case PHASE_LIKELIHOOD: return f * l * (2 * out + x);
    case PHASE_WEIGH: return f * l * (2 * out + 2 * z);
    case PHASE_REPARAM_GRAD: return f * (4 * z + 2 * z * l);
    case PHASE_BIAS: return f * outputs_of_layers(m);
    default: return 0;
    }
}

size_t vae_insight_of(const struct vae_model *m, const struct vae_passes *passes, uint64_t points,
                      struct insight out[PHASE_COUNT])
{
    const bool aevb = passes->encode > 0 && passes->encode < 2; /* bytes_of its step alone */
    size_t count = 0;
    for (int p = 0; p < PHASE_COUNT; p++) {
        struct insight i = {.name = names[p]};
        const size_t threads = vae_pool_threads(m->pool);
        for (size_t t = 0; t < threads; t++) i.seconds += m->clock[t].seconds[p] / (double)threads;
        if (i.seconds <= 0) continue;
        i.flops = (double)points * vae_phase_flops(&m->shape, passes, (enum vae_phase)p);
        if (aevb) i.bytes = (double)points * bytes_of(m, (enum vae_phase)p);
        out[count++] = i;
    }
    return count;
}

bool vae_insight_shares(const struct insight *phase, size_t count, double peak,
                        double share[PHASE_COUNT], struct vae_error *e)
{
    struct vae_error reason = {""};
    size_t i;
    for (i = 0; i < count; i++) {
        const double rate = phase[i].flops / phase[i].seconds;
        share[i] = NAN;
        if (phase[i].flops > 0 && !vae_share_of_peak(rate, peak, &share[i], &reason)) break;
    }
    if (i == count) return true;
    for (size_t j = 0; j < count; j++) share[j] = NAN;
    return vae_fail(e, "%s: %s", phase[i].name, reason.line);
}

void vae_insight_print(FILE *to, const struct insight *phase, size_t count, uint64_t steps,
                       double peak)
{
    double all = 0, share[PHASE_COUNT];
    struct vae_error e = {""};
    const bool shares = vae_insight_shares(phase, count, peak, share, &e);
    for (size_t i = 0; i < count; i++) all += phase[i].seconds;
    fprintf(to, "%-30s %10s %7s %9s %8s %7s\n", "phase", "us a step", "time %", "GFLOP/s", "% peak",
            "GB/s");
    for (size_t i = 0; i < count; i++) {
        const struct insight *p = &phase[i];
        const double rate = 1e-9 / p->seconds;
        fprintf(to, "%-30s %10.1f %7.1f", p->name, 1e6 * p->seconds / (double)steps,
                100 * p->seconds / all);
        if (p->flops > 0) fprintf(to, " %9.1f", p->flops * rate);
        if (p->flops > 0 && shares) fprintf(to, " %8.1f", 100 * share[i]);
        if (p->bytes > 0) fprintf(to, " %9s %8s %7.1f", "", "", p->bytes * rate);
        fputc('\n', to);
    }
    if (!shares) fprintf(to, "%s\n", e.line);
    fflush(to);
}

json_t *vae_insight_json(const struct insight *phase, size_t count, double peak)
{
    bool ok = true;
    json_t *all = json_object();
    double share[PHASE_COUNT];
    struct vae_error e = {""};
    vae_insight_shares(phase, count, peak, share, &e);
    for (size_t i = 0; i < count; i++) {
        const struct insight *p = &phase[i];
        json_t *o = json_object();
        vae_json_put(&ok, o, "seconds", vae_json_number(p->seconds));
        if (p->flops > 0) {
            vae_json_put(&ok, o, "gflops", vae_json_number(1e-9 * p->flops / p->seconds));
            vae_json_put(&ok, o, "share_of_peak", vae_json_number(share[i]));
        }
        if (p->bytes > 0)
            vae_json_put(&ok, o, "gb_per_s", vae_json_number(1e-9 * p->bytes / p->seconds));
        vae_json_put(&ok, all, p->name, o);
    }
    return vae_json_whole(ok, all);
}
