#include "peak.h"
#include "clock.h"
#include <math.h>
#include <stdio.h>

enum { ROUNDS = 500, MEASUREMENTS = 8 };
static const double SECONDS = 2e-3; /* per measurement */
static const double MOST = 1.05;

double vae_peak_work(const struct sv_kernels *k)
{
    float last[SV_PEAK_VALUES];
    return k->fma_peak ? k->fma_peak(ROUNDS, last) : 0;
}

struct peak {
    const struct sv_kernels *k;
    struct pool *pool;
    struct {
        double work, start, end;
    } of[POOL_MAX_THREADS];
};

static void run_peak(void *arg, size_t thread)
{
    struct peak *p = arg;
    double work = 0, end;
    vae_pool_barrier(p->pool, thread);
    const double start = vae_seconds_now();
    do {
        work += vae_peak_work(p->k);
        end = vae_seconds_now();
    } while (end - start < SECONDS);
    p->of[thread].work = work;
    p->of[thread].start = start;
    p->of[thread].end = end;
}

double vae_fma_peak_of(struct pool *pool, const struct sv_kernels *k)
{
    struct peak p = {.k = k, .pool = pool};
    double best = 0;
    for (int i = 0; k->fma_peak && i < MEASUREMENTS; i++) {
        vae_pool_run(pool, run_peak, &p);
        double work = 0, first = p.of[0].start, last = p.of[0].end;
        for (size_t t = 0; t < vae_pool_threads(pool); t++) {
            work += p.of[t].work;
            first = fmin(first, p.of[t].start);
            last = fmax(last, p.of[t].end);
        }
        best = fmax(best, work / (last - first));
    }
    return best;
}

bool vae_share_of_peak(double rate, double peak, double *share, struct vae_error *e)
{
    *share = NAN;
    if (!(isfinite(rate) && isfinite(peak) && rate >= 0 && peak > 0))
        return vae_fail(e, "no share of the FMA peak: %g of %g GFLOP/s", 1e-9 * rate, 1e-9 * peak);
    if (rate > MOST * peak)
        return vae_fail(e,
                        "no share of the FMA peak: the work ran at %.1f GFLOP/s, but the peak "
                        "measured beside it is %.1f; something disturbed the yardstick",
                        1e-9 * rate, 1e-9 * peak);
    *share = rate / peak;
    return true;
}

const char *vae_share_text(double rate, double peak, char text[PEAK_TEXT])
{
    double share;
    struct vae_error e = {""};
    if (vae_share_of_peak(rate, peak, &share, &e))
        snprintf(text, PEAK_TEXT, "%.0f %% of the FMA peak", 100 * share);
    else
        snprintf(text, PEAK_TEXT, "%.*s", PEAK_TEXT - 1, e.line);
    return text;
}
