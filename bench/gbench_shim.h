/* C interface to Google Benchmark: register rows, then run those that the library's flags select
 * (--benchmark_filter, --benchmark_out, --benchmark_repetitions ...). */
#ifndef GBENCH_SHIM_H
#define GBENCH_SHIM_H

#ifdef __cplusplus
extern "C" {
#endif

/* The yardsticks of a row, set by its prepare. */
struct gbench_measure {
    double flops, bytes;    /* per call; 0: not reported */
    double peak, bandwidth; /* FLOP/s and bytes/s just measured in this process; 0: none */
    double worst;           /* largest error / bound when the kernel was verified */
};

struct gbench_row {
    const char *name; /* copied by the library */
    /* Verifies the kernel, sets up its operands, measures the yardsticks. Called before each
     * measurement of the row. Returns NULL, or the reason why the row is not timed. */
    const char *(*prepare)(void *arg, struct gbench_measure *m);
    void (*run)(void *arg); /* the timed call */
    /* Checks a call's mean seconds, by the row's clock. Returns NULL, or the reason why the row is
     * reported as an error without figures. */
    const char *(*check)(const struct gbench_measure *m, double seconds);
    void *arg;
    int threads; /* above 1, rates use wall-clock time: the CPU time is that of one thread only */
};

/* Registers a row. It reports those of these counters that apply: GFLOP/s, GB/s, share_of_peak,
 * share_of_bandwidth, flops_per_byte, the peak and bandwidth behind the shares (beside_...),
 * worst_error_over_bound. */
void gbench_register(const struct gbench_row *row);

/* Adds an entry to the context in the JSON output. */
void gbench_context(const char *key, const char *value);

/* Parses and removes the library's own flags; returns 0 if other arguments remain. */
int gbench_flags(int *argc, char **argv);

/* Runs the rows that the flags select; returns their number. */
unsigned long gbench_run(void);

#ifdef __cplusplus
}
#endif

#endif
