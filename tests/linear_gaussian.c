#include "linear_gaussian.h"
#include "../reference/verify/data.h"
#include "../vae/base/memory.h"
#include <check.h>
#include <math.h>
#include <stdlib.h>

const double linear_sigma = 0.001;
static const double lengths[LINEAR_LATENT] = {0.005, 0.002, 0.0005};

double linear_column(size_t pixel, size_t j)
{
    static const int sign[LINEAR_LATENT][4] = {{1, -1, 1, -1}, {1, 1, -1, -1}, {1, -1, -1, 1}};
    return lengths[j] / (double)LINEAR_SIDE * sign[j][pixel % 4];
}

double linear_variance(size_t j)
{
    const double s2 = linear_sigma * linear_sigma;
    return s2 / (lengths[j] * lengths[j] + s2);
}

void linear_weights(struct vae_model *m, double shift, double wider)
{
    const struct vae_layer *head = &m->layer[0], *out = &m->layer[1];
    for (size_t j = 0; j < LINEAR_LATENT; j++) {
        for (size_t i = 0; i < LINEAR_PIXELS; i++) {
            m->w[vae_place(&head->w, i, j)] =
                (float)(linear_variance(j) * linear_column(i, j) / (linear_sigma * linear_sigma));
            m->w[vae_place(&out->w, j, i)] = (float)(4 * linear_column(i, j)); /* sigmoid' = 1/4 */
        }
        m->w[vae_place(&head->b, 0, j)] = (float)(shift * sqrt(linear_variance(j)));
        m->w[vae_place(&head->b, 0, LINEAR_LATENT + j)] =
            (float)log(linear_variance(j) * wider * wider);
    }
}

struct images linear_images(size_t count, uint64_t seed)
{
    struct source s = {seed};
    struct images im = {.count = count, .rows = LINEAR_SIDE, .cols = LINEAR_SIDE};
    im.values = vae_memory_get(count * LINEAR_PIXELS * sizeof *im.values);
    ck_assert_ptr_nonnull(im.values);
    for (size_t i = 0; i < count; i++) {
        double z[LINEAR_LATENT];
        for (size_t j = 0; j < LINEAR_LATENT; j++) z[j] = (double)source_normal(&s);
        for (size_t p = 0; p < LINEAR_PIXELS; p++) {
            double x = 0.5 + linear_sigma * (double)source_normal(&s);
            for (size_t j = 0; j < LINEAR_LATENT; j++) x += linear_column(p, j) * z[j];
            im.values[i * LINEAR_PIXELS + p] = (float)x;
        }
    }
    return im;
}

double linear_log_p(const float *x)
{
    double log_det = (LINEAR_PIXELS - LINEAR_LATENT) * log(linear_sigma * linear_sigma), square = 0;
    for (size_t i = 0; i < LINEAR_PIXELS; i++)
        square += pow((double)x[i] - 0.5, 2) / (linear_sigma * linear_sigma);
    for (size_t j = 0; j < LINEAR_LATENT; j++) {
        const double a2 = lengths[j] * lengths[j];
        double along = 0; /* w_j^T (x - 1/2) */
        for (size_t i = 0; i < LINEAR_PIXELS; i++)
            along += linear_column(i, j) * ((double)x[i] - 0.5);
        log_det += log(a2 + linear_sigma * linear_sigma);
        square -=
            along * along / (a2 + linear_sigma * linear_sigma) / (linear_sigma * linear_sigma);
    }
    return -0.5 * ((double)LINEAR_PIXELS * log(2 * M_PI) + log_det + square);
}

struct vae_model linear_model(size_t rows)
{
    const struct vae_shape shape = {.rows = LINEAR_SIDE,
                                    .cols = LINEAR_SIDE,
                                    .latent = LINEAR_LATENT,
                                    .likelihood = VAE_GAUSSIAN,
                                    .variance = VARIANCE_FIXED,
                                    .variance_at = (float)linear_sigma};
    struct sv_choice k;
    struct vae_model m;
    struct vae_error e = {""};
    sv_choice_default(NULL, &k);
    ck_assert(vae_create(&m, &k, &shape, VAE_SGD, rows, 1, NULL, &e));
    return m;
}
