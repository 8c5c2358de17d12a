/* Google Benchmark as C sees it: rows are registered, then the library runs what its flags ask for
 * (--benchmark_filter, --benchmark_out, --benchmark_repetitions ...). */
#ifndef GBENCH_SHIM_H
#define GBENCH_SHIM_H

#ifdef __cplusplus
extern "C" {
#endif

/* The yardsticks of a row, set by its prepare. */
struct gbench_measure {
    double flops, bytes;    /* of a call; 0: not reported */
    double peak, bandwidth; /* FLOP/s and bytes/s just measured in this process; 0: none */
    double worst;           /* largest error over bound in the check before */
};

struct gbench_row {
    const char *name; /* kept by the library */
    /* Verifies, sets operands up, measures the yardsticks. Called before each measurement of the row;
     * NULL, or why the row is not timed. */
    const char *(*prepare)(void *arg, struct gbench_measure *m);
    void (*run)(void *arg); /* the timed call */
    /* Of a call's mean seconds, by the clock that the library takes: NULL, or why the row is reported as an
     * error without figures. */
    const char *(*check)(const struct gbench_measure *m, double seconds);
    void *arg;
    int threads; /* more than one: rates are of wall-clock time, as the CPU time is one thread's */
};

/* Counters of a row, those that apply: GFLOP/s, GB/s, share_of_peak, share_of_bandwidth, flops_per_byte, the
 * peak and bandwidth it is a share of (beside_...), worst_error_over_bound. */
void gbench_register(const struct gbench_row *row);

/* A line of the context in the JSON output. */
void gbench_context(const char *key, const char *value);

/* Parses and removes the library's own flags; 0 where one of them is not known. */
int gbench_flags(int *argc, char **argv);

/* Runs what the flags ask for; returns how many rows ran. */
unsigned long gbench_run(void);

#ifdef __cplusplus
}
#endif

#endif
