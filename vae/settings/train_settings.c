#include "train_settings.h"
#include "../base/number.h"
#include "../model/run_id.h"
#include "option_applies.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static bool fixed_left_out(const struct settings *s, struct vae_error *e)
{
    for (size_t i = 0; i < s->given_count; i++)
        if (s->given[i].option->traits & OPTION_FIXED)
            return vae_fail(e, "--resume takes --%s from the checkpoint; leave it out",
                            s->given[i].option->name);
    return true;
}

/* Checks that each option that was given has an effect, and that others fit the method. */
static bool settings_fit(const struct settings *s, struct vae_error *e)
{
    for (size_t i = 0; i < s->given_count; i++)
        if (!vae_option_given_applies(s, i, e)) return false;
    if (s->run.method != VAE_AEVB && s->run.estimator != VAE_ESTIMATOR_B)
        return vae_fail(e, "--estimator, --kl-weight and --kl-warmup are of --method aevb");
    if (s->run.method == VAE_WAKE_SLEEP && s->run.shape.posterior != SV_NOISE_NORMAL)
        return vae_fail(e,
                        "--posterior: the sleep phase of --method wake-sleep has a gaussian one");
    if (s->run.method == VAE_MCEM && s->run.shape.posterior != SV_NOISE_NORMAL)
        return vae_fail(e, "--posterior: --method mcem has no q(z|x); leave it out");
    if (s->run.method == VAE_MCEM && s->run.samples > 1)
        return vae_fail(e, "--samples-per-x: --method mcem has one chain for each image");
    if (s->run.method == VAE_MCEM && s->run.validation.images)
        return vae_fail(e, "--validation: --method mcem trains no encoder, so it has no bound to "
                           "choose by; leave it out");
    if (s->run.method == VAE_MCEM && s->run.binarize == BINARIZE_DYNAMIC)
        return vae_fail(e,
                        "--binarize dynamic: the chains of --method mcem need the same images in "
                        "every cycle; take fixed");
    if (s->run.method == VAE_FULL_VB &&
        vae_optim_differs(&s->run.optim, s->run.optimizer, OPTIM_DECAY))
        return vae_fail(e,
                        "--weight-decay: the prior of --method full-vb is N(0, 1); leave it out");
    return true;
}

/* Of a run that goes on: what can be said before its checkpoint is read. */
static bool early_fit(const struct settings *s, struct vae_error *e)
{
    for (size_t i = 0; i < s->given_count; i++) {
        option_applies_fn *const f = s->given[i].option->applies;
        if ((f == vae_option_if_length || f == vae_option_if_step_size) &&
            !vae_option_given_applies(s, i, e))
            return false;
    }
    return true;
}

/* Colour has the gaussian decoder, given or not: its pixels are no probabilities. */
static bool colour_fits(struct settings *s, struct vae_error *e)
{
    if (s->images.wanted.channels == CHANNELS_GRAY || s->resume) return true;
    if (vae_option_given(s, "likelihood") && s->run.shape.likelihood != VAE_GAUSSIAN)
        return vae_fail(e,
                        "--channels rgb: pixels of colour are no probabilities; give --likelihood "
                        "gaussian, or leave it out");
    if (s->run.binarize != BINARIZE_NONE)
        return vae_fail(e, "--binarize: pixels of colour stay as they are; leave it out");
    s->run.shape.likelihood = VAE_GAUSSIAN;
    return true;
}

bool vae_train_settings_complete(struct settings *s, struct vae_error *e)
{
    struct vae_run *r = &s->run;
    struct vae_shape *shape = &r->shape;
    if (s->resume && s->config_file)
        return vae_fail(e, "--resume takes the settings from the checkpoint; leave --config out");
    if (s->resume && !fixed_left_out(s, e)) return false;
    if (!(s->resume ? early_fit(s, e) : settings_fit(s, e))) return false;
    if (!s->resume && r->validation.patience && !r->validation.images)
        return vae_fail(e, "--early-stop needs --validation: the test images choose nothing");
    if (!vae_option_given(s, "decoder-hidden")) shape->dec = vae_widths_mirrored(&shape->enc);
    if (!colour_fits(s, e)) return false;
    if (shape->density != DENSITY_HEAD &&
        (shape->likelihood != VAE_GAUSSIAN || shape->variance == VARIANCE_FIXED))
        return vae_fail(e, "--noise is for --likelihood gaussian without --sigma");
    if (shape->likelihood == VAE_GAUSSIAN && shape->variance == VARIANCE_FREE) {
        shape->variance = VARIANCE_LIMITED;
        shape->variance_at = VAE_DEFAULT_MIN_LOGVAR;
    }
    if (r->lr == 0) r->lr = vae_run_default_lr(shape->likelihood, r->optimizer);
    if (!s->epochs && !s->samples) s->epochs = DEFAULT_EPOCHS;
    return true;
}

/* --- resuming --- */

/* Appends "lr 0.001 (was 0.01)" and the like; text that does not fit ends in dots. */
static void tell(char text[RUN_CHANGED], const char *what, const char *now, const char *before)
{
    const size_t used = strlen(text), room = RUN_CHANGED - used;
    const int n =
        snprintf(text + used, room, "%s%s %s (was %s)", used ? ", " : "", what, now, before);
    if (n >= (int)room) strcpy(text + RUN_CHANGED - 4, "...");
}

static void tell_whole(char text[RUN_CHANGED], const char *what, uint64_t now, uint64_t before)
{
    char a[NUMBER_TEXT], b[NUMBER_TEXT];
    snprintf(a, sizeof a, "%" PRIu64, now);
    snprintf(b, sizeof b, "%" PRIu64, before);
    if (now != before) tell(text, what, a, b);
}

static void tell_stages(char text[RUN_CHANGED], const struct vae_schedule *now,
                        const struct vae_schedule *before)
{
    char a[SCHEDULE_TEXT], b[SCHEDULE_TEXT];
    vae_schedule_write_stages(now, a);
    vae_schedule_write_stages(before, b);
    if (!vae_schedule_same_stages(now, before))
        tell(text, "lr-stages", *a ? a : "none", *b ? b : "none");
}

static void tell_f32(char text[RUN_CHANGED], const char *what, float now, float before)
{
    char a[NUMBER_TEXT], b[NUMBER_TEXT];
    vae_number_write_f32(now, a);
    vae_number_write_f32(before, b);
    if (now != before) tell(text, what, a, b);
}

static void tell_changes(const struct vae_run *now, const struct vae_run *before,
                         char text[RUN_CHANGED])
{
    char a[NUMBER_TEXT], b[NUMBER_TEXT];
    tell_f32(text, "lr", now->lr, before->lr);
    tell_stages(text, &now->schedule, &before->schedule);
    tell_whole(text, "warmup", now->schedule.warmup, before->schedule.warmup);
    for (enum vae_optim_setting i = 0; i < OPTIM_SETTINGS; i++) {
        const double x = vae_optim_value(&now->optim, now->optimizer, i);
        const double y = vae_optim_value(&before->optim, before->optimizer, i);
        vae_number_write_f64(x, a);
        vae_number_write_f64(y, b);
        if (x != y) tell(text, vae_optim_limits[i].key, a, b);
    }
    const enum vae_epsilon_place place = now->optim.epsilon_place,
                                 old = before->optim.epsilon_place;
    if (place != old)
        tell(text, "epsilon-place", vae_epsilon_places[place], vae_epsilon_places[old]);
    tell_f32(text, "kl-weight", vae_kl_weight(&now->kl), vae_kl_weight(&before->kl));
    tell_whole(text, "kl-warmup", now->kl.warmup, before->kl.warmup);
    tell_whole(text, "early-stop", now->validation.patience, before->validation.patience);
    tell_whole(text, "training images", now->train_images, before->train_images);
}

void vae_train_settings_tell(struct vae_run *r, const char *what)
{
    const size_t used = strlen(r->changed), room = RUN_CHANGED - used;
    const int n = snprintf(r->changed + used, room, "%s%s", used ? "; " : "", what);
    if (n >= (int)room) strcpy(r->changed + RUN_CHANGED - 4, "...");
}

bool vae_train_settings_go_on(struct settings *s, size_t images, struct vae_error *e)
{
    const struct vae_run before = s->run;
    struct vae_run *r = &s->run;
    char text[RUN_CHANGED] = "";
    if (vae_option_given(s, "lr")) r->schedule.stages = 0; /* which would override it */
    for (size_t i = 0; i < s->given_count; i++) {
        const struct option_entry *o = s->given[i].option;
        if (o->traits & OPTION_ANEW && !o->kind->parse(o, s->given[i].value, s, e)) return false;
    }
    if (!settings_fit(s, e)) return false;
    if (r->schedule.warmup != before.schedule.warmup) r->schedule.warmup_from = r->step;
    if (r->kl.warmup != before.kl.warmup) r->kl.warmup_from = r->step;
    if (r->validation.patience && !r->validation.images)
        return vae_fail(e, "--early-stop: %s was trained without --validation", s->resume);
    if (r->train_images != images && r->method == VAE_MCEM)
        return vae_fail(e,
                        "%s: has chains of %zu images, but there are %zu to train on; give those "
                        "that it was trained on",
                        s->resume, r->train_images, images);
    if (r->train_images != images) {
        vae_run_new_data(r, images);
        vae_validation_forget(&r->validation);
    }
    tell_changes(r, &before, text);
    s->changed = *text;
    if (!s->changed) return true;
    r->id = vae_run_id(&before);
    /* appends: what an earlier resume changed may not have been reported yet */
    vae_train_settings_tell(r, text);
    return true;
}
