/* Every candidate of every kernel on this machine: verified, then timed. */
#ifndef VAE_SURVEY_H
#define VAE_SURVEY_H

#include "../../reference/verify/verify.h"
#include "../base/error.h"
#include "candidates.h"

enum standing { STANDING_ABSENT, STANDING_NO_CPU, STANDING_FAILED, STANDING_VERIFIED };

/* What was found for one kernel. Times and peaks are 0 where not measured. */
struct survey_kernel {
    enum standing standing[MAX_CANDIDATES];
    struct shape shape[SV_CLASSES];
    double flops[SV_CLASSES], bytes[SV_CLASSES]; /* of a call */
    double seconds[SV_CLASSES][MAX_CANDIDATES];  /* per call */
    double peak[MAX_CANDIDATES]; /* of a product: FLOP/s of its ISA's FMA peak, measured beside */
};

struct survey {
    const struct candidates *candidates;
    FILE *log; /* the harness reports failures here */
    /* Called before each kernel with what is being done, "verifying" or "timing", and at the end
     * with NULL. May be NULL. */
    void (*progress)(const struct survey *s, const char *what, size_t id);
    void *watcher;      /* for it */
    size_t first, last; /* kernels first ... last - 1 */
    struct survey_kernel kernel[SV_KERNEL_COUNT];
};

/* Verifies against the oracle and, bit for bit, against the generic kernels, hence against each
 * other; as many at a time as there are processors. Returns how many failed. */
size_t vae_survey_verify(struct survey *s);

/* Times the verified candidates. */
void vae_survey_time(struct survey *s);

/* Index of the fastest verified candidate; within 2 % the later one in isa.def wins. The number of
 * candidates if none is verified. */
size_t vae_survey_fastest(const struct survey *s, size_t id, enum sv_class cls);

/* The fastest for every kernel and class; fails if a kernel has no verified candidate. */
bool vae_survey_pick(const struct survey *s, struct pick *p, struct vae_error *e);

#endif
