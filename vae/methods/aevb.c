/* Auto-encoding variational Bayes (AEVB, algorithm 1), with estimators B, A and IWAE
 * (objective.h). */
#include "minibatch.h"

/* Draws through the decoder, forward or back or both, by micro-batches. */
static void run_draws(struct vae_job j, const struct vae_minibatch *b, struct vae_range draws,
                      bool forward, bool back)
{
    const size_t end = draws.first + draws.rows;
    for (struct vae_range r = {draws.first, 0}; r.first < end; r.first += r.rows) {
        r.rows = vae_next_range(end - r.first);
        if (forward && b->step) vae_likelihood(j, r, b->o.draw_weight);
        if (forward && !b->step) vae_log_likelihood(j, r);
        if (back) vae_back_decoder(j, r, true);
    }
}

/* The weights of an example's draws need all their likelihoods, so they are computed between the
 * decoder's forward and backward pass: for as many examples at a time as have at most VAE_RANGE
 * draws together, or for one. */
static void run_weighted(struct vae_job j, const struct vae_minibatch *b, struct vae_range points)
{
    const size_t samples = j.m->samples, end = points.first + points.rows;
    const size_t most = samples < VAE_RANGE ? VAE_RANGE / samples : 1;
    for (struct vae_range p = {points.first, 0}; p.first < end; p.first += p.rows) {
        p.rows = end - p.first < most ? end - p.first : most;
        const struct vae_range draws = {p.first * samples, p.rows * samples};
        run_draws(j, b, draws, true, false);
        vae_weigh(j, p, b->step != NULL);
        if (b->step) run_draws(j, b, draws, false, true);
    }
}

/* A micro-batch of examples through the encoder and back, their draws through the decoder. */
static void run_range(struct vae_job j, const struct vae_minibatch *b, struct vae_range points)
{
    const size_t samples = j.m->samples;
    vae_encode(j, points);
    vae_draw(j, points, b->eps);
    if (b->o.estimator == VAE_ESTIMATOR_IWAE)
        run_weighted(j, b, points);
    else
        run_draws(j, b, (struct vae_range){points.first * samples, points.rows * samples}, true,
                  b->step != NULL);
    if (!b->step) return;
    vae_back_head(j, points, &b->o);
    vae_back_encoder(j, points);
}

void vae_aevb_ranges(struct vae_job j, const struct vae_minibatch *b)
{
    for (struct vae_range r = {0, 0}; r.first < b->rows; r.first += r.rows) {
        r.rows = vae_next_range(b->rows - r.first);
        run_range(j, b, r);
    }
}

void vae_aevb_pass(void *arg, size_t thread)
{
    const struct vae_minibatch *b = arg;
    const struct vae_job j = {b->model, thread};
    vae_minibatch_gather(j, b);
    vae_aevb_ranges(j, b);
    if (!b->step) return;
    vae_minibatch_next_soon(j, b);
    vae_update(j, b->rows, b->step, 0, j.m->layers);
}
