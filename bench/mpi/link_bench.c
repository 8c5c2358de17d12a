/* mpirun -n 2 link-bench: what a message costs between two ranks, as vae-mpi sends them. Prints a line of JSON: for
 * each size the seconds of half a round trip, and those of each of many messages that follow one another. */
#include "../../mpi/link.h"
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 101, BURST = 32 };
static const size_t sizes[] = {8, 98304, 1 << 20};
enum { SIZES = sizeof sizes / sizeof *sizes };

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* A message there and one back. */
static void bounce(const struct vae_ranks *k, char *room, size_t bytes)
{
    if (k->rank == 0) vae_ranks_send(k, RANKS_GRADIENT, 1, room, bytes);
    vae_ranks_receive(k, RANKS_GRADIENT, 1 - k->rank, room, bytes);
    if (k->rank == 1) vae_ranks_send(k, RANKS_GRADIENT, 0, room, bytes);
}

/* BURST messages at once, and an empty answer. */
static void burst(const struct vae_ranks *k, char *room, size_t bytes)
{
    size_t message[BURST];
    char answer = 0;
    for (size_t i = 0; i < BURST; i++)
        message[i] = k->rank ? k->receive(k->arg, RANKS_WEIGHTS, i, 0, room + i * bytes, bytes)
                             : k->send(k->arg, RANKS_WEIGHTS, i, 1, room + i * bytes, bytes);
    for (size_t i = 0; i < BURST; i++) k->done(k->arg, message[i], true);
    if (k->rank)
        vae_ranks_send(k, RANKS_REPLY, 0, &answer, 1);
    else
        vae_ranks_receive(k, RANKS_REPLY, 1, &answer, 1);
}

/* The median of ROUNDS calls, seconds. */
static double median(const struct vae_ranks *k, char *room, size_t bytes,
                     void call(const struct vae_ranks *, char *, size_t))
{
    double seconds[ROUNDS];
    for (int i = 0; i < 3; i++) call(k, room, bytes);
    for (int i = 0; i < ROUNDS; i++) {
        const double start = MPI_Wtime();
        call(k, room, bytes);
        seconds[i] = MPI_Wtime() - start;
    }
    qsort(seconds, ROUNDS, sizeof *seconds, by_value);
    return seconds[ROUNDS / 2];
}

int main(int argc, char **argv)
{
    int level;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    const struct vae_ranks k = mpi_link_ranks();
    const size_t most = BURST * sizes[SIZES - 1];
    char *room = malloc(most);
    const bool help = argc == 2 && !strcmp(argv[1], "--help");
    if (k.count != 2 || argc > 1 || !room) {
        if (k.rank == 0)
            fputs("usage: mpirun -n 2 link-bench (bench/mpi/ranks.py takes options)\n", stderr);
        MPI_Finalize();
        return help ? 0 : 2;
    }
    memset(room, 1, most);
    for (size_t i = 0; i < SIZES; i++) {
        const double trip = median(&k, room, sizes[i], bounce) / 2;
        const double each = median(&k, room, sizes[i], burst) / BURST;
        if (k.rank == 0)
            printf("%s{\"bytes\": %zu, \"trip\": %.9g, \"each\": %.9g}%s", i ? ", " : "[", sizes[i],
                   trip, each, i + 1 < SIZES ? "" : "]\n");
    }
    free(room);
    MPI_Finalize();
    return 0;
}
