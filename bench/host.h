/* The machine that a benchmark runs on, and the checkout it was built from. */
#ifndef BENCH_HOST_H
#define BENCH_HOST_H

#include <jansson.h>

/* {"cpu", "family", "model", "stepping", "cpus", "caches", "compiler", "governor", "flags",
 * "commit", "date"}: the commit is that of the checkout in which the benchmark runs. */
json_t *host_json(void);

/* The name of the machine's folder in results/: "AMD EPYC", "26", "2" gives amd-epyc-26-2. */
enum { HOST_NAME = 256 };
void host_folder(char name[HOST_NAME]);

/* The kind of core this thread runs on, by cores.def: "Zen 5", "unknown core (family 6, model 167)".
 * Where a CPU has cores of two kinds, also which: "... performance core". */
void host_core(char name[HOST_NAME]);

#endif
