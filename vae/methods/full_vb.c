/* Full variational Bayes (AEVB, appendix F): the decoder's weights have a posterior too, from which a
 * minibatch draws them once. Their KL to the prior N(0, 1) counts M / N in a minibatch of M of N
 * images. The encoder is trained as in AEVB. */
#include "minibatch.h"

void vae_full_vb_pass(void *arg, size_t thread)
{
    const struct vae_minibatch *b = arg;
    const struct vae_job j = {b->model, thread};
    vae_minibatch_gather(j, b);
    vae_theta_draw(j, b->theta);
    vae_aevb_ranges(j, b);
    vae_minibatch_next_soon(j, b);
    vae_update(j, b->rows, b->step, 0, vae_decoder_at(&j.m->shape));
    vae_theta_update(j, b->rows, b->step, b->step->decay);
}
