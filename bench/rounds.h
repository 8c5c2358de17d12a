/* Fair timing on a noisy machine: contenders alternate, round after round (A B C A B C ...), so
 * that a ratio compares slices that are close in time. Medians and quartiles are over the rounds.
 *
 *     struct contender c[] = {peak_contender(&k), {.name = "ours", .run = run_gemm, .arg = &g}};
 *     rounds_run("GEMM 1024", c, 2);
 *     const struct spread share = contender_ratio(&c[1], &c[0]);
 *
 * A slice is as many calls as take about 4 ms, or the time set by rounds_slice. An untimed call
 * precedes each slice of more than one call, so that operands are as hot as their size allows. A row
 * that came out noisy is measured once more. */
#ifndef ROUNDS_H
#define ROUNDS_H

#include "../kernels/kernels.h"
#include "../vae/base/error.h"

/* Timed rounds, by default and at most; one more warms up. */
enum { ROUNDS = 15, ROUNDS_MOST = 101 };
void rounds_set(size_t count);
size_t rounds_count(void);

struct contender {
    const char *name;
    double (*run)(void *arg); /* one call; returns its work: floating-point operations or bytes */
    void *arg;
    size_t threads; /* that it runs on; 0 means one */
    /* Filled by rounds_run. */
    size_t calls;              /* per slice */
    double rates[ROUNDS_MOST]; /* work per second, per round */
};

/* low, high: the quartiles; interval: the 95 % bootstrap confidence interval of the median. */
struct spread {
    double median, low, high, interval[2];
};

/* Pins the process to its current CPU; if the system refuses, one line says so. */
void rounds_pin(void);

/* Sets the length of a slice from now on. Longer ones suit contenders that start with cold caches,
 * such as a separate process. */
void rounds_slice(double seconds);

/* Times all contenders; on a terminal, stderr shows `what` and the round meanwhile. Noisy rounds are
 * repeated, once, whatever they say; if they are noisy again, a line on stderr names the contender. */
void rounds_run(const char *what, struct contender *c, size_t n);

/* The contender whose ratio to contender 0 has the widest interval, if wider than this share of the
 * median; else NULL. */
#define ROUNDS_NOISY 0.05
const struct contender *rounds_noisy(const struct contender *c, size_t n);

/* Of count <= ROUNDS_MOST values. */
struct spread spread_of(const double *values, size_t count);
struct spread contender_rate(const struct contender *c);
/* Of the ratios c / to within each round. */
struct spread contender_ratio(const struct contender *c, const struct contender *to);

/* The FMA peak of the table's ISA, in floating-point operations, by the FMA chains of
 * vae/base/peak.h. The table must outlive the contender. */
struct contender peak_contender(const struct sv_kernels *k);

/* After rounds_run with the peak as contender 0: false if a contender's share of the peak of all
 * its threads is refused (vae/base/peak.h). */
bool rounds_shares_hold(const char *what, const struct contender *c, size_t n, struct vae_error *e);

#endif
