/* Wake-sleep (Hinton, Dayan, Frey & Neal 1995), which AEVB compares itself with in its section 5.
 *
 * Wake: an example's z comes from the encoder, and the decoder ascends log p(x|z). Sleep: z comes
 * from the prior and x' from the new decoder, and the encoder ascends log q(z|x'). There is no
 * common objective; the bound is that of the wake phase. */
#include "minibatch.h"

static void wake(struct vae_job j, const struct vae_minibatch *b, struct vae_range points)
{
    const size_t samples = j.m->samples, end = (points.first + points.rows) * samples;
    vae_encode(j, points);
    vae_draw(j, points, b->eps);
    for (struct vae_range r = {points.first * samples, 0}; r.first < end; r.first += r.rows) {
        r.rows = vae_next_range(end - r.first);
        vae_likelihood(j, r, b->o.draw_weight);
        vae_back_decoder(j, r, false);
    }
}

static void dream(struct vae_job j, const struct vae_minibatch *b, struct vae_range dreams)
{
    vae_dream(j, dreams, b->dream_z, b->dream_x, b->dream_uniform);
    vae_encode(j, dreams);
    vae_back_posterior(j, dreams);
    vae_back_encoder(j, dreams);
}

void vae_wake_sleep_pass(void *arg, size_t thread)
{
    const struct vae_minibatch *b = arg;
    const struct vae_job j = {b->model, thread};
    const size_t decoder = vae_decoder_at(&j.m->shape);
    vae_minibatch_gather(j, b);
    for (struct vae_range r = {0, 0}; r.first < b->rows; r.first += r.rows) {
        r.rows = vae_next_range(b->rows - r.first);
        wake(j, b, r);
    }
    vae_update(j, b->rows, b->step, decoder, j.m->layers);
    vae_pool_barrier(j.m->pool, thread); /* dreams overwrite what the update read */
    vae_clock_phase(vae_clock_of(j), PHASE_WAIT);
    for (struct vae_range r = {0, 0}; r.first < b->rows; r.first += r.rows) {
        r.rows = vae_next_range(b->rows - r.first);
        dream(j, b, r);
    }
    vae_minibatch_next_soon(j, b);
    vae_update(j, b->rows, b->step, 0, decoder);
}
