/* The report of `vae eval`, as lines or as one JSON object. */
#ifndef VAE_EVAL_REPORT_H
#define VAE_EVAL_REPORT_H

#include "../methods/importance.h"
#include "../methods/latent.h"
#include "../methods/local.h"
#include "../settings/settings.h"

struct eval_report {
    const struct settings *s;
    const struct vae_run *run; /* the checkpoint's */
    uint64_t seed;             /* of the draws */
    struct vae_bound bound;
    const struct vae_latent *latent; /* NULL: not requested */
    struct vae_importance_mean mean; /* if s->draws */
    struct vae_local_mean local;     /* if s->local_steps */
    struct vae_marginal_mean hmc;    /* if s->hmc */
    bool grey;                       /* pixels are probabilities: log p(x) is no likelihood */
};

void vae_eval_print(const struct eval_report *r);

/* False if out of memory. */
bool vae_eval_print_json(const struct eval_report *r, struct vae_error *e);

#endif
