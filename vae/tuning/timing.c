#include "timing.h"
#include "../base/clock.h"
#include "../base/order.h"
#include <math.h>

/* Shapes m x n x k of products and m x n of other kernels. Each is in its class for any caches from
 * 16 KB of L1 and 256 KB of L2 up. */
static const struct shape products[SV_CLASSES] = {
    {100, 40, 500, 0, 0}, {100, 500, 784, 0, 0}, {768, 768, 768, 0, 0}};
static const struct shape arrays[SV_CLASSES] = {
    {50, 20, 0, 0, 0}, {20, 784, 0, 0, 0}, {1000, 784, 0, 0, 0}};

static const double LEAST = 0.5e-3; /* seconds; the shortest measurement */
static const double CHEAP = 20e-3;
static const double PATIENCE = 1.0; /* seconds after which rounds are cut short */
enum { FEWEST_ROUNDS = 3, HOPELESS = 3 };

struct shape vae_timing_shape(const struct kcase *c, enum sv_class cls)
{
    struct shape s;
    bool product = false, rows = false; /* what the case's own shapes have */
    for (size_t i = 0; c->shape(i, true, &s); i++) {
        product = product || s.k > 0;
        rows = rows || s.m > 1;
    }
    s = product ? products[cls] : arrays[cls];
    s.variant = c->timed_variant;
    if (rows) return s;
    s.n *= s.m;
    s.m = 1;
    return s;
}

/* Seconds of `calls` calls. */
static double measure(const struct call *c, const struct sv_kernels *table, size_t calls)
{
    const double start = vae_seconds_now();
    for (size_t i = 0; i < calls; i++) call_run(c, table);
    return vae_seconds_now() - start;
}

/* Finds how many calls fill a measurement. *seconds is the time of a call: the best of a few tries
 * where they are cheap, so that no interruption makes a table look hopeless. */
static size_t calibrate(const struct call *c, const struct sv_kernels *table, double *seconds)
{
    size_t calls = 1;
    double t;
    while ((t = measure(c, table, calls)) < LEAST) calls *= 2;
    for (int i = 0; i < 3 && t < CHEAP; i++) t = fmin(t, measure(c, table, calls));
    *seconds = t / (double)calls;
    return calls;
}

void vae_timing_run(const struct call *c, const struct sv_kernels *const *tables, size_t count,
                    double *seconds)
{
    double t[TIMING_TABLES][TIMING_ROUNDS], best = 0;
    size_t calls[TIMING_TABLES] = {0}, rounds = 0;
    for (size_t i = 0; i < count; i++) {
        seconds[i] = 0;
        if (!tables[i]) continue;
        calls[i] = calibrate(c, tables[i], &seconds[i]);
        if (best == 0 || seconds[i] < best) best = seconds[i];
    }
    for (size_t i = 0; i < count; i++)
        if (seconds[i] > (double)HOPELESS * best) calls[i] = 0;
    const double start = vae_seconds_now();
    for (;
         rounds < TIMING_ROUNDS && (rounds < FEWEST_ROUNDS || vae_seconds_now() - start < PATIENCE);
         rounds++)
        for (size_t i = 0; i < count; i++)
            if (calls[i]) t[i][rounds] = measure(c, tables[i], calls[i]) / (double)calls[i];
    for (size_t i = 0; i < count; i++)
        if (calls[i]) seconds[i] = vae_median(t[i], rounds);
}
