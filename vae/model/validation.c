#include "validation.h"

bool vae_validation_note(struct vae_validation *v, uint64_t points, double bound, bool good)
{
    const bool gain = good && (!v->points || bound > v->best);
    if (gain) {
        v->points = points;
        v->best = bound;
        v->since = 0;
    } else if (v->points) {
        v->since++;
    }
    return gain;
}

void vae_validation_forget(struct vae_validation *v)
{
    v->points = v->since = 0;
    v->best = 0;
}
