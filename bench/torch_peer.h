/* PyTorch's training step as a contender: a child process that runs steps on request. */
#ifndef TORCH_PEER_H
#define TORCH_PEER_H

#include "../vae/data/image_file.h"
#include "../vae/model/run.h"
#include <stdio.h>
#include <sys/types.h>

struct torch_peer {
    char name[64]; /* "PyTorch 1.13.1, BLIS skx, 2 threads" */
    pid_t pid;
    FILE *to, *from;
    int steps;   /* per call */
    double work; /* floating-point operations per call */
};

/* A BLAS library, its folder, and which of its kernels to use: its own choice is not the fastest on
 * every CPU. */
struct torch_setting {
    const char *blas, *directory, *core;
    bool all; /* on all CPUs, else on one thread */
};

/* Starts PyTorch on these images with `threads` threads; a single one is pinned to the caller's
 * CPU. False, with one line on stderr, if python3, PyTorch or the library is missing. */
bool torch_start(struct torch_peer *t, const struct torch_setting *setting, size_t threads,
                 const struct vae_run *run, const struct images *images);
void torch_stop(struct torch_peer *t);

/* One call of a struct torch_peer, for struct contender. */
double torch_steps(void *peer);

#endif
