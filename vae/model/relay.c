#include "relay.h"
#include "../base/memory.h"
#include "layer.h"
#include <stdint.h>

/* Large enough for the product's and the network's speed, small enough for a short start: rank r waits
 * for r pieces. */
enum { PIECE = 24 * 1024 };

/* Of a piece. */
struct travel {
    size_t gradient, weights; /* messages received */
    size_t sent, passed;      /* the same, sent */
};
enum { NONE = SIZE_MAX };

struct vae_relay {
    const struct vae_ranks *ranks;
    size_t pieces, arrived; /* arrived: weights, of those on their way */
    struct vae_piece *piece;
    struct travel *travel;
    float *g; /* an arena of gradients */
};

bool vae_relay_create(struct vae_model *m, const struct vae_ranks *ranks, struct vae_error *e)
{
    const size_t n = vae_pieces(m, PIECE, NULL);
    struct vae_relay *r = vae_memory_get(sizeof *r);
    if (r) {
        *r = (struct vae_relay){.ranks = ranks,
                                .pieces = n,
                                .piece = vae_memory_get(n * sizeof *r->piece),
                                .travel = vae_memory_get(n * sizeof *r->travel),
                                .g = vae_memory_get(m->params * sizeof(float))};
        m->relay = r;
        if (r->piece && r->travel && r->g) {
            vae_pieces(m, PIECE, r->piece);
            for (size_t i = 0; i < n; i++) r->travel[i] = (struct travel){NONE, NONE, NONE, NONE};
            return true;
        }
        m->relay = NULL;
        vae_relay_destroy(r);
    }
    return vae_fail(e, "not enough memory for the gradient (%zu MB)",
                    m->params * sizeof(float) >> 20);
}

void vae_relay_destroy(struct vae_relay *r)
{
    if (!r) return;
    vae_memory_give(r->piece);
    vae_memory_give(r->travel);
    vae_memory_give(r->g);
    vae_memory_give(r);
}

const struct vae_ranks *vae_relay_ranks(const struct vae_relay *r) { return r->ranks; }

/* --- thread 0 --- */

static bool last(const struct vae_ranks *k) { return k->rank + 1 == k->count; }

/* True if the message, if there is one, has arrived or left. */
static bool settled(const struct vae_ranks *k, size_t *message, bool wait)
{
    if (*message != NONE && !k->done(k->arg, *message, wait)) return false;
    *message = NONE;
    return true;
}

/* Begins to receive what will come for these pieces. */
static void expect(const struct vae_relay *r, float *w, struct share s)
{
    const struct vae_ranks *k = r->ranks;
    for (size_t i = s.first; i < s.end; i++) {
        const struct vae_piece *p = &r->piece[i];
        const size_t bytes = p->floats * sizeof(float);
        if (k->rank)
            r->travel[i].gradient =
                k->receive(k->arg, RANKS_GRADIENT, k->rank - 1, r->g + p->at, bytes);
        if (!last(k))
            r->travel[i].weights = k->receive(
                k->arg, RANKS_WEIGHTS, (k->rank + k->count - 1) % k->count, w + p->at, bytes);
    }
}

static void send(const struct vae_relay *r, enum vae_channel c, size_t piece, const float *arena)
{
    const struct vae_ranks *k = r->ranks;
    const struct vae_piece *p = &r->piece[piece];
    size_t *message = c == RANKS_GRADIENT ? &r->travel[piece].sent : &r->travel[piece].passed;
    *message =
        k->send(k->arg, c, (k->rank + 1) % k->count, arena + p->at, p->floats * sizeof(float));
}

/* Passes new weights on to the next rank, but not to the one that made them. */
static void pass(struct vae_relay *r, const float *w, struct share s, bool wait)
{
    const struct vae_ranks *k = r->ranks;
    while (r->arrived < s.end && settled(k, &r->travel[r->arrived].weights, wait)) {
        if (k->rank + 2 < k->count) send(r, RANKS_WEIGHTS, r->arrived, w);
        r->arrived++;
    }
}

static void settle_sent(const struct vae_relay *r, struct share s)
{
    for (size_t i = s.first; i < s.end; i++) {
        settled(r->ranks, &r->travel[i].sent, true);
        settled(r->ranks, &r->travel[i].passed, true);
    }
}

/* --- all threads --- */

static struct share pieces_of(const struct vae_relay *r, size_t first, size_t end)
{
    struct share s = {0, r->pieces};
    while (s.first < s.end && r->piece[s.first].layer < first) s.first++;
    while (s.end > s.first && r->piece[s.end - 1].layer >= end) s.end--;
    return s;
}

/* Piece i, up to where it is sent. */
static void run_piece(struct vae_job j, size_t rows, const struct vae_step *step, size_t i)
{
    struct vae_relay *r = j.m->relay;
    const struct vae_ranks *k = r->ranks;
    const bool lead = j.thread == 0;
    if (lead) settled(k, &r->travel[i].gradient, true);
    vae_meet(j);
    vae_gradient_piece(j, rows, &r->piece[i], k->rank > 0, r->g);
    if (last(k)) vae_apply_piece(j, step, &r->piece[i], r->g);
    if (lead) send(r, last(k) ? RANKS_WEIGHTS : RANKS_GRADIENT, i, last(k) ? j.m->w : r->g);
}

void vae_relay_update(struct vae_job j, size_t rows, const struct vae_step *step, size_t first,
                      size_t end)
{
    struct vae_relay *r = j.m->relay;
    const struct share s = pieces_of(r, first, end);
    const bool lead = j.thread == 0, take = !last(r->ranks);
    if (lead) {
        r->arrived = s.first;
        expect(r, j.m->w, s);
    }
    for (size_t i = s.first; i < s.end; i++) {
        run_piece(j, rows, step, i);
        if (lead && take) pass(r, j.m->w, s, false);
    }
    if (lead && take) pass(r, j.m->w, s, true);
    if (lead) settle_sent(r, s);
    vae_clock_phase(vae_clock_of(j), PHASE_WAIT);
    vae_meet(j);
}
