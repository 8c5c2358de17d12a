/* A fork-join pool of threads. */
#ifndef VAE_POOL_H
#define VAE_POOL_H

#include "error.h"
#include <stddef.h>

enum { POOL_MAX_THREADS = 256 };

struct pool;

/* `threads` in all, counting the caller's. NULL, with *e filled, if they cannot all be started. */
struct pool *vae_pool_create(size_t threads, struct vae_error *e);

/* The same; threads = 0 means one for each CPU this process may use, at most POOL_MAX_THREADS. */
struct pool *vae_pool_of_cpus(size_t threads, struct vae_error *e);
void vae_pool_destroy(struct pool *p);

/* NULL counts as a pool of one. */
size_t vae_pool_threads(const struct pool *p);

/* Runs part(arg, i) for i = 0 ... threads - 1, part 0 on the calling thread, and returns when all
 * are done; their writes are then visible. Not to be called within a part. Waiting threads spin for
 * some microseconds, then sleep; with more threads than CPUs they sleep at once. */
typedef void pool_part_fn(void *arg, size_t thread);
void vae_pool_run(struct pool *p, pool_part_fn *part, void *arg);

/* Within a part: waits until all parts have called it as often; earlier writes are then visible. */
void vae_pool_barrier(struct pool *p, size_t thread);

#endif
