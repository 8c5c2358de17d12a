/* Training steps to be timed, on synthetic digits, with verified kernels. */
#ifndef STEP_TASK_H
#define STEP_TASK_H

#include "../vae/cli/chosen.h"
#include "../vae/cli/insight.h"
#include "../vae/methods/train.h"

struct step_task {
    struct sv_choice k;
    struct images train, test;
    bool ready;
};

/* Chooses and verifies the kernels and makes the images; on failure logs the reason. */
bool step_task_open(struct step_task *s, FILE *log);
void step_task_close(struct step_task *s);

/* 784-hidden-latent, Bernoulli, Adagrad. */
struct vae_run step_run(size_t hidden, size_t latent, size_t batch);

/* Exits with a message if memory runs out. */
struct vae_trainer step_trainer(const struct step_task *s, const struct vae_run *run,
                                struct pool *pool);

/* One step of a struct vae_trainer; returns its useful floating-point operations. */
double step_call(void *trainer);

#endif
