/* Every candidate of every kernel on this machine: verified, then timed. */
#ifndef VAE_SURVEY_H
#define VAE_SURVEY_H

#include "../../reference/verify/verify.h"
#include "../base/error.h"
#include "candidates.h"

enum standing { STANDING_ABSENT, STANDING_NO_CPU, STANDING_FAILED, STANDING_VERIFIED };

/* What was found for one kernel. seconds per call and flops per second are 0 where unmeasured. */
struct survey_kernel {
    enum standing standing[MAX_CANDIDATES];
    struct shape shape[SV_CLASSES];
    double flops[SV_CLASSES], bytes[SV_CLASSES]; /* of a call */
    double seconds[SV_CLASSES][MAX_CANDIDATES];
    double
        peak[MAX_CANDIDATES]; /* of a product: FMA peak of the candidate's ISA, measured beside */
};

struct survey {
    const struct candidates *candidates;
    FILE *log; /* the harness writes here what fails */
    /* Told before each kernel what is done to it, "verifying" or "timing", and NULL at the end; or NULL. */
    void (*progress)(const struct survey *s, const char *what, size_t id);
    size_t first, last; /* kernels first ... last - 1 */
    struct survey_kernel kernel[SV_KERNEL_COUNT];
};

/* Against the oracle and, bit for bit, against the generic kernels and so against each other; as
 * many at a time as there are processors. Returns how many failed. */
size_t vae_survey_verify(struct survey *s);

/* Times those that were verified. */
void vae_survey_time(struct survey *s);

/* The fastest verified candidate; of those within 2 % of each other the later one in isa.def. Where
 * none is verified, c->count. */
size_t vae_survey_fastest(const struct survey *s, size_t id, enum sv_class cls);

/* The fastest of every kernel and class; fails where a kernel has no verified candidate. */
bool vae_survey_pick(const struct survey *s, struct pick *p, struct vae_error *e);

#endif
