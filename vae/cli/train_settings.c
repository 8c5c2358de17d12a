#include "train_settings.h"
#include "option_table.h"

static bool fixed_left_out(const struct settings *s, struct vae_error *e)
{
    for (size_t i = 0; i < s->given_count; i++)
        if (s->given[i].option->traits & OPTION_FIXED)
            return vae_fail(e, "--resume takes --%s from the checkpoint; leave it out",
                            s->given[i].option->name);
    return true;
}

bool train_settings_complete(struct settings *s, struct vae_error *e)
{
    struct vae_run *r = &s->run;
    struct vae_shape *shape = &r->shape;
    if (s->epochs && s->samples) return vae_fail(e, "give --epochs or --samples, not both");
    if (s->resume && !fixed_left_out(s, e)) return false;
    if (shape->likelihood != VAE_GAUSSIAN && shape->variance != VARIANCE_FREE)
        return vae_fail(e, "--min-logvar and --sigma are for --likelihood gaussian");
    if (shape->likelihood == VAE_GAUSSIAN && shape->variance == VARIANCE_FREE) {
        shape->variance = VARIANCE_LIMITED;
        shape->variance_at = VAE_DEFAULT_MIN_LOGVAR;
    }
    if (r->lr == 0) r->lr = run_default_lr(shape->likelihood, r->optimizer);
    return true;
}
