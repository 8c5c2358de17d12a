#include "late_bar.h"
#include "../base/clock.h"
#include <math.h>

static const double PATIENCE = 2; /* seconds */

struct late_bar vae_late_bar(const struct settings *s, const char *phase)
{
    return (struct late_bar){.settings = s, .phase = phase, .since = vae_seconds_now()};
}

void vae_late_bar_show(void *bar, size_t done, size_t total)
{
    struct late_bar *b = bar;
    const double now = vae_seconds_now();
    if (done <= 1) b->since = now;
    if (!b->shown && now - b->since < PATIENCE) return;
    if (!b->shown) {
        b->progress = vae_progress_start(b->settings, b->phase, 0, total, 1);
        b->progress.start = b->since;
    }
    b->shown = true;
    vae_progress_update(&b->progress, done, NAN);
    if (done == total) vae_late_bar_end(b);
}

void vae_late_bar_end(struct late_bar *b)
{
    if (b->shown) vae_progress_end(&b->progress);
    b->shown = false;
}
