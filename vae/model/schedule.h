/* What changes over a run: the step size, by stages and with a warm-up, and the KL's weight.
 * Structures of zeros mean a constant step size and a weight of 1. */
#ifndef VAE_SCHEDULE_H
#define VAE_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SCHEDULE_STAGES = 16, SCHEDULE_MOST_EPOCH = 1000000, SCHEDULE_TEXT = 384 };
#define SCHEDULE_MOST_WARMUP (UINT64_C(1) << 40)

struct vae_stage {
    uint64_t epoch; /* from its first step on, counted from 1 */
    float lr;
};

struct vae_schedule {
    struct vae_stage stage[SCHEDULE_STAGES]; /* epochs ascend */
    size_t stages;
    uint64_t warmup;      /* steps of linear warm-up: the i-th takes i / warmup of the step size */
    uint64_t warmup_from; /* steps done before the first of them */
};

/* The step size of the step after `step` steps and `epochs` epochs; `lr` applies before the first
 * stage. */
float vae_schedule_lr(const struct vae_schedule *s, float lr, uint64_t epochs, uint64_t step);

/* "1:0.001,10:0.0003": stages as the command line and the checkpoint write them; "" for none.
 * Reading fails, and changes nothing, if an epoch is not from 1 to SCHEDULE_MOST_EPOCH and above
 * the one before, a step size is not above 0, or there are more than SCHEDULE_STAGES. */
bool vae_schedule_read_stages(const char *text, struct vae_schedule *s);
void vae_schedule_write_stages(const struct vae_schedule *s, char text[SCHEDULE_TEXT]);

/* Whether two schedules have the same stages; warm-ups are not compared. */
bool vae_schedule_same_stages(const struct vae_schedule *a, const struct vae_schedule *b);

/* beta, the weight of the KL in the objective. It is not 1 in a beta-VAE (Higgins et al. 2017), and
 * grows in KL warm-up (Bowman et al. 2015, section 3.1; linearly as in Sonderby et al. 2016). */
struct vae_kl {
    bool given;           /* weight is used; otherwise 1 */
    float weight;         /* from 0 to VAE_MOST_KL_WEIGHT */
    uint64_t warmup;      /* steps of linear warm-up: the i-th takes i / warmup of weight */
    uint64_t warmup_from; /* steps done before the first of them */
};
#define VAE_MOST_KL_WEIGHT 1e6f

/* The weight after the warm-up, and beta of the step after `step` steps. */
float vae_kl_weight(const struct vae_kl *k);
float vae_kl_beta(const struct vae_kl *k, uint64_t step);

#endif
