/* Learning curves from a log of `vae train`. */
#ifndef VAE_LOG_CURVES_H
#define VAE_LOG_CURVES_H

#include "../base/error.h"
#include <stddef.h>

enum log_set { LOG_TRAIN, LOG_TEST, LOG_VALIDATION, LOG_IWAE, LOG_SETS };
extern const char *const vae_log_set_names[LOG_SETS]; /* as a legend has them */

struct log_point {
    double samples, bound[LOG_SETS]; /* nats per image; NaN: not in that line */
};
struct log_curves {
    size_t count, room;
    struct log_point *point; /* in the order of the log */
};

/* Every line must be one of a log, whole, and its bounds numbers. On failure there is nothing to
 * free. */
bool vae_log_curves_read(const char *path, struct log_curves *out, struct vae_error *e);
void vae_log_curves_free(struct log_curves *c);

#endif
