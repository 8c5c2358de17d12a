/* Gradients of activations, from the likelihood back to the encoder's first layer. */
#include "../base/tiny.h"
#include "layer.h"

static void time_dx(struct vae_job j, const struct vae_layer *l)
{
    vae_clock_phase(vae_clock_of(j), vae_phase_of(l->role, LAYER_DX));
}

/* dX of layers last ... first + 1 in this order, each followed by a barrier. A gradient that passes
 * through several hidden layers is a product of as many weights, each of which may be tiny. */
static void hidden_back(struct vae_job j, size_t first, size_t last, struct vae_range range)
{
    for (size_t i = last; i > first; i--) {
        vae_layer_back(j, &j.m->layer[i], range);
        if (last - first > 1) vae_layer_clear_tiny(j, &j.m->layer[i], range);
        time_dx(j, &j.m->layer[i]);
        vae_meet(j);
    }
}

void vae_back_decoder(struct vae_job j, struct vae_range draws, bool to_z)
{
    const struct vae_shape *s = &j.m->shape;
    const struct vae_layer *first = &j.m->layer[vae_decoder_at(s)];
    hidden_back(j, vae_decoder_at(s), vae_out_at(s), draws);
    if (!to_z) return;
    vae_layer_back_rows(j, first, vae_part_of(j, draws));
    time_dx(j, first);
}

void vae_back_head(struct vae_job j, struct vae_range points, const struct vae_objective *o)
{
    const struct vae_model *m = j.m;
    const struct vae_work *w = &m->work;
    const size_t z = m->shape.latent;
    const struct vae_range p = vae_part_of(j, points);
    const size_t draw = p.first * m->samples;
    const float *head = w->head + p.first * m->ld.head;
    float *d_head = w->d_head + p.first * m->ld.head;
    if (m->samples > 1) vae_meet(j); /* d_z of its draws comes from other threads too */
    sv_for(&m->k, p.rows * m->samples, z, 0)
        ->reparam_grad(&(struct sv_reparam_grad){.m = p.rows,
                                                 .n = z,
                                                 .samples = m->samples,
                                                 .mu = head,
                                                 .logvar = head + z,
                                                 .ld = m->ld.head,
                                                 .dz = w->d_z + draw * m->ld.z,
                                                 .eps = w->eps + draw * m->ld.z,
                                                 .ldz = m->ld.z,
                                                 .beta = o->beta,
                                                 .c = o->row_weight ? o->row_weight + draw : NULL,
                                                 .z = w->z + draw * m->ld.z,
                                                 .dmu = d_head,
                                                 .dlogvar = d_head + z,
                                                 .ldg = m->ld.head,
                                                 .noise = m->shape.posterior});
    for (size_t i = 0; i < p.rows; i++) vae_clear_tiny(2 * z, d_head + i * m->ld.head);
    vae_clock_phase(vae_clock_of(j), PHASE_REPARAM_GRAD);
    vae_meet(j);
}

void vae_back_encoder(struct vae_job j, struct vae_range points)
{
    hidden_back(j, 0, vae_head_at(&j.m->shape), points);
}
