#include "mcem.h"
#include "../base/memory.h"
#include "../base/min.h"
#include "../base/split.h"
#include "../base/streams.h"
#include "../model/relay.h"
#include "minibatch.h"
#include "team.h"
#include <math.h>
#include <string.h>

bool vae_mcem_create(struct vae_mcem *c, struct vae_model *m, const struct vae_run *run,
                     size_t images, struct vae_error *e)
{
    const size_t z = m->shape.latent;
    *c = (struct vae_mcem){.acceptance = (double)NAN};
    if (!vae_add_chains(m, images, e) || !vae_hmc_create(&c->hmc, m, run->cycle.leapfrogs, e))
        return false;
    c->gradient = vae_memory_get(m->params * sizeof *c->gradient);
    c->moved = vae_memory_get(m->max_rows * sizeof *c->moved);
    if (!c->gradient || !c->moved) {
        vae_mcem_destroy(c);
        return vae_fail(e, "not enough memory for the gradient");
    }
    sv_for(&m->k, images, z, 0)
        ->normal(images, z, sv_rng_at(run->seed, STREAM_MCEM_CHAIN, 0), m->chain, z);
    return true;
}

void vae_mcem_destroy(struct vae_mcem *c)
{
    vae_hmc_destroy(&c->hmc);
    vae_memory_give(c->gradient);
    vae_memory_give(c->moved);
    *c = (struct vae_mcem){0};
}

float vae_mcem_step_size(int exponent) { return vae_hmc_step_size(1.25, exponent); }

/* --- a part of the images, on each thread. Of several processes each has its rows of it --- */

struct part {
    struct vae_mcem *c;
    struct vae_model *m;
    struct vae_source source; /* of the first row's image */
    size_t rows;
    size_t next; /* the image after the part */
    struct sv_rng momentum, accept;
    bool begins;                 /* the gradient's sums begin here */
    const struct vae_step *step; /* of the optimiser; after the last part */
};

static struct vae_job job_of(const struct part *p, size_t thread)
{
    return (struct vae_job){p->m, thread};
}

/* The thread's rows of x, and of z from the chains. */
static struct share begin(const struct part *p, size_t thread)
{
    struct vae_model *m = p->m;
    const size_t z = m->shape.latent;
    const struct share own = vae_share_of(p->rows, thread, vae_pool_threads(m->pool));
    vae_clock_start(vae_clock_of(job_of(p, thread)));
    vae_gather(m, &p->source, own.first, own.end - own.first);
    for (size_t i = own.first; i < own.end; i++)
        memcpy(m->work.z + i * m->ld.z, m->chain + (p->source.first + i) * z, z * sizeof(float));
    vae_clock_phase(vae_clock_of(job_of(p, thread)), PHASE_GATHER);
    vae_pool_barrier(m->pool, thread);
    vae_clock_phase(vae_clock_of(job_of(p, thread)), PHASE_WAIT);
    return own;
}

static void move_part(void *arg, size_t thread)
{
    const struct part *p = arg;
    struct vae_model *m = p->m;
    const size_t z = m->shape.latent;
    const struct share own = begin(p, thread);
    for (struct vae_range r = {0, 0}; r.first < p->rows; r.first += r.rows) {
        r.rows = vae_next_range(p->rows - r.first);
        vae_hmc_move(job_of(p, thread), &p->c->hmc, r, p->momentum, p->accept);
    }
    vae_pool_barrier(m->pool, thread); /* each range had its own split into rows */
    for (size_t i = own.first; i < own.end; i++)
        memcpy(m->chain + (p->source.first + i) * z, m->work.z + i * m->ld.z, z * sizeof(float));
}

static void gradient_of_part(void *arg, size_t thread)
{
    const struct part *p = arg;
    const struct vae_job j = job_of(p, thread);
    const size_t decoder = vae_decoder_at(&p->m->shape);
    begin(p, thread);
    for (struct vae_range r = {0, 0}; r.first < p->rows; r.first += r.rows) {
        r.rows = vae_next_range(p->rows - r.first);
        vae_likelihood(j, r, 1);
        vae_back_decoder(j, r, false);
    }
    if (p->m->relay) {
        vae_relay_gradient(j, p->rows, p->step, decoder, p->m->layers, !p->begins);
        return;
    }
    vae_gradient(j, p->rows, decoder, p->m->layers, !p->begins, p->c->gradient);
    if (p->step) vae_apply(j, p->step, decoder, p->m->layers, p->c->gradient);
}

/* --- a cycle --- */

/* The part from image `first` on, as many as the model has rows. */
static struct part part_at(struct vae_mcem *c, struct vae_model *m, const struct vae_run *run,
                           const struct images *images, size_t first)
{
    const size_t rows = vae_min_size(m->max_rows, images->count - first);
    const struct share own = vae_team_share(m, rows);
    struct part p = {
        .c = c,
        .m = m,
        .source = {.images = images, .first = first + own.first, .binarize = run->binarize},
        .rows = own.end - own.first,
        .next = first + rows,
        .momentum = sv_rng_at(run->seed, STREAM_MCEM_MOMENTUM, run->step),
        .accept = sv_rng_at(run->seed, STREAM_MCEM_ACCEPT, run->step),
        .begins = first == 0};
    p.momentum.ctr[1] = p.accept.ctr[1] = (uint32_t)p.source.first;
    return p;
}

static void note_moves(const struct part *p)
{
    const struct vae_model *m = p->m;
    const struct vae_hmc *h = &p->c->hmc;
    sv_for(&m->k, p->rows, m->shape.latent, 0)
        ->normal_ll(p->rows, m->shape.latent, m->work.z, m->ld.z, m->work.weight);
    for (size_t i = 0; i < p->rows; i++)
        p->c->moved[i] =
            (struct vae_moved){h->log_joint[HMC_LAST][i], m->work.weight[i], h->accepted[i]};
}

/* Moves all chains; adds the sums of log p(x|z) and -log p(z). Returns how many moved. */
static size_t move_all(struct vae_mcem *c, struct vae_model *m, const struct vae_run *run,
                       const struct images *images, double *recon, double *kl)
{
    size_t moved = 0;
    for (size_t i = 0; i < m->max_rows; i++)
        c->hmc.step[i] = vae_mcem_step_size(run->chain_exponent);
    for (size_t first = 0; first < images->count;) {
        struct part p = part_at(c, m, run, images, first);
        const size_t rows = p.next - first;
        if (p.rows)
            vae_pool_run(m->pool, move_part, &p);
        else
            vae_relay_finish(m); /* it needs no weights, but passes them on */
        note_moves(&p);
        vae_team_rows(m, rows, c->moved, sizeof *c->moved);
        for (size_t i = 0; i < rows; i++) {
            moved += c->moved[i].accepted;
            *kl -= (double)c->moved[i].log_prior;
            *recon += c->moved[i].log_joint - (double)c->moved[i].log_prior;
        }
        first = p.next;
    }
    vae_team_signals(m);
    return moved;
}

static void update(struct vae_mcem *c, struct vae_model *m, const struct vae_run *run,
                   const struct images *images, const struct vae_step *s)
{
    for (size_t first = 0; first < images->count;) {
        struct part p = part_at(c, m, run, images, first);
        first = p.next;
        if (first == images->count) p.step = s;
        vae_pool_run(m->pool, gradient_of_part, &p);
    }
}

void vae_mcem_cycle(struct vae_mcem *c, struct vae_model *m, struct vae_run *run,
                    const struct images *images, struct vae_bound *bound)
{
    const double passes = (double)vae_run_epochs_per_cycle(run);
    const float decay = (float)vae_optim_value(&run->optim, run->optimizer, OPTIM_DECAY);
    double recon = 0, kl = 0;
    const size_t moved = move_all(c, m, run, images, &recon, &kl);
    c->acceptance = (double)moved / (double)images->count;
    int *e = &run->chain_exponent;
    *e += c->acceptance < 0.9 ? -1 : 1;
    if (*e > CYCLE_MOST_EXPONENT) *e = CYCLE_MOST_EXPONENT;
    if (*e < -CYCLE_MOST_EXPONENT) *e = -CYCLE_MOST_EXPONENT;
    for (size_t i = 0; i < run->cycle.updates; i++) {
        const uint64_t count = run->step * run->cycle.updates + i + 1;
        const struct vae_step s = {vae_run_lr(run), decay, count, run->optim};
        update(c, m, run, images, &s);
    }
    bound->recon += passes * recon;
    bound->kl += passes * kl;
    bound->count += (size_t)passes * images->count;
}

void vae_mcem_collect(struct vae_model *m)
{
    const struct vae_ranks *k = vae_relay_ranks(m->relay);
    const size_t z = m->shape.latent;
    for (size_t first = 0, rows; first < m->chains; first += rows) {
        rows = vae_min_size(m->max_rows, m->chains - first);
        const size_t own = k->rank ? vae_team_share(m, rows).first : 0;
        vae_team_rows(m, rows, m->chain + (first + own) * z, z * sizeof *m->chain);
    }
}
