/* Shows a survey of the kernels (vae/tuning/survey.h) to its user. */
#ifndef VAE_SURVEY_VIEW_H
#define VAE_SURVEY_VIEW_H

#include "../tuning/survey.h"
#include <stdio.h>

/* For struct survey: draws a status line on standard error; NULL if that is no terminal. */
typedef void survey_progress_fn(const struct survey *s, const char *what, size_t id);
survey_progress_fn *vae_survey_progress(void);

/* Prints a line for each candidate that failed. */
void vae_survey_name_failed(const struct survey *s, FILE *to);

#endif
