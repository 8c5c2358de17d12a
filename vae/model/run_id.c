#include "run_id.h"
#include "../../reference/fnv.h"
#include <inttypes.h>
#include <stdio.h>

/* Settings of later versions enter only if not the defaults, so that older runs keep their id. */
static uint64_t sum_of_settings(const struct vae_run *r)
{
    const struct vae_shape *s = &r->shape;
    char text[512], stages[SCHEDULE_TEXT], enc[VAE_WIDTHS_TEXT], dec[VAE_WIDTHS_TEXT];
    const int n = snprintf(
        text, sizeof text, "%d %zu %zu %zu %zu %d %d %zu %zu %.9g %.9g %" PRIu64 " %zu",
        s->likelihood, s->rows, s->cols, s->enc.of[0], s->latent, r->optimizer, r->binarize,
        r->batch, r->samples, (double)r->lr, (double)r->init_sd, r->seed, r->train_images);
    if (s->variance != VARIANCE_FREE)
        snprintf(text + n, sizeof text - (size_t)n, " %d %.9g", s->variance,
                 (double)s->variance_at);
    uint64_t h = fnv_text(FNV_START, text);
    if (s->posterior) h = fnv_text(h, vae_posterior_names[s->posterior]);
    if (s->density) h = fnv_text(h, vae_density_names[s->density]);
    if (!vae_shape_is_aevb(s)) {
        vae_widths_text(&s->enc, enc);
        vae_widths_text(&s->dec, dec);
        snprintf(text, sizeof text, " %s %s %s", enc, dec, vae_activation_names[s->activation]);
        h = fnv_text(h, text);
    }
    for (enum vae_optim_setting i = 0; i < OPTIM_SETTINGS; i++)
        if (vae_optim_differs(&r->optim, r->optimizer, i)) {
            snprintf(text, sizeof text, " %s %.17g", vae_optim_limits[i].key, r->optim.value[i]);
            h = fnv_text(h, text);
        }
    if (r->optim.epsilon_place || r->init || r->init_bias) {
        snprintf(text, sizeof text, " init %d %d epsilon %d", r->init, r->init_bias,
                 r->optim.epsilon_place);
        h = fnv_text(h, text);
    }
    vae_schedule_write_stages(&r->schedule, stages);
    h = fnv_text(h, stages);
    if (r->schedule.warmup) {
        snprintf(text, sizeof text, " warmup %" PRIu64, r->schedule.warmup);
        h = fnv_text(h, text);
    }
    if (vae_kl_weight(&r->kl) != 1 || r->kl.warmup) {
        snprintf(text, sizeof text, " kl %.9g %" PRIu64, (double)vae_kl_weight(&r->kl),
                 r->kl.warmup);
        h = fnv_text(h, text);
    }
    if (r->method) h = fnv_text(h, vae_method_names[r->method]);
    if (r->method == VAE_MCEM &&
        (r->cycle.leapfrogs != CYCLE_LEAPFROGS || r->cycle.updates != CYCLE_UPDATES)) {
        snprintf(text, sizeof text, " %zu %zu", r->cycle.leapfrogs, r->cycle.updates);
        h = fnv_text(h, text);
    }
    if (r->validation.images) {
        snprintf(text, sizeof text, " validation %" PRIu64 " %" PRIu64, r->validation.images,
                 r->validation.patience);
        h = fnv_text(h, text);
    }
    return r->estimator ? fnv_text(h, vae_estimator_names[r->estimator]) : h;
}

uint64_t vae_run_id(const struct vae_run *r) { return r->id ? r->id : sum_of_settings(r); }

void vae_run_id_text(const struct vae_run *r, char id[17])
{
    snprintf(id, 17, "%016" PRIx64, vae_run_id(r));
}
