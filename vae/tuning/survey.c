#include "survey.h"
#include "../../reference/verify/must.h"
#include "../base/peak.h"
#include "timing.h"
#include <string.h>
#include <unistd.h>

enum { MAX_JOBS = 64 };
_Static_assert((int)MAX_CANDIDATES <= (int)TIMING_TABLES, "every candidate is timed");

static void progress(const struct survey *s, const char *what, size_t id)
{
    if (s->progress) s->progress(s, what, id);
}

/* --- verification --- */

struct pool {
    struct survey *survey;
    struct verify_options options;
    struct verify_job job[MAX_JOBS];
    size_t candidate[MAX_JOBS];
    size_t width, started, finished, failed;
};

static void finish_one(struct pool *p)
{
    const size_t at = p->finished++ % p->width;
    const struct verdict v = verify_finish(&p->job[at]);
    const bool ok = v.failures == 0 && v.calls > 0;
    enum standing *to = &p->survey->kernel[p->job[at].id].standing[p->candidate[at]];
    *to = ok ? STANDING_VERIFIED : STANDING_FAILED;
    p->failed += !ok;
}

static void start_one(struct pool *p, size_t id, size_t candidate)
{
    const struct candidates *c = p->survey->candidates;
    if (p->started - p->finished == p->width) finish_one(p);
    const size_t at = p->started++ % p->width;
    p->candidate[at] = candidate;
    p->job[at] = verify_start(id, c->table[candidate], &p->options);
}

size_t vae_survey_verify(struct survey *s)
{
    const struct candidates *c = s->candidates;
    const long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct pool p = {.survey = s, .width = processors > 1 ? (size_t)processors : 1};
    if (p.width > MAX_JOBS) p.width = MAX_JOBS;
    p.options = (struct verify_options){
        .quick = true, .compare_bits = true, .seed = VERIFY_SEED, .log = s->log};
    for (size_t id = s->first; id < s->last; id++) {
        progress(s, "verifying", id);
        for (size_t i = 0; i < c->count; i++) {
            enum standing *to = &s->kernel[id].standing[i];
            *to = !sv_has(c->table[i], id) ? STANDING_ABSENT : STANDING_NO_CPU;
            if (*to == STANDING_NO_CPU && c->supported[i]) start_one(&p, id, i);
        }
    }
    while (p.finished < p.started) finish_one(&p);
    progress(s, NULL, s->last);
    return p.failed;
}

/* --- timing --- */

/* FMA peaks, for products only, whose arithmetic is fma alone; once per ISA, for all variants. */
static void time_peaks(const struct candidates *c, bool product, double *peak)
{
    for (size_t i = 0; i < c->count; i++) {
        const bool again = i && !strcmp(c->table[i]->isa, c->table[i - 1]->isa);
        const bool timed = product && c->supported[i];
        peak[i] = again ? peak[i - 1] : timed ? vae_fma_peak_of(NULL, c->table[i]) : 0;
    }
}

static void time_class(struct survey *s, size_t id, enum sv_class cls)
{
    const struct candidates *c = s->candidates;
    const struct kcase *kcase = verify_case(id);
    struct survey_kernel *k = &s->kernel[id];
    const struct sv_kernels *tables[MAX_CANDIDATES];
    struct call call;
    for (size_t i = 0; i < c->count; i++)
        tables[i] = k->standing[i] == STANDING_VERIFIED ? c->table[i] : NULL;
    k->shape[cls] = vae_timing_shape(kcase, cls);
    if (!call_open(&call, kcase, &k->shape[cls], VERIFY_SEED, true)) must_fail();
    k->flops[cls] = call_flops(&call);
    k->bytes[cls] = call_bytes(&call);
    vae_timing_run(&call, tables, c->count, k->seconds[cls]);
    call_close(&call);
}

void vae_survey_time(struct survey *s)
{
    for (size_t id = s->first; id < s->last; id++) {
        progress(s, "timing", id);
        const bool product = vae_timing_shape(verify_case(id), SV_SMALL).k > 0;
        time_peaks(s->candidates, product, s->kernel[id].peak);
        for (int cls = 0; cls < SV_CLASSES; cls++) time_class(s, id, (enum sv_class)cls);
    }
    progress(s, NULL, s->last);
}

size_t vae_survey_fastest(const struct survey *s, size_t id, enum sv_class cls)
{
    const size_t count = s->candidates->count;
    const struct survey_kernel *k = &s->kernel[id];
    size_t best = count;
    for (size_t i = count; i-- > 0;) {
        if (k->standing[i] != STANDING_VERIFIED) continue;
        if (best == count || k->seconds[cls][i] < 0.98 * k->seconds[cls][best]) best = i;
    }
    return best;
}

bool vae_survey_pick(const struct survey *s, struct pick *p, struct vae_error *e)
{
    for (size_t id = s->first; id < s->last; id++)
        for (int cls = 0; cls < SV_CLASSES; cls++) {
            size_t *to = &p->candidate[id][cls];
            *to = vae_survey_fastest(s, id, (enum sv_class)cls);
            if (*to == s->candidates->count)
                return vae_fail(e, "%s: no candidate passed its checks; nothing is written",
                                sv_kernel_names[id]);
        }
    return true;
}
