/* A pool of threads for work in parts: fork, all parts run, join. */
#ifndef VAE_POOL_H
#define VAE_POOL_H

#include "error.h"
#include <stddef.h>

enum { POOL_MAX_THREADS = 256 };

struct pool;

/* `threads` in all, the caller's among them; NULL with *e filled where the system gives fewer. */
struct pool *vae_pool_create(size_t threads, struct vae_error *e);

/* The same; where `threads` is 0, as many as this process may use CPUs, POOL_MAX_THREADS at most. */
struct pool *vae_pool_of_cpus(size_t threads, struct vae_error *e);
void vae_pool_destroy(struct pool *p);

/* NULL counts as a pool of one. */
size_t vae_pool_threads(const struct pool *p);

/* Runs part(arg, i) for i = 0 ... threads - 1, part 0 on the calling thread, and returns when all are
 * done; what they wrote is visible then. Not from within a part. Waiting threads spin for some
 * microseconds, or not at all where there are more threads than CPUs, then sleep. */
typedef void pool_part_fn(void *arg, size_t thread);
void vae_pool_run(struct pool *p, pool_part_fn *part, void *arg);

/* Within a part: waits until all parts have called it as often; what they wrote before is visible then. */
void vae_pool_barrier(struct pool *p, size_t thread);

#endif
