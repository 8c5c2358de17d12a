/* A posterior over the decoder's weights: reparameterised draws, and their gradient (AEVB,
 * appendix F). */
#include "../base/memory.h"
#include "layer.h"
#include "relay.h"
#include <string.h>

/* --- panels --- */

/* A panel of a tensor: `rows` cache lines, of which the first `cols` lanes are parameters. The
 * others are padding, which stays 0. */
struct panel {
    size_t at, rows, cols;
};

typedef void panel_fn(struct vae_job j, struct panel p, const void *arg);

/* Calls `each` for the thread's share of a tensor's panels `of`. */
static void panels_of(struct vae_job j, const struct vae_tensor *t, struct share of, panel_fn *each,
                      const void *arg)
{
    const struct share s = vae_share_of(of.end - of.first, j.thread, vae_pool_threads(j.m->pool));
    for (size_t p = of.first + s.first; p < of.first + s.end; p++)
        each(j,
             (struct panel){vae_place(t, 0, p * SV_PANEL), t->rows,
                            vae_min_size(SV_PANEL, t->cols - p * SV_PANEL)},
             arg);
}

/* Of a piece of the decoder; and of all of it. */
static void piece_panels(struct vae_job j, const struct vae_piece *p, panel_fn *each,
                         const void *arg)
{
    const struct vae_layer *l = &j.m->layer[p->layer];
    panels_of(j, &l->w, (struct share){p->panel, p->end}, each, arg);
    if (p->bias) panels_of(j, &l->b, (struct share){0, vae_panels(l->b.cols)}, each, arg);
}

static void each_panel(struct vae_job j, panel_fn *each, const void *arg)
{
    const struct vae_model *m = j.m;
    for (size_t i = vae_decoder_at(&m->shape); i < m->layers; i++)
        piece_panels(
            j, &(struct vae_piece){.layer = i, .end = vae_panels(m->layer[i].w.cols), .bias = true},
            each, arg);
}

/* --- create --- */

/* 2 log 0.01 */
static const float first_logvar = -9.2103404f;

static void start_panel(struct vae_job j, struct panel p, const void *ignored)
{
    (void)ignored;
    for (size_t r = 0; r < p.rows; r++)
        for (size_t c = 0; c < p.cols; c++)
            j.m->theta.logvar[p.at + r * SV_PANEL + c] = first_logvar;
}

bool vae_theta_create(struct vae_model *m, struct vae_error *e)
{
    enum { ARENAS = 6 };
    const size_t n = m->params, lines = n / VAE_LINE;
    struct vae_theta *t = &m->theta;
    float *at = vae_memory_get(((ARENAS + m->stats) * n + lines) * sizeof *at);
    if (!at) return vae_fail(e, "not enough memory for the posterior of the weights");
    *t = (struct vae_theta){.logvar = at,
                            .mean = at + n,
                            .eps = at + 2 * n,
                            .g = at + 3 * n,
                            .d_mean = at + 4 * n,
                            .d_logvar = at + 5 * n,
                            .kl = at + (ARENAS + m->stats) * n,
                            .memory = at};
    for (size_t i = 0; i < m->stats; i++) t->logvar_stat[i] = at + (ARENAS + i) * n;
    struct vae_model alone = *m;
    alone.pool = NULL;
    each_panel((struct vae_job){&alone, 0}, start_panel, NULL);
    return true;
}

/* --- a step --- */

static void draw_panel(struct vae_job j, struct panel p, const void *arg)
{
    const struct vae_model *m = j.m;
    const struct vae_theta *t = &m->theta;
    struct sv_rng rng = *(const struct sv_rng *)arg;
    rng.ctr[1] += (uint32_t)(p.at / VAE_LINE);
    memcpy(t->mean + p.at, m->w + p.at, p.rows * SV_PANEL * sizeof(float));
    sv_for(&m->k, p.rows, p.cols, 0)
        ->reparam(&(struct sv_reparam){.m = p.rows,
                                       .n = p.cols,
                                       .samples = 1,
                                       .mu = t->mean + p.at,
                                       .logvar = t->logvar + p.at,
                                       .ld = SV_PANEL,
                                       .z = m->w + p.at,
                                       .eps = t->eps + p.at,
                                       .ldz = SV_PANEL,
                                       .kl = t->kl + p.at / VAE_LINE,
                                       .rng = rng});
}

static void draw_piece(struct vae_job j, const struct vae_piece *p, const void *rng)
{
    piece_panels(j, p, draw_panel, rng);
    vae_clock_phase(vae_clock_of(j), PHASE_THETA);
    vae_meet(j);
}

void vae_theta_draw(struct vae_job j, struct sv_rng rng)
{
    if (j.m->relay) {
        vae_relay_make(j, vae_decoder_at(&j.m->shape), j.m->layers, draw_piece, &rng);
        return;
    }
    each_panel(j, draw_panel, &rng);
    vae_clock_phase(vae_clock_of(j), PHASE_THETA);
    vae_meet(j);
}

/* What a step does with the gradient, an arena. */
struct back {
    const struct vae_step *step; /* without a prior: that is in the KL */
    float beta;
    const float *g;
};

static void back_panel(struct vae_job j, struct panel p, const void *arg)
{
    const struct back *b = arg;
    const struct vae_model *m = j.m;
    const struct vae_theta *t = &m->theta;
    sv_for(&m->k, p.rows, p.cols, 0)
        ->reparam_grad(&(struct sv_reparam_grad){.m = p.rows,
                                                 .n = p.cols,
                                                 .samples = 1,
                                                 .mu = t->mean + p.at,
                                                 .logvar = t->logvar + p.at,
                                                 .ld = SV_PANEL,
                                                 .dz = b->g + p.at,
                                                 .eps = t->eps + p.at,
                                                 .ldz = SV_PANEL,
                                                 .beta = b->beta,
                                                 .dmu = t->d_mean + p.at,
                                                 .dlogvar = t->d_logvar + p.at,
                                                 .ldg = SV_PANEL});
    memcpy(m->w + p.at, t->mean + p.at, p.rows * SV_PANEL * sizeof(float));
}

/* The posterior's log-variances in the place of weights. */
static struct vae_model variances_of(const struct vae_model *m)
{
    struct vae_model v = *m;
    v.w = m->theta.logvar;
    for (size_t i = 0; i < m->stats; i++) v.stat[i] = m->theta.logvar_stat[i];
    return v;
}

static void step_piece(struct vae_job j, const struct vae_piece *p, const float *g, const void *arg)
{
    struct vae_model variances = variances_of(j.m);
    struct back b = *(const struct back *)arg;
    b.g = g;
    piece_panels(j, p, back_panel, &b);
    vae_clock_phase(vae_clock_of(j), PHASE_THETA);
    vae_meet(j);
    vae_apply_piece(j, b.step, p, j.m->theta.d_mean);
    vae_apply_piece((struct vae_job){&variances, j.thread}, b.step, p, j.m->theta.d_logvar);
}

void vae_theta_update(struct vae_job j, size_t rows, const struct vae_step *step, float beta)
{
    struct vae_model *m = j.m, variances = variances_of(m);
    const struct vae_theta *t = &m->theta;
    const size_t decoder = vae_decoder_at(&m->shape);
    struct vae_step s = *step;
    s.decay = 0;
    const struct back b = {&s, beta, t->g};
    if (m->relay) {
        vae_relay_sum(
            j,
            &(struct vae_sum){
                .rows = rows, .first = decoder, .end = m->layers, .apply = step_piece, .arg = &b});
        return;
    }
    vae_gradient(j, rows, decoder, m->layers, false, t->g);
    each_panel(j, back_panel, &b);
    vae_clock_phase(vae_clock_of(j), PHASE_THETA);
    vae_meet(j);
    vae_apply(j, &s, decoder, m->layers, t->d_mean);
    vae_apply((struct vae_job){&variances, j.thread}, &s, decoder, m->layers, t->d_logvar);
}

static void add_kl(struct vae_job j, struct panel p, const void *sum)
{
    for (size_t r = 0; r < p.rows; r++)
        **(double *const *)sum += (double)j.m->theta.kl[p.at / VAE_LINE + r];
}

double vae_theta_kl(const struct vae_model *m)
{
    struct vae_model alone = *m;
    double sum = 0, *const at = &sum;
    if (!m->theta.memory) return 0;
    alone.pool = NULL;
    each_panel((struct vae_job){&alone, 0}, add_kl, &at);
    return sum;
}
