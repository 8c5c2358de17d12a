#include "commands.h"
#include "restored.h"

/* Each kind of decoder has its noise. */
static bool plan(const struct settings *s, const struct split_images *o,
                 struct vae_restore_how *how, struct mask *mask, struct vae_error *e)
{
    const struct vae_shape *shape = &o->model.run.shape;
    const bool flips = shape->likelihood == VAE_BERNOULLI;
    (void)mask;
    how->mask = NULL;
    how->noise = flips ? s->flip : s->noise_sd;
    if (shape->density == DENSITY_MIXTURE)
        return vae_fail(e,
                        "%s: its pixels are a mixture with a uniform density, whose noise has no "
                        "closed form here; train with --noise head or per-pixel",
                        s->file);
    if (how->noise > 0 && (flips ? s->noise_sd : s->flip) == 0) return true;
    return vae_fail(e, "%s: has a %s decoder; give its noise as %s", s->file,
                    vae_likelihood_names[shape->likelihood],
                    flips ? "--flip P, the probability that a pixel was flipped"
                          : "--noise-sd S, its standard deviation");
}

int vae_cmd_denoise(struct settings *s, struct vae_error *e)
{
    return vae_restored_run(s, "vae denoise", plan, e);
}
