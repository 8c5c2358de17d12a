/* Ranks (vae/base/ranks.h) that are threads of this process. A message is copied when the receiver asks
 * for it, so memory that changes too early shows, in the bits and to the thread sanitizer. */
#ifndef THREAD_RANKS_H
#define THREAD_RANKS_H

#include "../vae/base/ranks.h"

enum { THREAD_RANKS = 5 };

/* Runs body(arg, rank) for each of `count` ranks, on a thread each, and returns when all have ended with
 * every message settled. */
typedef void thread_rank_fn(void *arg, struct vae_ranks *ranks);
void thread_ranks_run(size_t count, thread_rank_fn *body, void *arg);

#endif
