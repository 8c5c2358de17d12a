/* Processes that train one model together, each on its own rows of every minibatch. Rank 0 leads.
 * How messages travel is up to who fills in the functions (mpi/link.c); base and model know none of it. */
#ifndef VAE_RANKS_H
#define VAE_RANKS_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a message is about. Messages of one channel and part between two ranks arrive in order. */
enum vae_channel {
    RANKS_COMMAND,  /* from rank 0 */
    RANKS_REPLY,    /* to rank 0 */
    RANKS_GRADIENT, /* of the rows so far, from a rank to the next one */
    RANKS_SUM,      /* of all rows, from the last rank to a piece's owner */
    RANKS_WEIGHTS,  /* from a rank to the next one, around */
    RANKS_ROWS,     /* figures of rows, to rank 0 */
    RANKS_IMAGES,   /* of the next minibatch, from who has them to who computes them */
    RANKS_STATE     /* weights from rank 0, or statistics to it */
};

enum { RANKS_PARTS = 2048 }; /* of a channel */

/* Where rank 0 is with the others: they wait for its run, they work, or they have ended. */
enum vae_ranks_state { RANKS_WAIT, RANKS_WORK, RANKS_ENDED };

/* All functions are called from one thread. A rank that cannot be reached ends the process. */
struct vae_ranks {
    size_t rank, count;
    enum vae_ranks_state state;
    bool all_images;                     /* each holds them, not its share */
    uint64_t options;                    /* a sum of those that all ranks must have in common */
    const volatile sig_atomic_t *signal; /* that asked this process to stop; 0: none */
    void (*heard)(int signal);           /* rank 0: another rank got that one */
    void *arg;
    /* Begin a message and return its number. The memory is the message's until `done` was true. */
    size_t (*send)(void *arg, enum vae_channel c, size_t part, size_t to, const void *from,
                   size_t bytes);
    size_t (*receive)(void *arg, enum vae_channel c, size_t part, size_t from, void *to,
                      size_t bytes);
    /* Whether it is complete; `wait`: waits until it is. Its number is free once it was. */
    bool (*done)(void *arg, size_t message, bool wait);
};

static inline void vae_ranks_send(const struct vae_ranks *r, enum vae_channel c, size_t to,
                                  const void *from, size_t bytes)
{
    r->done(r->arg, r->send(r->arg, c, 0, to, from, bytes), true);
}

static inline void vae_ranks_receive(const struct vae_ranks *r, enum vae_channel c, size_t from,
                                     void *to, size_t bytes)
{
    r->done(r->arg, r->receive(r->arg, c, 0, from, to, bytes), true);
}

#endif
