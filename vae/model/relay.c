#include "relay.h"
#include "../base/memory.h"
#include "layer.h"
#include <stdint.h>
#include <string.h>

/* Large enough for the product's and the network's speed, small enough for a short start: rank r waits
 * for r pieces. There are at most RANKS_PARTS. */
static size_t piece_size(const struct vae_model *m)
{
    enum { PIECE = 24 * 1024 };
    size_t floats = PIECE;
    while (vae_pieces(m, floats, NULL) > RANKS_PARTS) floats *= 2;
    return floats;
}

/* A piece's messages on their way; NONE: none. */
enum { IN, SUM_IN, WEIGHTS_IN, OUT, WEIGHTS_OUT, MESSAGES };
static const size_t NONE = SIZE_MAX;
struct travel {
    size_t message[MESSAGES];
};

struct vae_relay {
    const struct vae_ranks *ranks;
    size_t pieces;
    struct share own; /* pieces, of which this rank has the statistics */
    size_t due;       /* a piece of its own whose gradient is complete; NONE: none */
    struct vae_piece *piece;
    struct travel *travel;
    float *g; /* an arena of gradients */
};

static void give(struct vae_relay *r)
{
    vae_memory_give(r->piece);
    vae_memory_give(r->travel);
    vae_memory_give(r->g);
    vae_memory_give(r);
}

bool vae_relay_create(struct vae_model *m, const struct vae_ranks *ranks, struct vae_error *e)
{
    const size_t size = piece_size(m), n = vae_pieces(m, size, NULL);
    struct vae_relay *r = vae_memory_get(sizeof *r);
    if (r) {
        *r = (struct vae_relay){.ranks = ranks,
                                .pieces = n,
                                .own = vae_share_of(n, ranks->rank, ranks->count),
                                .piece = vae_memory_get(n * sizeof *r->piece),
                                .travel = vae_memory_get(n * sizeof *r->travel),
                                .g = vae_memory_get(m->params * sizeof(float))};
        if (r->piece && r->travel && r->g) {
            vae_pieces(m, size, r->piece);
            memset(r->travel, 0xff, n * sizeof *r->travel); /* NONE */
            m->relay = r;
            return true;
        }
        give(r);
    }
    return vae_fail(e, "not enough memory for the gradient (%zu MB)",
                    m->params * sizeof(float) >> 20);
}

const struct vae_ranks *vae_relay_ranks(const struct vae_relay *r) { return r->ranks; }

/* --- messages: thread 0 alone --- */

static bool is_last(const struct vae_ranks *k) { return k->rank + 1 == k->count; }
static size_t next_of(const struct vae_ranks *k) { return (k->rank + 1) % k->count; }
static size_t previous_of(const struct vae_ranks *k) { return (k->rank + k->count - 1) % k->count; }

static bool owns(const struct vae_relay *r, size_t i)
{
    return r->own.first <= i && i < r->own.end;
}

static size_t owner_of(const struct vae_relay *r, size_t i)
{
    size_t rank = 0;
    while (vae_share_of(r->pieces, rank, r->ranks->count).end <= i) rank++;
    return rank;
}

static void receive(const struct vae_relay *r, size_t i, int which, enum vae_channel c, size_t from,
                    float *arena)
{
    const struct vae_ranks *k = r->ranks;
    const struct vae_piece *p = &r->piece[i];
    r->travel[i].message[which] =
        k->receive(k->arg, c, i, from, arena + p->at, p->floats * sizeof *arena);
}

static void send(const struct vae_relay *r, size_t i, int which, enum vae_channel c, size_t to,
                 const float *arena)
{
    const struct vae_ranks *k = r->ranks;
    const struct vae_piece *p = &r->piece[i];
    r->travel[i].message[which] =
        k->send(k->arg, c, i, to, arena + p->at, p->floats * sizeof *arena);
}

/* True if the message, if there is one, has arrived or left. */
static bool settled(const struct vae_relay *r, size_t i, int which, bool wait)
{
    size_t *message = &r->travel[i].message[which];
    if (*message != NONE && !r->ranks->done(r->ranks->arg, *message, wait)) return false;
    *message = NONE;
    return true;
}

/* Waits until all of a piece's messages have arrived and left. */
static void settle(const struct vae_relay *r, size_t i)
{
    for (int which = 0; which < MESSAGES; which++) settled(r, i, which, true);
}

/* New weights go around the ring, up to the rank before the owner. */
static void pass_weights(const struct vae_relay *r, size_t i, const float *w)
{
    if (next_of(r->ranks) != owner_of(r, i))
        send(r, i, WEIGHTS_OUT, RANKS_WEIGHTS, next_of(r->ranks), w);
}

/* Whether a piece's new weights are here; when they come, they go on. */
static bool weights_here(const struct vae_relay *r, size_t i, const float *w, bool wait)
{
    if (r->travel[i].message[WEIGHTS_IN] == NONE) return true;
    if (!settled(r, i, WEIGHTS_IN, wait)) return false;
    pass_weights(r, i, w);
    return true;
}

static void finish_weights(const struct vae_relay *r, const float *w)
{
    for (size_t i = 0; i < r->pieces; i++) weights_here(r, i, w, true);
}

/* Begins to receive a piece's new weights, unless this rank makes them. */
static void expect_weights(const struct vae_relay *r, size_t i, float *w)
{
    if (!owns(r, i)) receive(r, i, WEIGHTS_IN, RANKS_WEIGHTS, previous_of(r->ranks), w);
}

/* Whether this rank's rows are the first of the gradient's. */
static bool begins(const struct vae_relay *r, const struct vae_sum *s)
{
    return r->ranks->rank == 0 && !s->continued;
}

/* Begins to receive what will come for a piece. Its gradient has room once the last one has left. */
static void expect(const struct vae_relay *r, const struct vae_sum *s, size_t i, float *w)
{
    const struct vae_ranks *k = r->ranks;
    settle(r, i);
    if (!begins(r, s))
        receive(r, i, IN, k->rank ? RANKS_GRADIENT : RANKS_SUM, previous_of(k), r->g);
    if (s->apply && s->spreads) expect_weights(r, i, w);
}

/* Sends on a piece that has this rank's rows: to the next rank; a whole gradient to the owner, and one
 * that is not yet whole around to the first rank. */
static void pass_gradient(const struct vae_relay *r, const struct vae_sum *s, size_t i)
{
    const struct vae_ranks *k = r->ranks;
    if (!is_last(k))
        send(r, i, OUT, RANKS_GRADIENT, k->rank + 1, r->g);
    else if (!s->apply)
        send(r, i, OUT, RANKS_SUM, 0, r->g);
    else if (!owns(r, i))
        send(r, i, OUT, RANKS_SUM, owner_of(r, i), r->g);
}

/* Whether the whole gradient of an own piece is here: it comes into the memory that the partial one has
 * left. */
static bool sum_here(const struct vae_relay *r, size_t i, bool wait)
{
    if (is_last(r->ranks)) return true;
    if (r->travel[i].message[SUM_IN] == NONE) {
        if (!settled(r, i, OUT, wait)) return false;
        receive(r, i, SUM_IN, RANKS_SUM, r->ranks->count - 1, r->g);
    }
    return settled(r, i, SUM_IN, wait);
}

/* --- sums and updates: all threads --- */

static struct share pieces_of(const struct vae_relay *r, size_t first, size_t end)
{
    struct share s = {0, r->pieces};
    while (s.first < s.end && r->piece[s.first].layer < first) s.first++;
    while (s.end > s.first && r->piece[s.end - 1].layer >= end) s.end--;
    return s;
}

/* Those of them that this rank owns; none: first >= end. */
static struct share own_of(const struct vae_relay *r, struct share of)
{
    return (struct share){of.first > r->own.first ? of.first : r->own.first,
                          vae_min_size(of.end, r->own.end)};
}

/* Continues a piece's gradient with this rank's rows, after that of the rank before. */
static void add_rows(struct vae_job j, const struct vae_sum *s, size_t i)
{
    const struct vae_relay *r = j.m->relay;
    if (j.thread == 0) settled(r, i, IN, true);
    vae_meet(j);
    vae_gradient_piece(j, s->rows, &r->piece[i], !begins(r, s), r->g);
    if (j.thread == 0) pass_gradient(r, s, i);
}

/* Updates own piece *next, of thread 0, if it is before `end` and its whole gradient is here, or once it is. */
static bool update(struct vae_job j, const struct vae_sum *s, size_t *next, size_t end, bool wait)
{
    struct vae_relay *r = j.m->relay;
    vae_meet(j); /* all have seen which one was due before */
    if (j.thread == 0) r->due = *next < end && sum_here(r, *next, wait) ? (*next)++ : NONE;
    vae_meet(j);
    const size_t due = r->due;
    if (due == NONE) return false;
    s->apply(j, &r->piece[due], r->g, s->arg);
    if (j.thread == 0 && s->spreads) pass_weights(r, due, j.m->w);
    return true;
}

void vae_relay_sum(struct vae_job j, const struct vae_sum *s)
{
    const struct vae_relay *r = j.m->relay;
    const struct share all = pieces_of(r, s->first, s->end), own = own_of(r, all);
    size_t next = own.first;
    if (j.thread == 0) finish_weights(r, j.m->w); /* one without rows needed none, but passes on */
    for (size_t i = all.first; j.thread == 0 && i < all.end; i++) expect(r, s, i, j.m->w);
    for (size_t i = all.first; i < all.end; i++) {
        add_rows(j, s, i);
        if (s->apply) update(j, s, &next, vae_min_size(i + 1, own.end), false);
    }
    while (s->apply && update(j, s, &next, own.end, true)) {
    }
}

static void apply(struct vae_job j, const struct vae_piece *p, const float *g, const void *step)
{
    vae_apply_piece(j, step, p, g);
}

void vae_relay_gradient(struct vae_job j, size_t rows, const struct vae_step *step, size_t first,
                        size_t end, bool continued)
{
    vae_relay_sum(j, &(struct vae_sum){.rows = rows,
                                       .first = first,
                                       .end = end,
                                       .continued = continued,
                                       .apply = step ? apply : NULL,
                                       .spreads = true,
                                       .arg = step});
}

void vae_relay_make(struct vae_job j, size_t first, size_t end, vae_make_fn *make, const void *arg)
{
    const struct vae_relay *r = j.m->relay;
    const struct share all = pieces_of(r, first, end), own = own_of(r, all);
    for (size_t i = all.first; j.thread == 0 && i < all.end; i++) {
        settle(r, i);
        expect_weights(r, i, j.m->w);
    }
    vae_meet(j);
    for (size_t i = own.first; i < own.end; i++) {
        make(j, &r->piece[i], arg);
        if (j.thread == 0) pass_weights(r, i, j.m->w);
    }
}

/* --- between steps --- */

void vae_relay_need(struct vae_job j, size_t layer)
{
    const struct vae_relay *r = j.m->relay;
    if (!r) return;
    for (size_t i = 0; j.thread == 0 && i < r->pieces; i++)
        weights_here(r, i, j.m->w, r->piece[i].layer <= layer);
    vae_meet(j);
}

void vae_relay_finish(const struct vae_model *m)
{
    const struct vae_relay *r = m->relay;
    if (!r) return;
    finish_weights(r, m->w);
    for (size_t i = 0; i < r->pieces; i++) settle(r, i);
}

void vae_relay_destroy(struct vae_model *m)
{
    if (!m->relay) return;
    vae_relay_finish(m);
    give(m->relay);
    m->relay = NULL;
}

/* Part of an arena, from the owner of a piece to rank 0. */
static void to_first(const struct vae_relay *r, size_t i, float *at, size_t floats)
{
    const struct vae_ranks *k = r->ranks;
    const size_t owner = owner_of(r, i), bytes = floats * sizeof *at;
    if (owner == 0) return;
    if (k->rank == owner) vae_ranks_send(k, RANKS_STATE, 0, at, bytes);
    if (k->rank == 0) vae_ranks_receive(k, RANKS_STATE, owner, at, bytes);
}

/* The arenas that make a model: weights, and what its owner alone keeps of a piece. */
enum { MOST_ARENAS = 2 + 2 * VAE_MAX_STATS };
static size_t arenas(const struct vae_model *m, float *of[MOST_ARENAS])
{
    size_t n = 0;
    of[n++] = m->w;
    for (size_t i = 0; i < m->stats; i++) of[n++] = m->stat[i];
    if (!m->theta.memory) return n;
    of[n++] = m->theta.logvar;
    for (size_t i = 0; i < m->stats; i++) of[n++] = m->theta.logvar_stat[i];
    return n;
}

void vae_relay_start(struct vae_model *m)
{
    const struct vae_ranks *k = m->relay->ranks;
    const size_t bytes = m->params * sizeof *m->w;
    float *of[MOST_ARENAS];
    const size_t n = arenas(m, of);
    for (size_t i = 0; i < n; i++) {
        if (k->rank) vae_ranks_receive(k, RANKS_STATE, 0, of[i], bytes);
        for (size_t to = 1; k->rank == 0 && to < k->count; to++)
            vae_ranks_send(k, RANKS_STATE, to, of[i], bytes);
    }
}

void vae_relay_collect(struct vae_model *m)
{
    const struct vae_relay *r = m->relay;
    float *of[MOST_ARENAS];
    const size_t n = arenas(m, of);
    vae_relay_finish(m);
    for (size_t i = 0; i < r->pieces; i++)
        for (size_t a = m->theta.memory ? 0 : 1; a < n; a++)
            to_first(r, i, of[a] + r->piece[i].at, r->piece[i].floats);
}

void vae_relay_means(struct vae_model *m)
{
    const struct vae_relay *r = m->relay;
    const struct share all = pieces_of(r, vae_decoder_at(&m->shape), m->layers);
    vae_relay_finish(m);
    for (size_t i = all.first; i < all.end; i++) {
        expect_weights(r, i, m->w);
        if (owns(r, i)) pass_weights(r, i, m->w);
        to_first(r, i, m->theta.kl + r->piece[i].at / VAE_LINE, r->piece[i].floats / VAE_LINE);
    }
    vae_relay_finish(m);
}
