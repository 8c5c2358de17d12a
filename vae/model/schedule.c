#include "schedule.h"
#include "../base/number.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Linear warm-up over `warmup` steps from step `from` on: the i-th has i / warmup of `full`. */
static float grown(float full, uint64_t warmup, uint64_t from, uint64_t step)
{
    const uint64_t i = step - from + 1;
    return i >= warmup ? full : (float)((double)full * (double)i / (double)warmup);
}

float vae_schedule_lr(const struct vae_schedule *s, float lr, uint64_t epochs, uint64_t step)
{
    for (size_t i = 0; i < s->stages && s->stage[i].epoch <= epochs + 1; i++) lr = s->stage[i].lr;
    return grown(lr, s->warmup, s->warmup_from, step);
}

float vae_kl_weight(const struct vae_kl *k) { return k->given ? k->weight : 1; }

float vae_kl_beta(const struct vae_kl *k, uint64_t step)
{
    return grown(vae_kl_weight(k), k->warmup, k->warmup_from, step);
}

/* --- stages as text --- */

/* Reads "10:3e-4", up to a comma or the end. Returns what follows, or NULL if it is no stage. */
static const char *read_stage(const char *text, struct vae_stage *stage)
{
    char epoch[16], lr[32];
    const size_t n = strcspn(text, ":,");
    if (text[n] != ':' || n >= sizeof epoch) return NULL;
    const char *after = text + n + 1;
    const size_t m = strcspn(after, ",");
    if (m >= sizeof lr) return NULL;
    snprintf(epoch, sizeof epoch, "%.*s", (int)n, text);
    snprintf(lr, sizeof lr, "%.*s", (int)m, after);
    const bool good = vae_number_u64(epoch, SCHEDULE_MOST_EPOCH, &stage->epoch) &&
                      stage->epoch > 0 && vae_number_f32(lr, &stage->lr) && stage->lr > 0;
    return good ? after + m : NULL;
}

bool vae_schedule_read_stages(const char *text, struct vae_schedule *s)
{
    struct vae_stage stage[SCHEDULE_STAGES] = {{0}};
    size_t stages = 0;
    for (; *text; text += *text == ',') {
        if (stages == SCHEDULE_STAGES || !(text = read_stage(text, &stage[stages]))) return false;
        if (stages && stage[stages].epoch <= stage[stages - 1].epoch) return false;
        if (*text && !text[1]) return false; /* a comma at the end */
        stages++;
    }
    memcpy(s->stage, stage, sizeof stage);
    s->stages = stages;
    return true;
}

/* At most 23 characters a stage: "1000000:1.23456789e-38,". */
_Static_assert((int)SCHEDULE_TEXT > 23 * (int)SCHEDULE_STAGES, "room for all stages");

void vae_schedule_write_stages(const struct vae_schedule *s, char text[SCHEDULE_TEXT])
{
    size_t used = 0;
    *text = 0;
    for (size_t i = 0; i < s->stages && used < SCHEDULE_TEXT; i++) {
        char lr[NUMBER_TEXT];
        vae_number_write_f32(s->stage[i].lr, lr);
        used += (size_t)snprintf(text + used, SCHEDULE_TEXT - used, "%s%" PRIu64 ":%s",
                                 i ? "," : "", s->stage[i].epoch, lr);
    }
}

bool vae_schedule_same_stages(const struct vae_schedule *a, const struct vae_schedule *b)
{
    bool same = a->stages == b->stages;
    for (size_t i = 0; same && i < a->stages; i++)
        same = a->stage[i].epoch == b->stage[i].epoch && a->stage[i].lr == b->stage[i].lr;
    return same;
}
