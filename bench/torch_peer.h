/* PyTorch's training step as a contender: a process of its own that works when it is told to. */
#ifndef TORCH_PEER_H
#define TORCH_PEER_H

#include "../vae/run.h"
#include <stdio.h>
#include <sys/types.h>

struct torch_peer {
    char name[48]; /* "PyTorch 1.13.1, BLIS, 2 threads" */
    pid_t pid;
    FILE *to, *from;
    int steps;   /* per call */
    double work; /* of a call, floating-point operations */
};

/* Starts it with a BLAS library from `directory`, kept to the caller's CPU where threads is 1; false,
 * with one line on stderr, where python3, PyTorch or the library is missing. */
bool torch_start(struct torch_peer *t, const char *blas, const char *directory, size_t threads,
                 const struct vae_run *run);
void torch_stop(struct torch_peer *t);

/* For struct contender: some steps. */
double torch_steps(void *peer);

#endif
