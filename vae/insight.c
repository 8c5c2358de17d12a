#include "insight.h"
#include "json.h"
#include <string.h>

/* --- the peak --- */

struct peak {
    const struct sv_kernels *k;
    double rate[POOL_MAX_THREADS];
};

static void run_peak(void *arg, size_t thread)
{
    struct peak *p = arg;
    float sink = 0;
    double operations = 0, seconds;
    const double start = seconds_now();
    do {
        operations += p->k->fma_peak(20000, &sink);
        seconds = seconds_now() - start;
    } while (seconds < 0.02);
    p->rate[thread] = operations / seconds;
}

double fma_peak_of(struct pool *pool, const struct sv_kernels *k)
{
    struct peak p = {.k = k};
    double sum = 0;
    pool_run(pool, run_peak, &p);
    for (size_t i = 0; i < pool_threads(pool); i++) sum += p.rate[i];
    return sum;
}

/* --- phases --- */

static const char *const names[PHASE_COUNT] = {
    [PHASE_GATHER] = "gather",
    [PHASE_ENC] = "encoder.hidden",
    [PHASE_HEAD] = "encoder.head",
    [PHASE_REPARAM] = "reparameterise + KL",
    [PHASE_DEC] = "decoder.hidden",
    [PHASE_OUT] = "decoder.out",
    [PHASE_LIKELIHOOD] = "likelihood",
    [PHASE_OUT_DX] = "decoder.out dX",
    [PHASE_DEC_DX] = "decoder.hidden dX",
    [PHASE_REPARAM_GRAD] = "reparameterise, back",
    [PHASE_HEAD_DX] = "encoder.head dX",
    [PHASE_OUT_DW] = "decoder.out dW + optimiser",
    [PHASE_DEC_DW] = "decoder.hidden dW + optimiser",
    [PHASE_HEAD_DW] = "encoder.head dW + optimiser",
    [PHASE_ENC_DW] = "encoder.hidden dW + optimiser",
    [PHASE_BIAS] = "biases",
    [PHASE_WAIT] = "waiting",
};

/* Operations and bytes per data point. Where a phase is a matrix product, bytes are left out: it is not
 * bound by them. */
static void work_of(const struct vae_model *m, enum vae_phase phase, double *flops, double *bytes)
{
    const double l = (double)m->samples, x = (double)vae_inputs(&m->shape);
    const double h = (double)m->shape.hidden, z = (double)m->shape.latent;
    const double out = (double)vae_outputs(&m->shape), f = sizeof(float);
    *flops = *bytes = 0;
    switch (phase) {
    case PHASE_GATHER: *bytes = x * (1 + f); break;
    case PHASE_ENC:
    case PHASE_ENC_DW: *flops = 2 * x * h; break;
    case PHASE_HEAD:
    case PHASE_HEAD_DX:
    case PHASE_HEAD_DW: *flops = 4 * h * z; break;
    case PHASE_REPARAM: *bytes = f * (2 * z + 2 * z * l); break;
    case PHASE_DEC:
    case PHASE_DEC_DX:
    case PHASE_DEC_DW: *flops = 2 * l * z * h; break;
    case PHASE_OUT:
    case PHASE_OUT_DX:
    case PHASE_OUT_DW: *flops = 2 * l * h * out; break;
    case PHASE_LIKELIHOOD: *bytes = f * l * (2 * out + x); break;
    case PHASE_REPARAM_GRAD: *bytes = f * (4 * z + 2 * z * l); break;
    case PHASE_BIAS: *bytes = f * (h + 2 * z + l * (h + out)); break;
    case PHASE_WAIT:
    case PHASE_COUNT: break;
    }
}

size_t insight_of(const struct vae_model *m, uint64_t points, struct insight out[PHASE_COUNT])
{
    size_t count = 0;
    for (int p = 0; p < PHASE_COUNT; p++) {
        struct insight i = {.name = names[p]};
        const size_t threads = pool_threads(m->pool);
        for (size_t t = 0; t < threads; t++) i.seconds += m->clock[t].seconds[p] / (double)threads;
        if (i.seconds <= 0) continue;
        work_of(m, (enum vae_phase)p, &i.flops, &i.bytes);
        i.flops *= (double)points;
        i.bytes *= (double)points;
        out[count++] = i;
    }
    return count;
}

void insight_print(FILE *to, const struct insight *phase, size_t count, uint64_t steps, double peak)
{
    double all = 0;
    for (size_t i = 0; i < count; i++) all += phase[i].seconds;
    fprintf(to, "%-30s %10s %7s %9s %8s %7s\n", "phase", "us a step", "time %", "GFLOP/s", "% peak",
            "GB/s");
    for (size_t i = 0; i < count; i++) {
        const struct insight *p = &phase[i];
        const double rate = 1e-9 / p->seconds;
        fprintf(to, "%-30s %10.1f %7.1f", p->name, 1e6 * p->seconds / (double)steps,
                100 * p->seconds / all);
        if (p->flops > 0)
            fprintf(to, " %9.1f %8.1f", p->flops * rate, 100 * p->flops / p->seconds / peak);
        if (p->bytes > 0) fprintf(to, " %9s %8s %7.1f", "", "", p->bytes * rate);
        fputc('\n', to);
    }
    fflush(to);
}

json_t *insight_json(const struct insight *phase, size_t count, double peak)
{
    bool ok = true;
    json_t *all = json_object();
    for (size_t i = 0; i < count; i++) {
        const struct insight *p = &phase[i];
        json_t *o = json_object();
        json_put(&ok, o, "seconds", json_number(p->seconds));
        if (p->flops > 0) {
            json_put(&ok, o, "gflops", json_number(1e-9 * p->flops / p->seconds));
            json_put(&ok, o, "share_of_peak", json_number(p->flops / p->seconds / peak));
        }
        if (p->bytes > 0) json_put(&ok, o, "gb_per_s", json_number(1e-9 * p->bytes / p->seconds));
        json_put(&ok, all, p->name, o);
    }
    return json_whole(ok, all);
}
