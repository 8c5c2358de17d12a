#include "hmc.h"
#include "../base/memory.h"
#include "../base/split.h"
#include <string.h>

static void *take(char **at, size_t bytes)
{
    void *p = *at;
    *at += bytes;
    return p;
}

bool vae_hmc_create(struct vae_hmc *h, const struct vae_model *m, size_t leapfrogs,
                    struct vae_error *e)
{
    const size_t rows = m->max_rows, z = rows * m->ld.z;
    const size_t doubles = rows * sizeof(double), floats = rows * sizeof(float);
    char *at = vae_memory_get(2 * HMC_ENDS * doubles + 3 * floats + z * sizeof(float) + rows);
    *h = (struct vae_hmc){.leapfrogs = leapfrogs, .memory = at};
    if (!at) return vae_fail(e, "not enough memory for %zu Markov chains", rows);
    for (int end = 0; end < HMC_ENDS; end++) {
        h->energy[end] = take(&at, doubles);
        h->log_joint[end] = take(&at, doubles);
    }
    h->step = take(&at, floats);
    h->half = take(&at, floats);
    h->none = take(&at, floats);
    h->before = take(&at, z * sizeof(float));
    h->accepted = take(&at, rows);
    return true;
}

void vae_hmc_destroy(struct vae_hmc *h)
{
    vae_memory_give(h->memory);
    *h = (struct vae_hmc){0};
}

float vae_hmc_step_size(double factor, int exponent)
{
    double power = 1;
    for (int i = 0; i < (exponent < 0 ? -exponent : exponent); i++) power *= factor;
    return (float)(exponent < 0 ? 0.1 / power : 0.1 * power);
}

/* The thread's rows: those of which vae_back_decoder gives it the gradient. */
static struct vae_range own_of(struct vae_job j, struct vae_range r)
{
    const struct share s = vae_share_of(r.rows, j.thread, vae_pool_threads(j.m->pool));
    return (struct vae_range){r.first + s.first, s.end - s.first};
}

static float *rows_from(const struct vae_model *m, float *z, size_t row)
{
    return z + row * m->ld.z;
}

/* Normal draws into rows of z, or of momenta. */
static void normals(const struct vae_model *m, struct vae_range own, struct sv_rng rng, float *z)
{
    const size_t n = m->shape.latent;
    rng.ctr[1] += (uint32_t)own.first;
    sv_for(&m->k, own.rows, n, 0)->normal(own.rows, n, rng, rows_from(m, z, own.first), m->ld.z);
}

void vae_hmc_start(struct vae_job j, struct vae_range r, struct sv_rng prior)
{
    normals(j.m, own_of(j, r), prior, j.m->work.z);
}

/* work.ll and work.d_z at work.z. */
static void gradient(struct vae_job j, struct vae_range r)
{
    vae_clock_phase(vae_clock_of(j), PHASE_CHAIN);
    vae_pool_barrier(j.m->pool, j.thread); /* the other threads' rows of z and x are there */
    vae_clock_phase(vae_clock_of(j), PHASE_WAIT);
    vae_likelihood(j, r, 1);
    vae_back_decoder(j, r, true);
}

static void leapfrog(const struct vae_model *m, struct vae_range own, const float *a,
                     const float *e)
{
    const size_t n = m->shape.latent;
    sv_for(&m->k, own.rows, n, 0)
        ->leapfrog(&(struct sv_leapfrog){.m = own.rows,
                                         .n = n,
                                         .a = a + own.first,
                                         .e = e + own.first,
                                         .dz = rows_from(m, m->work.d_z, own.first),
                                         .ldd = m->ld.z,
                                         .z = rows_from(m, m->work.z, own.first),
                                         .p = rows_from(m, m->work.eps, own.first),
                                         .ldz = m->ld.z});
}

/* H and log p(x, z), given the likelihood. work.log_w and work.weight have room for the two
 * densities. */
static void note_energy(const struct vae_model *m, const struct vae_hmc *h, struct vae_range own,
                        int end)
{
    const struct vae_work *w = &m->work;
    const size_t n = m->shape.latent, at = own.first;
    const struct sv_kernels *k = sv_for(&m->k, own.rows, n, 0);
    k->normal_ll(own.rows, n, rows_from(m, w->z, at), m->ld.z, w->log_w + at);
    k->normal_ll(own.rows, n, rows_from(m, w->eps, at), m->ld.z, w->weight + at);
    for (size_t i = at; i < at + own.rows; i++) {
        h->log_joint[end][i] = vae_row_ll(m, i) + (double)w->log_w[i];
        h->energy[end][i] = -h->log_joint[end][i] - (double)w->weight[i];
    }
}

void vae_hmc_trajectory(struct vae_job j, const struct vae_hmc *h, struct vae_range r)
{
    const struct vae_model *m = j.m;
    const struct vae_range own = own_of(j, r);
    for (size_t i = own.first; i < own.first + own.rows; i++) h->half[i] = h->step[i] / 2;
    gradient(j, r);
    note_energy(m, h, own, HMC_FIRST);
    leapfrog(m, own, h->half, h->step);
    for (size_t i = 1; i < h->leapfrogs; i++) {
        gradient(j, r);
        leapfrog(m, own, h->step, h->step);
    }
    gradient(j, r);
    leapfrog(m, own, h->half, h->none);
    note_energy(m, h, own, HMC_LAST);
}

/* Takes or refuses the end of a trajectory. A comparison with NaN is false. */
static void decide(const struct vae_model *m, const struct vae_hmc *h, struct vae_range own,
                   struct sv_rng accept)
{
    const struct sv_kernels *k = sv_for(&m->k, 1, 1, 0);
    const size_t n = m->shape.latent;
    accept.ctr[1] += (uint32_t)own.first;
    for (size_t i = own.first; i < own.first + own.rows; i++, accept.ctr[1]++) {
        const float fall = (float)(h->energy[HMC_FIRST][i] - h->energy[HMC_LAST][i]);
        float u, odds;
        k->uniform(1, 1, accept, &u, 1);
        k->exp(1, &fall, &odds);
        h->accepted[i] = u < odds;
        if (h->accepted[i]) continue;
        memcpy(rows_from(m, m->work.z, i), rows_from(m, h->before, i), n * sizeof(float));
        h->log_joint[HMC_LAST][i] = h->log_joint[HMC_FIRST][i];
    }
}

void vae_hmc_move(struct vae_job j, const struct vae_hmc *h, struct vae_range r,
                  struct sv_rng momentum, struct sv_rng accept)
{
    const struct vae_model *m = j.m;
    const struct vae_range own = own_of(j, r);
    memcpy(rows_from(m, h->before, own.first), rows_from(m, m->work.z, own.first),
           own.rows * m->ld.z * sizeof(float));
    normals(m, own, momentum, m->work.eps);
    vae_hmc_trajectory(j, h, r);
    decide(m, h, own, accept);
    vae_clock_phase(vae_clock_of(j), PHASE_CHAIN);
}
