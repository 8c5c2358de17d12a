/* Fair timing on a noisy machine: contenders run in turn, round after round (A B C A B C ...), so that
 * a ratio is taken between two slices of the same moment. Medians and quartiles over the rounds.
 *
 *     struct contender c[] = {peak_contender(&k), {.name = "ours", .run = run_gemm, .arg = &g}};
 *     rounds_run("GEMM 1024", c, 2);
 *     const struct spread share = contender_ratio(&c[1], &c[0]);
 *
 * A slice is as many calls as take some 4 ms, or what rounds_slice says. An untimed call precedes each slice of more than one
 * call, so that its operands are as hot as their size allows. */
#ifndef ROUNDS_H
#define ROUNDS_H

#include "../kernels/kernels.h"
#include "../vae/base/error.h"

enum { ROUNDS = 15 }; /* timed; one more warms up */

struct contender {
    const char *name;
    double (*run)(void *arg); /* one call; returns its work: floating-point operations or bytes */
    void *arg;
    size_t threads; /* that it runs on; 0 is one */
    /* Filled by rounds_run. */
    size_t calls;         /* per slice */
    double rates[ROUNDS]; /* work per second, per round */
};

/* low and high: the quartiles; interval: the median lies there with 95 % confidence (bootstrap). */
struct spread {
    double median, low, high, interval[2];
};

/* Keeps the process on the CPU it is on, and says so once if the system refuses. */
void rounds_pin(void);

/* Seconds of a slice from now on. Longer ones where a contender leaves the caches to the next as cold as a
 * process of its own does. */
void rounds_slice(double seconds);

/* Times all contenders; on a terminal shows `what` and the round on stderr meanwhile. */
void rounds_run(const char *what, struct contender *c, size_t n);

/* Of count <= ROUNDS values. */
struct spread spread_of(const double *values, size_t count);
struct spread contender_rate(const struct contender *c);
/* Of the ratios c / to within each round. */
struct spread contender_ratio(const struct contender *c, const struct contender *to);

/* The FMA peak of the table's ISA, in operations, by the chains of vae/base/peak.h. The table must outlive the
 * contender. */
struct contender peak_contender(const struct sv_kernels *k);

/* After rounds_run, the first being the peak: false where a contender's share of it is refused (vae/base/peak.h),
 * each of its threads counting as a peak. */
bool rounds_shares_hold(const char *what, const struct contender *c, size_t n, struct vae_error *e);

#endif
