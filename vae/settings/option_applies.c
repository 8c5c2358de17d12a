#include "option_applies.h"
#include "option_values.h"

bool vae_option_if_length(const struct option_entry *o, const struct settings *s,
                          struct vae_error *e)
{
    (void)o;
    return !(s->epochs && s->samples) || vae_fail(e, "give --epochs or --samples, not both");
}

bool vae_option_if_variance(const struct option_entry *o, const struct settings *s,
                            struct vae_error *e)
{
    const struct vae_shape *shape = &s->run.shape;
    const bool colour = /* which has that likelihood without saying so (train_settings.c) */
        s->images.wanted.channels == CHANNELS_RGB && !vae_option_given(s, "likelihood");
    if (shape->likelihood != VAE_GAUSSIAN && !colour)
        return vae_fail(e, "--min-logvar and --sigma are for --likelihood gaussian");
    if (shape->variance == (o->kind == &vae_option_sigma ? VARIANCE_FIXED : VARIANCE_LIMITED))
        return true;
    return vae_fail(e, "give --min-logvar or --sigma, not both: a fixed variance needs no limit");
}

bool vae_option_if_normal(const struct option_entry *o, const struct settings *s,
                          struct vae_error *e)
{
    return s->run.init == INIT_NORMAL ||
           vae_fail(e, "--%s is for --init normal; leave it out", o->name);
}

bool vae_option_if_chains(const struct option_entry *o, const struct settings *s,
                          struct vae_error *e)
{
    (void)o;
    return s->run.method == VAE_MCEM ||
           vae_fail(e, "--leapfrog and --m-steps are of --method mcem");
}

bool vae_option_if_kl(const struct option_entry *o, const struct settings *s, struct vae_error *e)
{
    (void)o;
    if (s->run.method != VAE_AEVB)
        return vae_fail(e, "--estimator, --kl-weight and --kl-warmup are of --method aevb");
    return s->run.estimator != VAE_ESTIMATOR_IWAE ||
           vae_fail(e, "--kl-weight and --kl-warmup: --estimator iwae has no KL divergence");
}

bool vae_option_if_step_size(const struct option_entry *o, const struct settings *s,
                             struct vae_error *e)
{
    const struct vae_schedule *schedule = &s->run.schedule;
    return !(schedule->stages && schedule->stage[0].epoch == 1) ||
           vae_fail(e, "--%s has no effect where --lr-stages begins with epoch 1; leave it out",
                    o->name);
}

static bool has(bool it, const struct option_entry *o, const struct settings *s,
                struct vae_error *e)
{
    return it || vae_fail(e, "--%s: %s has no such setting; leave it out", o->name,
                          vae_optimizer_names[s->run.optimizer]);
}

bool vae_option_if_optim(const struct option_entry *o, const struct settings *s,
                         struct vae_error *e)
{
    return has(vae_optim_has(s->run.optimizer, (enum vae_optim_setting)o->at), o, s, e);
}

bool vae_option_if_epsilon_place(const struct option_entry *o, const struct settings *s,
                                 struct vae_error *e)
{
    return has(s->run.optimizer == VAE_ADAM, o, s, e);
}
