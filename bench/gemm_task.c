#include "gemm_task.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct sv_optim adagrad = {.lr = 0.01f, .eps = 1e-6f, .decay = 1e-4f};

static float *floats(size_t count)
{
    float *x = aligned_alloc(64, (count * sizeof *x + 63) / 64 * 64 + 64);
    if (!x) {
        fprintf(stderr, "bench: out of memory for %zu floats: close something\n", count);
        exit(1);
    }
    return x;
}

static float *draws(const struct sv_kernels *k, size_t rows, size_t cols, uint32_t stream)
{
    float *x = floats(rows * cols);
    k->normal(rows, cols, sv_rng_at(1, stream, 0), x, cols);
    return x;
}

void gemm_operands_create(struct gemm_operands *o, const struct gemm_row *row,
                          const struct sv_kernels *k)
{
    const size_t m = row->m, n = row->n, depth = row->k;
    const bool ta = row->op == PRODUCT_TN, tb = row->op == PRODUCT_NT;
    const size_t panels = sv_packed_size(m, n);
    *o = (struct gemm_operands){
        .row = row,
        .b_packed = floats(tb ? sv_packed_size(n, depth) : sv_packed_size(depth, n)),
        .w = draws(k, 1, panels, 5),
        .s = draws(k, 1, panels, 6),
        .a = draws(k, ta ? depth : m, ta ? m : depth, 0),
        .b = draws(k, tb ? n : depth, tb ? depth : n, 1),
        .c = draws(k, 1, panels, 2),
        .bias = draws(k, 1, n, 3),
        .y = floats(m * n), /* pixels in [0, 1), or an activation's output */
        .row_sum = floats(m),
        .scratch = floats(sv_gemm_scratch(m, n, depth) / sizeof(float)),
    };
    k->uniform(m, n, sv_rng_at(1, 4, 0), o->y, n);
    for (size_t i = 0; i < panels; i++) o->s[i] *= o->s[i];
    k->pack(tb ? n : depth, tb ? depth : n, o->b, tb ? depth : n, false, o->b_packed);
    o->g = (struct sv_gemm){.m = m,
                            .n = n,
                            .k = depth,
                            .a = o->a,
                            .lda = ta ? m : depth,
                            .b = o->b,
                            .ldb = tb ? depth : n,
                            .c = o->c,
                            .ldc = n,
                            .scratch = o->scratch};
}

void gemm_operands_destroy(struct gemm_operands *o)
{
    float *const all[] = {o->a, o->b,       o->b_packed, o->c, o->bias,
                          o->y, o->row_sum, o->scratch,  o->w, o->s};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) free(all[i]);
}

struct gemm_task gemm_plain(const struct sv_kernels *k, const struct gemm_operands *o)
{
    return (struct gemm_task){.k = k, .o = o, .g = o->g};
}

struct gemm_task gemm_packed(const struct sv_kernels *k, const struct gemm_operands *o)
{
    struct gemm_task t = gemm_plain(k, o);
    if (o->row->op == PRODUCT_TN) {
        t.g.c_packed = true;
        t.g.ldc = t.g.m;
    } else {
        t.g.b = o->b_packed;
        t.g.ldb = o->row->op == PRODUCT_NT ? t.g.n : t.g.k;
        t.g.b_packed = true;
    }
    return t;
}

static void add_epilogue(struct gemm_task *t)
{
    const struct gemm_operands *o = t->o;
    t->g.epilogue = o->row->epilogue;
    t->g.bias = o->bias;
    t->g.y = o->y;
    t->g.ldy = o->row->n;
    t->g.scale = 0.01f;
    t->g.row_sum = o->row_sum;
    t->g.optim = &adagrad;
    t->g.s = o->s;
}

struct gemm_task gemm_fused(const struct sv_kernels *k, const struct gemm_operands *o)
{
    struct gemm_task t = gemm_packed(k, o);
    add_epilogue(&t);
    if (t.g.epilogue == SV_EPI_ADAGRAD) t.g.c = o->w;
    return t;
}

struct gemm_task gemm_peer(const struct sv_kernels *k, const struct gemm_operands *o,
                           const struct peer *peer, bool unfused)
{
    struct gemm_task t = gemm_plain(k, o);
    if (unfused) add_epilogue(&t);
    t.peer = peer;
    t.unfused = unfused;
    return t;
}

/* --- the unfused epilogue --- */

/* Row by row, while the row is in L1: the bias, as an SGD step with lr = -1, then the rest. */
static void biased_epilogue(const struct gemm_task *t)
{
    const struct sv_gemm *g = &t->g;
    for (size_t i = 0; i < g->m; i++) {
        float *c = g->c + i * g->ldc;
        t->k->sgd(g->n, c, g->bias, -1, 0);
        if (g->epilogue == SV_EPI_TANH) t->k->tanh(g->n, c, c);
        if (g->epilogue == SV_EPI_BERNOULLI)
            t->k->bernoulli_ll_grad(&(struct sv_bernoulli_ll){.m = 1,
                                                              .n = g->n,
                                                              .logits = c,
                                                              .x = g->y + i * g->ldy,
                                                              .ll = g->row_sum + i,
                                                              .scale = g->scale,
                                                              .dlogits = c});
    }
}

static void epilogue(const struct gemm_task *t)
{
    const struct sv_gemm *g = &t->g;
    const struct sv_optim *o = g->optim;
    if (g->epilogue == SV_EPI_TANH_GRAD)
        t->k->tanh_grad(g->m * g->n, g->y, g->c, g->c);
    else if (g->epilogue == SV_EPI_ADAGRAD)
        t->k->adagrad(g->m * g->n, t->o->w, g->c, g->s, o->lr, o->eps, o->decay);
    else
        biased_epilogue(t);
}

static void ours(const struct gemm_task *t)
{
    switch (t->o->row->op) {
    case PRODUCT_NT: t->k->gemm_nt(&t->g); break;
    case PRODUCT_TN: t->k->gemm_tn(&t->g); break;
    default: t->k->gemm_nn(&t->g); break;
    }
}

double gemm_run(void *task)
{
    const struct gemm_task *t = task;
    if (t->peer)
        t->peer->gemm(t->peer, t->o->row->op, &t->g);
    else
        ours(t);
    if (t->unfused) epilogue(t);
    return 2.0 * (double)t->g.m * (double)t->g.n * (double)t->g.k;
}

/* --- agreement --- */

/* Replaces the operand by a copy of its absolute values, which the caller frees. */
static void absolute(const float **x, size_t count)
{
    float *y = floats(count);
    for (size_t i = 0; i < count; i++) y[i] = fabsf((*x)[i]);
    *x = y;
}

bool gemm_agrees(const struct gemm_task *peer)
{
    const struct gemm_operands *o = peer->o;
    const size_t m = o->g.m, n = o->g.n, depth = o->g.k;
    struct gemm_task want = gemm_plain(peer->k, o), sum = want;
    want.g.c = floats(m * n);
    sum.g.c = floats(m * n); /* sum |a||b| */
    absolute(&sum.g.a, m * depth);
    absolute(&sum.g.b, depth * n);
    gemm_run(&want);
    gemm_run(&sum);
    memset(o->c, 0xff, m * n * sizeof(float)); /* NaN where the peer does not write */
    peer->peer->gemm(peer->peer, o->row->op, &o->g);
    bool agrees = true;
    for (size_t i = 0; i < m * n; i++) {
        const float bound = 2 * 0x1p-24f * (float)(depth + 2) * sum.g.c[i];
        if (!(fabsf(o->c[i] - want.g.c[i]) <= bound)) agrees = false;
    }
    free(want.g.c);
    free(sum.g.c);
    free((void *)(uintptr_t)sum.g.a);
    free((void *)(uintptr_t)sum.g.b);
    return agrees;
}
