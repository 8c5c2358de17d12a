#include "run_pairs.h"
#include "../base/number.h"
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- writing --- */

static void put(struct st_pair *p, size_t *n, const char *key, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    p[*n].key = key;
    vsnprintf(p[(*n)++].value, sizeof p->value, format, args);
    va_end(args);
}

static void put_whole(struct st_pair *p, size_t *n, const char *key, uint64_t x)
{
    if (x) put(p, n, key, "%" PRIu64, x);
}

static void put_number(struct st_pair *p, size_t *n, const char *key, double x)
{
    char text[NUMBER_TEXT];
    vae_number_write_f64(x, text);
    put(p, n, key, "%s", text);
}

static void put_validation(struct st_pair *p, size_t *n, const struct vae_validation *v)
{
    put_whole(p, n, "validation", v->images);
    put_whole(p, n, "early_stop", v->patience);
    put_whole(p, n, "best_samples", v->points);
    if (v->points) put_number(p, n, "best_validation_bound", v->best);
    put_whole(p, n, "reports_since_best", v->since);
}

static void put_cycle(struct st_pair *p, size_t *n, const struct vae_run *r)
{
    put_whole(p, n, "leapfrog", r->cycle.leapfrogs);
    put_whole(p, n, "m_steps", r->cycle.updates);
    if (r->chain_exponent) put(p, n, "chain_exponent", "%d", r->chain_exponent);
}

size_t vae_run_pairs(const struct vae_run *r, struct st_pair p[RUN_PAIRS])
{
    const struct vae_schedule *s = &r->schedule;
    char stages[SCHEDULE_TEXT];
    size_t n = 0;
    if (r->init) put(p, &n, "init", "%s", vae_init_names[r->init]);
    if (r->init_bias) put(p, &n, "init_bias", "%s", vae_init_bias_names[r->init_bias]);
    for (enum vae_optim_setting i = 0; i < OPTIM_SETTINGS; i++)
        if (vae_optim_differs(&r->optim, r->optimizer, i))
            put_number(p, &n, vae_optim_limits[i].key, r->optim.value[i]);
    if (r->optim.epsilon_place)
        put(p, &n, "epsilon_place", "%s", vae_epsilon_places[r->optim.epsilon_place]);
    vae_schedule_write_stages(s, stages);
    if (*stages) put(p, &n, "lr_stages", "%s", stages);
    put_whole(p, &n, "warmup", s->warmup);
    if (s->warmup) put_whole(p, &n, "warmup_from", s->warmup_from);
    put_whole(p, &n, "first_images", r->first_images);
    if (r->method) put(p, &n, "method", "%s", vae_method_names[r->method]);
    if (r->method == VAE_MCEM) put_cycle(p, &n, r);
    if (r->estimator) put(p, &n, "estimator", "%s", vae_estimator_names[r->estimator]);
    if (vae_kl_weight(&r->kl) != 1) put(p, &n, "kl_weight", "%.9g", (double)r->kl.weight);
    put_whole(p, &n, "kl_warmup", r->kl.warmup);
    if (r->kl.warmup) put_whole(p, &n, "kl_warmup_from", r->kl.warmup_from);
    put_validation(p, &n, &r->validation);
    put_whole(p, &n, "past_steps", r->past.steps);
    put_whole(p, &n, "past_samples", r->past.points);
    put_whole(p, &n, "past_epochs", r->past.epochs);
    put_whole(p, &n, "run", r->id);
    if (*r->changed) put(p, &n, "unreported_change", "%s", r->changed);
    return n;
}

/* --- reading --- */

static bool wrong(const struct st_file *f, const char *key, const char *what, struct vae_error *e)
{
    return vae_fail(e, "%s: %s is \"%s\" in its metadata; %s", f->path, key,
                    vae_st_metadata(f, key), what);
}

/* 0 if absent. */
static bool get_whole(const struct st_file *f, const char *key, uint64_t most, uint64_t *out,
                      struct vae_error *e)
{
    const char *text = vae_st_metadata(f, key);
    *out = 0;
    return !text || vae_number_u64(text, most, out) ||
           wrong(f, key, "no number, or out of range", e);
}

/* Reads a name as its index in `names`. A missing key is index 0. */
static bool get_name(const struct st_file *f, const char *key, const char *const *names,
                     unsigned *out, struct vae_error *e)
{
    const char *text = vae_st_metadata(f, key);
    *out = 0;
    if (!text) return true;
    for (; names[*out]; ++*out)
        if (!strcmp(text, names[*out])) return true;
    return wrong(f, key, "no known name", e);
}

static bool get_init(const struct st_file *f, struct vae_run *r, struct vae_error *e)
{
    unsigned init, bias;
    if (!get_name(f, "init", vae_init_names, &init, e) ||
        !get_name(f, "init_bias", vae_init_bias_names, &bias, e))
        return false;
    r->init = (enum vae_init)init;
    r->init_bias = (enum vae_init_bias)bias;
    return true;
}

static bool get_optim(const struct st_file *f, struct vae_run *r, struct vae_error *e)
{
    for (enum vae_optim_setting i = 0; i < OPTIM_SETTINGS; i++) {
        const struct vae_optim_limit *is = &vae_optim_limits[i];
        const char *text = vae_st_metadata(f, is->key);
        double x;
        if (!text) continue;
        if (!vae_optim_has(r->optimizer, i)) return wrong(f, is->key, "not of its optimizer", e);
        if (!vae_number_f64(text, &x) || x < is->least || x > is->most)
            return wrong(f, is->key, "no number, or out of range", e);
        r->optim.given[i] = true;
        r->optim.value[i] = x;
    }
    unsigned place;
    if (!get_name(f, "epsilon_place", vae_epsilon_places, &place, e)) return false;
    if (place && r->optimizer != VAE_ADAM)
        return wrong(f, "epsilon_place", "not of its optimizer", e);
    r->optim.epsilon_place = (enum vae_epsilon_place)place;
    return true;
}

static bool get_cycle(const struct st_file *f, struct vae_run *r, struct vae_error *e)
{
    const char *exponent = vae_st_metadata(f, "chain_exponent");
    uint64_t leapfrogs, updates;
    double m = 0;
    if (!get_whole(f, "leapfrog", CYCLE_MOST, &leapfrogs, e) ||
        !get_whole(f, "m_steps", CYCLE_MOST, &updates, e))
        return false;
    if (!leapfrogs || !updates)
        return vae_fail(e, "%s: no leapfrog or m_steps above 0 in its metadata", f->path);
    if (exponent &&
        !(vae_number_f64(exponent, &m) && m == floor(m) && fabs(m) <= (double)CYCLE_MOST_EXPONENT))
        return wrong(f, "chain_exponent", "no whole number, or out of range", e);
    r->cycle = (struct vae_cycle){(size_t)leapfrogs, (size_t)updates};
    r->chain_exponent = (int)m;
    return true;
}

static bool get_method(const struct st_file *f, struct vae_run *r, struct vae_error *e)
{
    unsigned method;
    if (!get_name(f, "method", vae_method_names, &method, e)) return false;
    r->method = (enum vae_method)method;
    return r->method != VAE_MCEM || get_cycle(f, r, e);
}

static bool get_estimator(const struct st_file *f, struct vae_run *r, struct vae_error *e)
{
    unsigned estimator;
    if (!get_name(f, "estimator", vae_estimator_names, &estimator, e)) return false;
    if (r->method != VAE_AEVB && estimator != VAE_ESTIMATOR_B)
        return wrong(f, "estimator", "not of its method", e);
    r->estimator = (enum vae_estimator)estimator;
    return true;
}

static bool get_kl(const struct st_file *f, struct vae_run *r, struct vae_error *e)
{
    struct vae_kl *k = &r->kl;
    const char *weight = vae_st_metadata(f, "kl_weight");
    if (weight &&
        !(vae_number_f32(weight, &k->weight) && k->weight >= 0 && k->weight <= VAE_MOST_KL_WEIGHT))
        return wrong(f, "kl_weight", "no number, or out of range", e);
    k->given = weight != NULL;
    return get_whole(f, "kl_warmup", SCHEDULE_MOST_WARMUP, &k->warmup, e) &&
           get_whole(f, "kl_warmup_from", r->step, &k->warmup_from, e);
}

/* Read after the run's progress, which limits best_samples. */
static bool get_validation(const struct st_file *f, struct vae_run *r, struct vae_error *e)
{
    struct vae_validation *v = &r->validation;
    if (!get_whole(f, "validation", UINT32_MAX, &v->images, e)) return false;
    if (!v->images && vae_st_metadata(f, "early_stop"))
        return wrong(f, "early_stop", "not of a run without validation", e);
    if (!v->images && vae_st_metadata(f, "best_samples"))
        return wrong(f, "best_samples", "not of a run without validation", e);
    if (!get_whole(f, "early_stop", VALIDATION_MOST_PATIENCE, &v->patience, e) ||
        !get_whole(f, "best_samples", vae_run_reported(r), &v->points, e))
        return false;
    if (!v->points) return true;
    const char *best = vae_st_metadata(f, "best_validation_bound");
    if (!best) return vae_fail(e, "%s: no best_validation_bound in its metadata", f->path);
    return (vae_number_f64(best, &v->best) || wrong(f, "best_validation_bound", "no number", e)) &&
           get_whole(f, "reports_since_best", RUN_MOST_STEPS, &v->since, e);
}

bool vae_run_pairs_read(const struct st_file *f, struct vae_run *r, struct vae_error *e)
{
    struct vae_schedule *s = &r->schedule;
    const char *stages = vae_st_metadata(f, "lr_stages"),
               *changed = vae_st_metadata(f, "unreported_change");
    if (stages && !vae_schedule_read_stages(stages, s))
        return wrong(f, "lr_stages", "no stages such as 1:0.001,10:0.0003", e);
    if (changed && strlen(changed) >= sizeof r->changed)
        return wrong(f, "unreported_change", "too long", e);
    if (changed) strcpy(r->changed, changed);
    return get_init(f, r, e) && get_optim(f, r, e) &&
           get_whole(f, "warmup", SCHEDULE_MOST_WARMUP, &s->warmup, e) &&
           get_whole(f, "warmup_from", r->step, &s->warmup_from, e) && get_estimator(f, r, e) &&
           get_whole(f, "first_images", UINT32_MAX, &r->first_images, e) && get_kl(f, r, e) &&
           get_validation(f, r, e) && get_whole(f, "run", UINT64_MAX, &r->id, e);
}

bool vae_run_past_read(const struct st_file *f, struct vae_run *r, struct vae_error *e)
{
    struct vae_past *p = &r->past;
    return get_method(f, r, e) && get_whole(f, "past_steps", r->step, &p->steps, e) &&
           get_whole(f, "past_samples", RUN_MOST_STEPS, &p->points, e) &&
           get_whole(f, "past_epochs", RUN_MOST_STEPS, &p->epochs, e);
}
