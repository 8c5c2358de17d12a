#include "link.h"
#include <limits.h>
#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

/* Tests, some tens of nanoseconds each, before a waiting rank lets others have its CPU: MPI's own wait
 * keeps it, which stops ranks that share one. */
enum { SPIN = 1000 };

/* Messages on their way. A free place holds MPI_REQUEST_NULL. */
static struct {
    MPI_Request *place;
    size_t count;
} messages;

static void no_memory(void)
{
    fputs("vae-mpi: not enough memory for messages\n", stderr);
    MPI_Abort(MPI_COMM_WORLD, 1);
    abort();
}

static size_t free_place(void)
{
    for (size_t i = 0; i < messages.count; i++)
        if (messages.place[i] == MPI_REQUEST_NULL) return i;
    const size_t was = messages.count, now = was ? 2 * was : 64;
    MPI_Request *p = realloc(messages.place, now * sizeof *p);
    if (!p) no_memory();
    for (size_t i = was; i < now; i++) p[i] = MPI_REQUEST_NULL;
    messages.place = p;
    messages.count = now;
    return was;
}

/* MPI counts in int: messages beyond 2 GB count in floats' lines. */
static MPI_Datatype unit(size_t bytes, int *count)
{
    if (bytes <= INT_MAX) {
        *count = (int)bytes;
        return MPI_BYTE;
    }
    *count = (int)(bytes / sizeof(float));
    return MPI_FLOAT;
}

/* MPI promises tags up to 32767. */
static int tag(enum vae_channel c, size_t part) { return (int)(c * RANKS_PARTS + part); }
_Static_assert((RANKS_STATE + 1) * RANKS_PARTS <= 32768, "tags");

static size_t send(void *arg, enum vae_channel c, size_t part, size_t to, const void *from,
                   size_t bytes)
{
    (void)arg;
    int count;
    const MPI_Datatype type = unit(bytes, &count);
    const size_t i = free_place();
    MPI_Isend(from, count, type, (int)to, tag(c, part), MPI_COMM_WORLD, &messages.place[i]);
    return i;
}

static size_t receive(void *arg, enum vae_channel c, size_t part, size_t from, void *to,
                      size_t bytes)
{
    (void)arg;
    int count;
    const MPI_Datatype type = unit(bytes, &count);
    const size_t i = free_place();
    MPI_Irecv(to, count, type, (int)from, tag(c, part), MPI_COMM_WORLD, &messages.place[i]);
    return i;
}

static bool done(void *arg, size_t message, bool wait)
{
    (void)arg;
    int is;
    for (int tries = 0;; tries++) {
        MPI_Test(&messages.place[message], &is, MPI_STATUS_IGNORE);
        if (is || !wait) return is;
        if (tries >= SPIN) sched_yield();
    }
}

struct vae_ranks mpi_link_ranks(void)
{
    int rank, count;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &count);
    return (struct vae_ranks){.rank = (size_t)rank,
                              .count = (size_t)count,
                              .send = send,
                              .receive = receive,
                              .done = done};
}
