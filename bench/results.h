/* A benchmark's rows as a JSON file: {"host": {...}, "rounds": n, "rows": [...]}. */
#ifndef RESULTS_H
#define RESULTS_H

#include "../vae/error.h"
#include "rounds.h"
#include <jansson.h>

/* The file's object, no rows yet. host: CPU and caches, compiler and flags, date, and the commit of
 * the checkout the benchmark is run in. */
json_t *results_new(void);

/* Appends a row and returns it, for more members: {"what", "isa", "contenders": [{"name",
 * "rate": {"median", "quartiles"}, "to_first": {...}}]}, rates in 1e9 units of work per second,
 * to_first the ratio to contender 0 in the same round. */
json_t *results_row(json_t *results, const char *what, const char *isa, const struct contender *c,
                    size_t n);

/* {"median": x, "quartiles": [x, x]}, each times `unit`. */
json_t *results_spread(struct spread s, double unit);

/* Writes and releases it. */
bool results_write(json_t *results, const char *path, struct vae_error *e);

#endif
