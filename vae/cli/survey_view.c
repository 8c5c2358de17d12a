#include "survey_view.h"
#include <math.h>

static void show(const struct survey *s, const char *what, size_t id)
{
    struct survey_view *v = s->watcher;
    if (what && id == s->first)
        v->progress = vae_progress_start(v->settings, what, 0, s->last - s->first, 0);
    v->progress.note = what ? sv_kernel_names[id] : NULL;
    vae_progress_update(&v->progress, id - s->first, NAN);
    if (!what) vae_progress_end(&v->progress);
}

void vae_survey_watch(struct survey *s, struct survey_view *v, const struct settings *settings)
{
    v->settings = settings;
    s->progress = show;
    s->watcher = v;
}

void vae_survey_name_failed(const struct survey *s, FILE *to)
{
    for (size_t id = s->first; id < s->last; id++)
        for (size_t i = 0; i < s->candidates->count; i++)
            if (s->kernel[id].standing[i] == STANDING_FAILED)
                fprintf(to, "FAILED: kernel %s of %s, variant %s, is wrong and will not be used\n",
                        sv_kernel_names[id], s->candidates->table[i]->isa,
                        s->candidates->table[i]->variant);
}
