/* Shows a survey of the kernels (vae/tuning/survey.h) to its user. */
#ifndef VAE_SURVEY_VIEW_H
#define VAE_SURVEY_VIEW_H

#include "../tuning/survey.h"
#include "progress.h"
#include <stdio.h>

struct survey_view {
    const struct settings *settings;
    struct progress progress;
};

/* Shows the survey's progress; v must outlive it. */
void vae_survey_watch(struct survey *s, struct survey_view *v, const struct settings *settings);

/* Prints a line for each candidate that failed. */
void vae_survey_name_failed(const struct survey *s, FILE *to);

#endif
