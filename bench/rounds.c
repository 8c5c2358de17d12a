#include "rounds.h"
#include "../vae/base/clock.h"
#include "../vae/base/order.h"
#include "../vae/base/peak.h"
#if defined(__linux__)
#include <sched.h>
#endif
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static double slice = 4e-3;
static size_t rounds = ROUNDS;

void rounds_slice(double seconds) { slice = seconds; }
void rounds_set(size_t count) { rounds = count; }
size_t rounds_count(void) { return rounds; }

void rounds_pin(void)
{
#if defined(__linux__)
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)sched_getcpu(), &set);
    if (sched_setaffinity(0, sizeof set, &set))
        fprintf(stderr, "bench: not pinned to one CPU: the system refuses\n");
#else
    fprintf(stderr, "bench: not pinned to one CPU: the system has no way to\n");
#endif
}

static double slice_seconds(const struct contender *c, double *work)
{
    const double start = vae_seconds_now();
    *work = 0;
    for (size_t i = 0; i < c->calls; i++) *work += c->run(c->arg);
    return vae_seconds_now() - start;
}

/* Finds how many calls fill a slice, and so warms up too. */
static void calibrate(struct contender *c)
{
    double work, seconds;
    for (c->calls = 1; (seconds = slice_seconds(c, &work)) < slice / 2;) c->calls *= 2;
    const double calls = (double)c->calls * slice / seconds;
    c->calls = calls < 1 ? 1 : (size_t)(calls + 0.5);
}

static double slice_rate(const struct contender *c)
{
    double work;
    if (c->calls > 1) c->run(c->arg);
    const double seconds = slice_seconds(c, &work);
    return work / seconds;
}

static void time_rounds(const char *what, struct contender *c, size_t n)
{
    const int terminal = isatty(STDERR_FILENO);
    for (size_t round = 0; round <= rounds; round++) {
        if (terminal) fprintf(stderr, "\r\033[K%s: round %zu of %zu", what, round, rounds);
        for (size_t i = 0; i < n; i++) c[i].rates[round ? round - 1 : 0] = slice_rate(&c[i]);
    }
    if (terminal) fprintf(stderr, "\r\033[K");
}

/* The 95 % interval of the ratio to contender 0, as a share of its median. */
static double width(const struct contender *c, const struct contender *to)
{
    const struct spread s = contender_ratio(c, to);
    return (s.interval[1] - s.interval[0]) / s.median;
}

const struct contender *rounds_noisy(const struct contender *c, size_t n)
{
    const struct contender *widest = NULL;
    double most = ROUNDS_NOISY;
    for (size_t i = 1; i < n; i++) {
        const double w = width(&c[i], &c[0]);
        if (w <= most) continue;
        most = w;
        widest = &c[i];
    }
    return widest;
}

void rounds_run(const char *what, struct contender *c, size_t n)
{
    for (size_t i = 0; i < n; i++) calibrate(&c[i]);
    time_rounds(what, c, n);
    if (!rounds_noisy(c, n)) return;
    time_rounds(what, c, n);
    const struct contender *noisy = rounds_noisy(c, n);
    if (noisy)
        fprintf(stderr, "bench: %s: noisy, measured twice: the interval of %s is %.0f %% wide\n",
                what, noisy->name, 100 * width(noisy, &c[0]));
}

/* --- statistics --- */

/* The percentile bootstrap (Efron & Tibshirani 1993, chapter 13): medians of resamples, drawn with
 * replacement by a fixed seed, so that the same rates give the same interval. */
static void bootstrap(const double *values, size_t count, double interval[2])
{
    enum { DRAWS = 2000 };
    double medians[DRAWS], v[ROUNDS_MOST] = {0};
    uint64_t state = 1;
    for (int d = 0; d < DRAWS; d++) {
        for (size_t i = 0; i < count; i++) {
            state = state * 6364136223846793005u + 1442695040888963407u; /* Knuth's MMIX */
            v[i] = values[(state >> 33) % count];
        }
        medians[d] = vae_median(v, count);
    }
    vae_sort(medians, DRAWS);
    interval[0] = medians[DRAWS / 40];
    interval[1] = medians[DRAWS - 1 - DRAWS / 40];
}

struct spread spread_of(const double *values, size_t count)
{
    double v[ROUNDS_MOST];
    memcpy(v, values, count * sizeof *v);
    const double median = vae_median(v, count);
    struct spread s = {.median = median, .low = v[count / 4], .high = v[3 * count / 4]};
    bootstrap(values, count, s.interval);
    return s;
}

struct spread contender_rate(const struct contender *c) { return spread_of(c->rates, rounds); }

struct spread contender_ratio(const struct contender *c, const struct contender *to)
{
    double ratios[ROUNDS_MOST] = {0};
    for (size_t i = 0; i < rounds; i++) ratios[i] = c->rates[i] / to->rates[i];
    return spread_of(ratios, rounds);
}

/* --- the yardstick --- */

static double run_peak(void *arg)
{
    const struct sv_kernels *k = arg;
    return vae_peak_work(k);
}

struct contender peak_contender(const struct sv_kernels *k)
{
    return (struct contender){.name = "FMA peak", .run = run_peak, .arg = (void *)(uintptr_t)k};
}

bool rounds_shares_hold(const char *what, const struct contender *c, size_t n, struct vae_error *e)
{
    struct vae_error reason = {""};
    for (size_t i = 1; i < n; i++) {
        const double threads = c[i].threads ? (double)c[i].threads : 1,
                     peak = contender_rate(&c[0]).median;
        double share;
        if (!vae_share_of_peak(contender_ratio(&c[i], &c[0]).median * peak, threads * peak, &share,
                               &reason))
            return vae_fail(e, "%s, %s: %s", what, c[i].name, reason.line);
    }
    return true;
}
