#include "evaluate.h"
#include "../base/streams.h"
#include "../data/images_share.h"
#include "team.h"

static const struct {
    enum vae_stream eps, binarize;
} streams[] = {[NOISE_TEST] = {STREAM_EPS_TEST, STREAM_BINARIZE_TEST},
               [NOISE_POINTS] = {STREAM_EPS_POINTS, STREAM_BINARIZE_POINTS},
               [NOISE_VALIDATION] = {STREAM_EPS_VALIDATION, STREAM_BINARIZE_VALIDATION}};

struct vae_source vae_evaluation_source(const struct vae_evaluation *of, size_t first)
{
    struct sv_rng rng = sv_rng_at(of->seed, streams[of->noise].binarize, 0);
    rng.ctr[1] = (uint32_t)first;
    return (struct vae_source){
        .images = of->images, .first = first, .binarize = of->binarize, .rng = rng};
}

struct sv_rng vae_evaluation_eps(const struct vae_evaluation *of, size_t first, size_t samples)
{
    struct sv_rng rng = sv_rng_at(of->seed, streams[of->noise].eps, 0);
    rng.ctr[1] = (uint32_t)(first * samples);
    return rng;
}

void vae_evaluate_rows(struct vae_model *m, const struct vae_evaluation *of, size_t first,
                       size_t rows)
{
    struct vae_minibatch b = {.model = m,
                              .source = vae_evaluation_source(of, first),
                              .rows = rows,
                              .left = of->images->count - first,
                              .block = vae_images_block(of->images, first, rows),
                              .eps = vae_evaluation_eps(of, first, m->samples),
                              .o = {.estimator = of->estimator}};
    vae_team_run(m, &b, vae_aevb_pass);
}

bool vae_evaluate_watched(struct vae_model *m, const struct vae_evaluation *of,
                          const struct vae_watch *watch, const volatile sig_atomic_t *stop,
                          struct vae_bound *bound)
{
    const size_t count = of->images->count;
    struct vae_clock *const clock = m->clock; /* of training alone */
    *bound = (struct vae_bound){0};
    m->clock = NULL;
    vae_team_settle(m);
    for (size_t i = 0; i < count && !(stop && *stop); i += m->max_rows) {
        const size_t left = count - i, rows = left < m->max_rows ? left : m->max_rows;
        vae_team_tell(m, &(struct team_command){
                             .order = TEAM_EVALUATE, .noise = of->noise, .first = i, .rows = rows});
        vae_evaluate_rows(m, of, i, rows);
        vae_add_bound(m, rows, of->estimator == VAE_ESTIMATOR_IWAE, bound);
        if (watch) watch->see(watch->arg, m, i, rows);
    }
    m->clock = clock;
    return bound->count == count;
}

bool vae_evaluate(struct vae_model *m, const struct images *images, const struct vae_run *run,
                  enum vae_noise noise, uint64_t seed, const volatile sig_atomic_t *stop,
                  struct vae_bound *bound)
{
    const struct vae_evaluation of = {images, run->binarize, run->estimator, noise, seed};
    return vae_evaluate_watched(m, &of, NULL, stop, bound);
}

void vae_row_bounds(const struct vae_model *m, size_t rows, double *bounds)
{
    const struct vae_work *w = &m->work;
    for (size_t i = 0; i < rows; i++) {
        double recon = 0;
        for (size_t g = 0; g < vae_groups(&m->shape); g++)
            for (size_t l = 0; l < m->samples; l++)
                recon += (double)w->ll[(g * m->max_rows + i) * m->samples + l];
        bounds[i] = recon / (double)m->samples - (double)w->kl[i];
    }
}
