/* The step size over a run: by stage, and a warm-up. A structure of zeros is a step size that never changes. */
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
    uint64_t
        warmup; /* steps on which the step size grows evenly: the i-th takes i / warmup of it */
    uint64_t warmup_from; /* steps done before the first of them */
};

/* The step size of the step after `step` steps and `epochs` epochs; `lr` is that before the first stage. */
float vae_schedule_lr(const struct vae_schedule *s, float lr, uint64_t epochs, uint64_t step);

/* "1:0.001,10:0.0003": stages as the command line and the checkpoint write them; "" for none. Reading fails, and
 * changes nothing, where an epoch is not from 1 to SCHEDULE_MOST_EPOCH and above the last, a step size is not above
 * 0, or there are more than SCHEDULE_STAGES. */
bool vae_schedule_read_stages(const char *text, struct vae_schedule *s);
void vae_schedule_write_stages(const struct vae_schedule *s, char text[SCHEDULE_TEXT]);

/* Of two schedules, warm-ups aside. */
bool vae_schedule_same_stages(const struct vae_schedule *a, const struct vae_schedule *b);

#endif
