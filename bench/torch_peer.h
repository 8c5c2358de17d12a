/* PyTorch's training step as a contender: a process of its own that works on request. */
#ifndef TORCH_PEER_H
#define TORCH_PEER_H

#include "../vae/data/idx.h"
#include "../vae/model/run.h"
#include <stdio.h>
#include <sys/types.h>

struct torch_peer {
    char name[64]; /* "PyTorch 1.13.1, BLIS skx, 2 threads" */
    pid_t pid;
    FILE *to, *from;
    int steps;   /* per call */
    double work; /* of a call, floating-point operations */
};

/* A BLAS library, its folder, and which of its kernels to use: its own choice is not the fastest on every
 * CPU. */
struct torch_setting {
    const char *blas, *directory, *core;
    bool all; /* CPUs; or one thread */
};

/* Starts it on these images with `threads` threads; one thread is pinned to the caller's CPU. False, with one
 * line on stderr, where python3, PyTorch or the library is missing. */
bool torch_start(struct torch_peer *t, const struct torch_setting *setting, size_t threads,
                 const struct vae_run *run, const struct images *images);
void torch_stop(struct torch_peer *t);

/* For struct contender: some steps. */
double torch_steps(void *peer);

#endif
