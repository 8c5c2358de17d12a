/* Progress of a long command on standard error: a bar on a terminal; with --json-progress a JSON
 * object a line; otherwise nothing. The only place that shows it.
 *
 * A JSON object has these members, null where unknown:
 *     command            "train", "eval" ...
 *     phase              what is done now, as "training"; a command may have several in turn
 *     done, total        in units of the phase: images, draws, steps or kernels
 *     fraction           done / total
 *     seconds            since the phase began
 *     seconds_left       at the rate so far
 *     images_per_second  of this process
 *     bound              nats per image, where the phase has one
 * A phase's first object has what was done before it began, its last one what was done when it
 * ended; between them there are at most four a second. */
#ifndef VAE_PROGRESS_H
#define VAE_PROGRESS_H

#include "../settings/settings.h"

struct progress {
    enum { PROGRESS_NONE, PROGRESS_BAR, PROGRESS_JSON } how;
    const char *command, *phase;
    const char *note; /* shown behind the bar, as a kernel's name; or NULL */
    uint64_t first, done, total;
    uint64_t per_image; /* units that an image takes; 0: they are not of images */
    double bound;       /* NAN: unknown */
    double start, told; /* vae_seconds_now() at the start and at the last sign of life */
};

/* `first` of `total` units are done already (a resumed run). */
struct progress vae_progress_start(const struct settings *s, const char *phase, uint64_t first,
                                   uint64_t total, uint64_t per_image);

/* p may be NULL. bound: NAN if unknown. */
void vae_progress_update(struct progress *p, uint64_t done, double bound);

/* The same as vae_watch's see (evaluate.h), of images; p: a struct progress. */
void vae_progress_watch(void *p, const struct vae_model *m, size_t first, size_t rows);

/* Clears the bar, so that a line can be printed. */
void vae_progress_clear(const struct progress *p);

/* Clears the bar, or prints the phase's last object. */
void vae_progress_end(struct progress *p);

/* The bar's line after so many seconds on a terminal of so many columns. It leaves the last column
 * free; what has no room is left out. */
enum { PROGRESS_LINE = 320 };
void vae_progress_line(const struct progress *p, double seconds, size_t columns,
                       char line[PROGRESS_LINE]);

#endif
