#include "team.h"
#include "../base/min.h"
#include "../model/relay.h"
#include <string.h>

/* NULL: this process is alone. */
static const struct vae_ranks *ranks_of(const struct vae_model *m)
{
    return m->relay ? vae_relay_ranks(m->relay) : NULL;
}

void vae_team_tell(const struct vae_model *m, const struct team_command *c)
{
    const struct vae_ranks *k = ranks_of(m);
    if (!k || k->rank) return;
    for (size_t i = 1; i < k->count; i++) vae_ranks_send(k, RANKS_COMMAND, i, c, sizeof *c);
}

void vae_team_settle(struct vae_model *m)
{
    if (!m->relay || !m->theta.memory) return;
    vae_team_tell(m, &(struct team_command){.order = TEAM_MEANS});
    vae_relay_means(m);
}

/* --- figures of rows --- */

struct share vae_team_share_of(const struct vae_model *m, size_t rows, size_t i)
{
    const struct vae_ranks *k = ranks_of(m);
    return k ? vae_share_of(rows, i, k->count) : (struct share){0, rows};
}

struct share vae_team_share(const struct vae_model *m, size_t rows)
{
    return vae_team_share_of(m, rows, m->relay ? ranks_of(m)->rank : 0);
}

void vae_team_rows(const struct vae_model *m, size_t rows, void *figures, size_t bytes)
{
    const struct vae_ranks *k = ranks_of(m);
    if (!k) return;
    for (size_t i = k->rank ? k->rank : 1; i < (k->rank ? k->rank + 1 : k->count); i++) {
        const struct share s = vae_team_share_of(m, rows, i);
        const size_t size = (s.end - s.first) * bytes;
        if (k->rank)
            vae_ranks_send(k, RANKS_ROWS, 0, figures, size);
        else
            vae_ranks_receive(k, RANKS_ROWS, i, (char *)figures + s.first * bytes, size);
    }
}

void vae_team_signals(const struct vae_model *m)
{
    const struct vae_ranks *k = ranks_of(m);
    int signal = k ? (int)*k->signal : 0;
    if (k && k->rank) vae_ranks_send(k, RANKS_REPLY, 0, &signal, sizeof signal);
    for (size_t i = 1; k && !k->rank && i < k->count; i++) {
        vae_ranks_receive(k, RANKS_REPLY, i, &signal, sizeof signal);
        if (signal) k->heard(signal);
    }
}

/* A rank's figures: the signal it got, KL and log_mean of its examples, log p(x|z) of their draws by
 * group. */
static size_t figures(const struct vae_model *m, size_t rows)
{
    return 1 + rows * (2 + m->samples * vae_groups(&m->shape));
}

/* Copies n floats to or from a message, and moves on in it. */
static void carry(float **message, float *work, size_t n, bool unpack)
{
    memcpy(unpack ? work : *message, unpack ? *message : work, n * sizeof *work);
    *message += n;
}

/* Packs the first rows of m->work, or unpacks them to where they stand in the whole minibatch. */
static void carry_rows(const struct vae_model *m, struct share s, float *message, bool unpack)
{
    const struct vae_work *w = &m->work;
    const size_t n = s.end - s.first, at = unpack ? s.first : 0, l = m->samples;
    carry(&message, w->kl + at, n, unpack);
    carry(&message, w->log_mean + at, n, unpack);
    for (size_t g = 0; g < vae_groups(&m->shape); g++)
        carry(&message, w->ll + (g * m->max_rows + at) * l, n * l, unpack);
}

/* Rank i's rows of a minibatch, of `rows` and of `block`. */
static struct share part_of(const struct vae_model *m, size_t block, size_t rows, size_t i)
{
    const struct share s = vae_team_share_of(m, block ? block : rows, i);
    return (struct share){vae_min_size(s.first, rows), vae_min_size(s.end, rows)};
}

/* d_out holds the message: nobody needs it any more, and a row of it is longer. */
static void share_figures(const struct vae_model *m, const struct vae_ranks *k, size_t block,
                          size_t rows)
{
    float *message = m->work.d_out;
    if (k->rank) {
        const struct share own = part_of(m, block, rows, k->rank);
        message[0] = (float)*k->signal;
        carry_rows(m, own, message + 1, false);
        vae_ranks_send(k, RANKS_ROWS, 0, message,
                       figures(m, own.end - own.first) * sizeof *message);
        return;
    }
    for (size_t i = 1; i < k->count; i++) {
        const struct share s = part_of(m, block, rows, i);
        vae_ranks_receive(k, RANKS_ROWS, i, message, figures(m, s.end - s.first) * sizeof *message);
        carry_rows(m, s, message + 1, true);
        if (message[0] != 0) k->heard((int)message[0]);
    }
}

/* --- the rank's share --- */

/* The same minibatch from its row `first` on. */
static void skip(struct vae_minibatch *b, size_t first)
{
    const uint32_t rows = (uint32_t)first, draws = (uint32_t)(first * b->model->samples);
    b->source.first += first;
    b->source.rng.ctr[1] += rows;
    b->eps.ctr[1] += draws;
    b->dream_z.ctr[1] += rows;
    b->dream_x.ctr[1] += rows;
    b->dream_uniform.ctr[1] += rows;
}

void vae_team_run(struct vae_model *m, struct vae_minibatch *b, vae_pass_fn *pass)
{
    const struct vae_ranks *k = ranks_of(m);
    const size_t rows = b->rows;
    if (k) {
        const struct share own = part_of(m, b->block, rows, k->rank);
        skip(b, own.first);
        b->left = b->rows = own.end - own.first;
        if (!b->rows) vae_relay_finish(m); /* it needs no weights, but passes them on */
    }
    vae_pool_run(m->pool, pass, b);
    if (k) share_figures(m, k, b->block, rows);
}
