#include "survey_view.h"
#include <unistd.h>

static void show(const struct survey *s, const char *what, size_t id)
{
    fputs("\r", stderr);
    if (what)
        fprintf(stderr, "%s %zu of %zu: %s", what, id - s->first + 1, s->last - s->first,
                sv_kernel_names[id]);
    fputs("\033[K", stderr);
    fflush(stderr);
}

survey_progress_fn *vae_survey_progress(void) { return isatty(STDERR_FILENO) ? show : NULL; }

void vae_survey_name_failed(const struct survey *s, FILE *to)
{
    for (size_t id = s->first; id < s->last; id++)
        for (size_t i = 0; i < s->candidates->count; i++)
            if (s->kernel[id].standing[i] == STANDING_FAILED)
                fprintf(to, "FAILED: kernel %s of %s, variant %s, is wrong and will not be used\n",
                        sv_kernel_names[id], s->candidates->table[i]->isa,
                        s->candidates->table[i]->variant);
}
