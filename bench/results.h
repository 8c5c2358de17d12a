/* A benchmark's rows as a JSON file in this machine's folder, results/<machine>/:
 * {"host": {...}, "rounds": n, "rows": [...]}. */
#ifndef RESULTS_H
#define RESULTS_H

#include "../vae/base/error.h"
#include "rounds.h"
#include <jansson.h>

/* The file's object, without rows. host: host.h. From now on, if jansson runs out of memory, the
 * program prints a line and exits with status 1 before anything is written. */
json_t *results_new(void);

/* Appends a row and returns it, so that members can be added: {"what", "isa", "contenders":
 * [{"name", "rates", "rate", "to_first"}]}. rates: of all rounds, in 1e9 units of work per second;
 * rate: their spread; to_first: the spread of the ratio to contender 0 in the same round; and
 * {"noisy": true} if they are (rounds.h). */
json_t *results_row(json_t *results, const char *what, const char *isa, const struct contender *c,
                    size_t n);

/* {"median": x, "quartiles": [x, x], "interval": [x, x]}, each times `unit`. */
json_t *results_spread(struct spread s, double unit);

/* Writes results/<machine>/<name>.json, or what --out says, and releases the object. With --list,
 * and with --only but no --out, writes nothing: the file would lack rows. */
bool results_write(json_t *results, const char *name, struct vae_error *e);

/* The path of a file in this machine's folder, which is named after the CPU and created if need be.
 * The current directory must be the checkout's top. */
enum { RESULTS_PATH = 512 };
bool results_path(const char *name, char path[RESULTS_PATH], struct vae_error *e);

#endif
