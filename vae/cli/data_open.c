#include "data_open.h"
#include "../base/clock.h"
#include "report.h"
#include <math.h>

enum { PATIENCE = 2 /* seconds before a bar appears */ };

struct bar {
    struct progress progress;
    bool started, quiet;
    double since;
};

static void show(void *arg, size_t done, size_t total)
{
    struct bar *b = arg;
    if (vae_seconds_now() - b->since < PATIENCE) return;
    if (!b->started) b->progress = vae_progress_start(done, total, b->quiet);
    b->started = true;
    vae_progress_update(&b->progress, done, NAN);
    if (done < total) return;
    vae_progress_clear(&b->progress);
    b->started = false; /* another set may follow */
}

static bool open_data(const struct settings *s, const struct dataset_options *wanted,
                      const char *source, struct dataset *out, struct vae_error *e)
{
    struct bar b = {.quiet = s->quiet || s->json, .since = vae_seconds_now()};
    struct dataset_options o = *wanted;
    o.wanted.progress = show;
    o.wanted.arg = &b;
    const bool ok = vae_dataset_open(source, &o, out, e);
    if (b.started) vae_progress_clear(&b.progress);
    return ok;
}

bool vae_data_open(const struct settings *s, const char *source, struct dataset *out,
                   struct vae_error *e)
{
    return open_data(s, &s->images, source, out, e);
}

bool vae_data_open_for(const struct settings *s, const struct vae_shape *shape, struct dataset *out,
                       struct vae_error *e)
{
    struct dataset_options o = s->images;
    o.wanted.channels = shape->channels;
    return open_data(s, &o, s->data, out, e);
}
