/* Another library's training step or forward pass as a contender: a child process that runs passes
 * on request.
 *
 * The child is given its own words and then the files of images and weights. It prints a line, its
 * name and version ("torch 2.6.0"), or why it does not run ("lacks a fused optimiser"). From then
 * on, for each number on a line of its standard input, it runs that many passes and prints a line,
 * which begins with the mean bound of the last, in nats per image. */
#ifndef STEP_PEER_H
#define STEP_PEER_H

#include "../vae/data/image_file.h"
#include "../vae/model/run.h"
#include <stdio.h>
#include <sys/types.h>

struct step_peer {
    char name[96];    /* "PyTorch 2.6.0, BLIS skx, fused, 2 threads" */
    char version[32]; /* of the first line, behind the name */
    pid_t pid;
    FILE *to, *from;
    int passes;   /* per call */
    double work;  /* floating-point operations per call */
    double bound; /* that the last call answered */
};

enum { STEP_PEER_WORDS = 12, STEP_PEER_VARIABLES = 8 };
struct step_peer_command {
    const char *word[STEP_PEER_WORDS];                /* the program and its words, then NULL */
    const char *variable[STEP_PEER_VARIABLES + 1][2]; /* name and value, then NULL */
    size_t threads; /* a single one is pinned to the caller's CPU; others may use all CPUs */
};

/* Starts the child with these images and, unless NULL, a checkpoint. False if it does not run; then
 * *reason is what it printed, "" if it printed nothing. */
enum { STEP_PEER_REASON = 256 };
bool step_peer_start(struct step_peer *p, const struct step_peer_command *command,
                     const struct images *images, const char *checkpoint,
                     char reason[STEP_PEER_REASON]);
void step_peer_stop(struct step_peer *p);

/* One call of a struct step_peer, for struct contender. */
double step_peer_run(void *peer);

/* PyTorch's training step on `threads` threads of its own, in the fastest of the settings tried
 * here: BLAS library and its kernels, fused and compiled optimisers, waiting threads that spin. 0 or
 * 1 peers; on stderr a line per setting that is missing. */
size_t torch_fastest(struct step_peer *p, size_t threads, const struct vae_run *run,
                     const struct images *images);

/* ONNX Runtime's forward pass of the checkpoint's model, `batch` images a pass. */
size_t onnx_start(struct step_peer *p, size_t threads, const struct vae_run *run, size_t batch,
                  const struct images *images, const char *checkpoint);

#endif
