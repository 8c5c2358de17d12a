#include "../base/streams.h"
#include "commands.h"
#include "restored.h"

static bool plan(const struct settings *s, const struct split_images *o,
                 struct vae_restore_how *how, struct mask *mask, struct vae_error *e)
{
    const struct images *im = &o->images;
    const uint64_t seed = s->seed_given ? s->seed : o->model.run.seed;
    how->mask = mask;
    return vae_mask_open(s->mask, im, o->all, &o->model.model.k,
                         sv_rng_at(seed, STREAM_MASK, vae_split_noise(s->split)), mask, e);
}

int vae_cmd_inpaint(struct settings *s, struct vae_error *e)
{
    return vae_restored_run(s, "vae inpaint", plan, e);
}
