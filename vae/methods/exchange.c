#include "exchange.h"
#include "../base/memory.h"
#include <string.h>

bool vae_exchange_create(struct vae_exchange *x, const struct vae_ranks *k,
                         const struct images *images, size_t batch, struct vae_error *e)
{
    const size_t bytes = batch * vae_images_bytes(images), rows = batch * sizeof(void *);
    const size_t messages = 2 * k->count * sizeof(size_t), all = 2 * bytes + rows + messages;
    char *at = vae_memory_get(2 * all + k->count * sizeof(size_t));
    *x = (struct vae_exchange){.memory = at};
    if (!at) return vae_fail(e, "not enough memory for the images of two minibatches");
    x->ranks = k;
    x->images = images;
    for (int i = 0; i < 2; i++) {
        struct vae_delivery *d = &x->of[i];
        *d = (struct vae_delivery){.step = UINT64_MAX, .row = (const void **)(void *)at};
        d->message = (size_t *)(void *)(at + rows);
        at += rows + messages;
    }
    x->next = (size_t *)(void *)at;
    at += k->count * sizeof(size_t);
    for (int i = 0; i < 2; i++) {
        x->of[i].in = at;
        x->of[i].out = at + bytes;
        at += 2 * bytes;
    }
    return true;
}

static void settle(struct vae_exchange *x, struct vae_delivery *d)
{
    for (size_t i = 0; i < d->messages; i++) x->ranks->done(x->ranks->arg, d->message[i], true);
    d->messages = 0;
}

void vae_exchange_destroy(struct vae_exchange *x)
{
    for (int i = 0; i < 2; i++) settle(x, &x->of[i]);
    vae_memory_give(x->memory);
    *x = (struct vae_exchange){0};
}

/* This process's images of rank `to`'s rows. */
static char *send(struct vae_exchange *x, struct vae_delivery *d, size_t to, const uint32_t *order,
                  struct share rows, char *out)
{
    const struct vae_ranks *k = x->ranks;
    const size_t bytes = vae_images_bytes(x->images);
    char *const start = out;
    for (size_t i = rows.first; i < rows.end; i++) {
        if (vae_images_owner(x->images, order[i]) != k->rank) continue;
        memcpy(out, vae_images_at(x->images, order[i]), bytes);
        out += bytes;
    }
    if (out > start)
        d->message[d->messages++] =
            k->send(k->arg, RANKS_IMAGES, 0, to, start, (size_t)(out - start));
    return out;
}

/* Images of this process's rows: each owner's come one behind the other, in the rows' order. */
static void receive(struct vae_exchange *x, struct vae_delivery *d, const uint32_t *order,
                    struct share rows)
{
    const struct vae_ranks *k = x->ranks;
    const size_t bytes = vae_images_bytes(x->images);
    size_t at = 0;
    memset(x->next, 0, k->count * sizeof *x->next);
    for (size_t i = rows.first; i < rows.end; i++) x->next[vae_images_owner(x->images, order[i])]++;
    for (size_t from = 0; from < k->count; from++) {
        const size_t n = from == k->rank ? 0 : x->next[from];
        if (n)
            d->message[d->messages++] =
                k->receive(k->arg, RANKS_IMAGES, 0, from, d->in + at * bytes, n * bytes);
        x->next[from] = at;
        at += n;
    }
    for (size_t i = rows.first; i < rows.end; i++) {
        const size_t from = vae_images_owner(x->images, order[i]);
        d->row[i] =
            from == k->rank ? vae_images_at(x->images, order[i]) : d->in + x->next[from]++ * bytes;
    }
}

void vae_exchange_begin(struct vae_exchange *x, uint64_t step, const uint32_t *order, size_t rows)
{
    const struct vae_ranks *k = x->ranks;
    struct vae_delivery *d = &x->of[step % 2];
    char *out = d->out;
    if (d->step == step) return;
    settle(x, d);
    d->step = step;
    receive(x, d, order, vae_share_of(rows, k->rank, k->count));
    for (size_t to = 0; to < k->count; to++)
        if (to != k->rank) out = send(x, d, to, order, vae_share_of(rows, to, k->count), out);
}

const void *const *vae_exchange_end(struct vae_exchange *x, uint64_t step)
{
    struct vae_delivery *d = &x->of[step % 2];
    settle(x, d);
    return d->row;
}
