#include "oracle_pair.h"
#include <check.h>
#include <math.h>
#include <string.h>

const struct vae_shape pair_shapes[PAIR_SHAPES] = {
    {.enc = {1, {50}}, .dec = {1, {50}}, .likelihood = VAE_BERNOULLI},
    {.enc = {1, {50}}, .dec = {1, {50}}, .likelihood = VAE_GAUSSIAN},
    {.enc = {1, {50}},
     .dec = {1, {50}},
     .likelihood = VAE_GAUSSIAN,
     .variance = VARIANCE_LIMITED,
     .variance_at = -0.05f},
    {.enc = {1, {50}},
     .dec = {1, {50}},
     .likelihood = VAE_GAUSSIAN,
     .variance = VARIANCE_FIXED,
     .variance_at = 0.25f},
    {.likelihood = VAE_BERNOULLI}, /* no hidden layer */
    {.likelihood = VAE_GAUSSIAN, .variance = VARIANCE_FIXED, .variance_at = 0.5f},
    {.enc = {1, {19}}, .dec = {2, {3, 33}}, .activation = VAE_RELU},
    {.enc = {0}, .dec = {3, {17, 1, 18}}, .activation = VAE_SOFTPLUS, .likelihood = VAE_GAUSSIAN},
    {.enc = {4, {31, 16, 5, 7}}, .dec = {0}, .activation = VAE_SIGMOID},
    {.enc = {3, {20, 40, 9}}, .dec = {4, {2, 16, 35, 11}}, .activation = VAE_TANH},
    {.enc = {2, {33, 10}},
     .dec = {1, {48}},
     .activation = VAE_RELU,
     .likelihood = VAE_GAUSSIAN,
     .variance = VARIANCE_FIXED,
     .variance_at = 0.25f},
    {.enc = {1, {15}}, .dec = {1, {47}}, .activation = VAE_SOFTPLUS},
    {.enc = {2, {15, 17}}, .dec = {2, {17, 15}}, .activation = VAE_SIGMOID},
    {.enc = {1, {50}},
     .dec = {1, {33}},
     .likelihood = VAE_GAUSSIAN,
     .variance = VARIANCE_LIMITED,
     .variance_at = -0.0035f,
     .density = DENSITY_PIXEL},
    {.enc = {1, {18}}, .likelihood = VAE_GAUSSIAN, .density = DENSITY_PIXEL},
    {.enc = {1, {50}}, .dec = {1, {50}}, .posterior = SV_NOISE_LAPLACE},
    {.enc = {1, {21}},
     .dec = {2, {9, 35}},
     .likelihood = VAE_GAUSSIAN,
     .variance = VARIANCE_FIXED,
     .variance_at = 0.5f,
     .posterior = SV_NOISE_LOGISTIC},
    {.enc = {1, {50}},
     .dec = {1, {33}},
     .likelihood = VAE_GAUSSIAN,
     .variance = VARIANCE_LIMITED,
     .variance_at = -0.0015f,
     .density = DENSITY_MIXTURE},
    {.enc = {1, {19}}, .likelihood = VAE_GAUSSIAN, .density = DENSITY_MIXTURE},
};

static const enum oracle_activation oracle_activations[] = {[VAE_TANH] = ORACLE_TANH,
                                                            [VAE_RELU] = ORACLE_RELU,
                                                            [VAE_SOFTPLUS] = ORACLE_SOFTPLUS,
                                                            [VAE_SIGMOID] = ORACLE_SIGMOID};

static struct oracle_widths oracle_widths(const struct vae_widths *w)
{
    struct oracle_widths o = {.count = w->count};
    memcpy(o.of, w->of, sizeof o.of);
    return o;
}

struct vae_oracle pair_oracle(const struct vae_shape *s, size_t samples)
{
    const bool fixed = s->variance == VARIANCE_FIXED;
    struct vae_oracle o = {.inputs = vae_inputs(s),
                           .latent = s->latent,
                           .samples = samples,
                           .enc = oracle_widths(&s->enc),
                           .dec = oracle_widths(&s->dec),
                           .activation = oracle_activations[s->activation],
                           .gaussian = s->likelihood == VAE_GAUSSIAN,
                           .fixed = fixed,
                           .pixel = s->density != DENSITY_HEAD,
                           .mixture = s->density == DENSITY_MIXTURE,
                           .posterior = s->posterior,
                           .min_logvar = s->variance == VARIANCE_LIMITED ? (double)s->variance_at
                                         : fixed ? 2 * log((double)s->variance_at)
                                                 : -INFINITY,
                           .beta = 1};
    oracle_create(&o);
    return o;
}

size_t pair_place(const struct vae_model *m, size_t t, size_t i)
{
    const struct vae_tensor *s = t % 2 ? &m->layer[t / 2].b : &m->layer[t / 2].w;
    return vae_place(s, i / s->cols, i % s->cols);
}

void pair_copy_weights(const struct vae_oracle *o, const struct vae_model *m)
{
    for (size_t t = 0; t < oracle_tensors(o); t++)
        for (size_t i = 0; i < oracle_size(o, t); i++)
            o->w[t][i] = (double)m->w[pair_place(m, t, i)];
}

double pair_weight_distance(const struct vae_oracle *o, const struct vae_model *m)
{
    double worst = 0;
    for (size_t t = 0; t < oracle_tensors(o); t++)
        for (size_t i = 0; i < oracle_size(o, t); i++)
            worst = fmax(worst, fabs((double)m->w[pair_place(m, t, i)] - o->w[t][i]));
    return worst;
}

float pair_init_sd(const struct vae_shape *s)
{
    if (s->variance == VARIANCE_LIMITED) return 0.1f;
    return vae_shape_is_aevb(s) ? 0.01f : 0.3f;
}

struct vae_trainer pair_trainer(const struct vae_run *run, const struct images *images)
{
    struct sv_choice k;
    struct vae_trainer t;
    struct vae_error e;
    sv_choice_default(NULL, &k);
    ck_assert(vae_trainer_create(&t, &k, run, images, NULL, &e));
    return t;
}
