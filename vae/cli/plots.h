/* The pictures of `vae plot`. */
#ifndef VAE_PLOTS_H
#define VAE_PLOTS_H

#include "../data/labels.h"
#include "../methods/latent.h"
#include "../plot/drawing.h"
#include "log_curves.h"

enum { PLOT_MOST_LOGS = DRAWING_SERIES, PLOT_MOST_LABELS = 2 * DRAWING_SERIES };

/* Each draws into an empty drawing, which holds what it needs and is freed by the caller; names are
 * copied, and made safe. */

/* Bounds over training examples, on a logarithmic axis. Of one log each set has a colour; of several each
 * log has one, and each set its dashes. Bounds below all of those from a third of the axis on are cut off. count: 1 ... PLOT_MOST_LOGS. */
void vae_plot_curves(struct drawing *d, size_t count, const char *const *names,
                     const struct log_curves *logs);

/* The mean KL of each dimension of z, sorted, active ones marked (latent.h). */
void vae_plot_kl(struct drawing *d, const char *name, const struct vae_latent *l);

/* codes: [count][2]. labels: of each code, and at most PLOT_MOST_LABELS different ones, ascending; NULL
 * and 0: none. axes: names of both axes. */
void vae_plot_scatter(struct drawing *d, const char *name, const char axes[2][64], size_t count,
                      const double *codes, const struct image_label *labels, size_t classes,
                      const struct image_label *different);

/* A name of at most 40 letters of a title: the end of a path. */
enum { PLOT_NAME = 256 };
void vae_plot_name(const char *path, char name[PLOT_NAME]);

#endif
