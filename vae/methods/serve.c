#include "serve.h"
#include "../base/version.h"
#include "../model/relay.h"
#include <stdio.h>
#include <string.h>

/* Rank 0's first message: what all must agree on. Ranks run the same program, so it is sent as it is in memory. */
struct opening {
    bool begins;
    char version[32];
    uint64_t images, options;
    struct vae_run run;
};

struct answer {
    bool good;
    char line[sizeof((struct vae_error *)NULL)->line];
};

/* What a trainer needs to train with others. */
static bool join(struct vae_trainer *t, const struct vae_ranks *k, struct vae_error *e)
{
    const bool shuffles = t->run.method != VAE_MCEM && t->images->share.block;
    return vae_relay_create(&t->model, k, e) &&
           (!shuffles || vae_exchange_create(&t->exchange, k, t->images, t->run.batch, e));
}

/* Rank 0's model to all. */
static void start(struct vae_model *m, const struct vae_ranks *k)
{
    const size_t bytes = m->chains * m->shape.latent * sizeof *m->chain;
    vae_relay_start(m);
    if (k->rank && bytes) vae_ranks_receive(k, RANKS_STATE, 0, m->chain, bytes);
    for (size_t i = 1; !k->rank && bytes && i < k->count; i++)
        vae_ranks_send(k, RANKS_STATE, i, m->chain, bytes);
}

static void collect(struct vae_model *m)
{
    vae_relay_collect(m);
    if (m->chains) vae_mcem_collect(m);
}

/* --- rank 0 --- */

static void tell_all(const struct vae_ranks *k, enum vae_channel c, const void *p, size_t bytes)
{
    for (size_t i = 1; i < k->count; i++) vae_ranks_send(k, c, i, p, bytes);
}

/* True if all ranks can take part; all are told which. */
static bool all_good(const struct vae_ranks *k, struct vae_error *e)
{
    struct answer a;
    bool good = true;
    for (size_t i = 1; i < k->count; i++) {
        vae_ranks_receive(k, RANKS_REPLY, i, &a, sizeof a);
        if (good && !a.good) vae_fail(e, "rank %zu: %s", i, a.line);
        good &= a.good;
    }
    tell_all(k, RANKS_COMMAND, &good, sizeof good);
    return good;
}

bool vae_serve_begin(struct vae_trainer *t, struct vae_ranks *k, uint64_t images,
                     struct vae_error *e)
{
    if (!join(t, k, e)) return false;
    struct opening o = {.begins = true, .images = images, .options = k->options, .run = t->run};
    snprintf(o.version, sizeof o.version, "%s", vae_version);
    tell_all(k, RANKS_COMMAND, &o, sizeof o);
    const bool good = all_good(k, e);
    k->state = good ? RANKS_WORK : RANKS_ENDED;
    if (!good) return false;
    start(&t->model, k);
    return true;
}

void vae_serve_end(struct vae_ranks *k)
{
    const struct opening none = {.begins = false};
    const struct team_command end = {.order = TEAM_END};
    if (k->state == RANKS_WORK) tell_all(k, RANKS_COMMAND, &end, sizeof end);
    if (k->state == RANKS_WAIT) tell_all(k, RANKS_COMMAND, &none, sizeof none);
    k->state = RANKS_ENDED;
}

void vae_serve_collect(struct vae_model *m)
{
    if (!m->relay) return;
    vae_team_tell(m, &(struct team_command){.order = TEAM_COLLECT});
    collect(m);
}

/* --- the others --- */

bool vae_serve_join(const struct vae_ranks *k, struct vae_run *run, uint64_t *images,
                    struct vae_error *e)
{
    struct opening o;
    vae_ranks_receive(k, RANKS_COMMAND, 0, &o, sizeof o);
    *run = o.run;
    *images = o.images;
    if (strcmp(o.version, vae_version) != 0)
        vae_fail(e, "version %s, but rank 0 has %s; give all ranks one program", vae_version,
                 o.version);
    else if (o.options != k->options)
        vae_fail(e,
                 "other options than rank 0; --data, --test, --isa and --threads alone may differ");
    return o.begins;
}

bool vae_serve_answer(struct vae_trainer *t, const struct vae_ranks *k, struct vae_error *e)
{
    struct answer a = {.good = !*e->line && join(t, k, e)};
    bool all;
    memcpy(a.line, e->line, sizeof a.line);
    vae_ranks_send(k, RANKS_REPLY, 0, &a, sizeof a);
    vae_ranks_receive(k, RANKS_COMMAND, 0, &all, sizeof all);
    return all;
}

static void step(struct vae_trainer *t, const struct team_command *c)
{
    struct vae_bound own = {0};
    t->run.chain_exponent = c->chain_exponent;
    vae_trainer_step(t, &own);
}

static void evaluate(struct vae_trainer *t, const struct images *images,
                     const struct team_command *c)
{
    const struct vae_run *r = &t->run;
    vae_evaluate_rows(
        &t->model, &(struct vae_evaluation){images, r->binarize, r->estimator, c->noise, r->seed},
        c->first, c->rows);
}

void vae_serve(struct vae_trainer *t, const struct vae_ranks *k, const struct images *const sets[])
{
    struct team_command c;
    start(&t->model, k);
    for (;;) {
        vae_ranks_receive(k, RANKS_COMMAND, 0, &c, sizeof c);
        switch (c.order) {
        case TEAM_STEP: step(t, &c); break;
        case TEAM_EVALUATE: evaluate(t, sets[c.noise], &c); break;
        case TEAM_MEANS: vae_relay_means(&t->model); break;
        case TEAM_COLLECT: collect(&t->model); break;
        case TEAM_END: return;
        }
    }
}
