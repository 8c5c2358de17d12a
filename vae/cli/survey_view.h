/* A survey of the kernels (vae/tuning/survey.h) as its user sees it. */
#ifndef VAE_SURVEY_VIEW_H
#define VAE_SURVEY_VIEW_H

#include "../tuning/survey.h"
#include <stdio.h>

/* For struct survey: a line on standard error that is drawn over; NULL where that is no terminal. */
typedef void survey_progress_fn(const struct survey *s, const char *what, size_t id);
survey_progress_fn *vae_survey_progress(void);

/* A line for each candidate that failed. */
void vae_survey_name_failed(const struct survey *s, FILE *to);

#endif
