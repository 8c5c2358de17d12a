#include "split_images.h"

const char *const vae_split_names[] = {"test", "train", "validation", NULL};

enum vae_noise vae_split_noise(enum split split)
{
    static const enum vae_noise noises[] = {[SPLIT_TEST] = NOISE_TEST,
                                            [SPLIT_TRAIN] = NOISE_POINTS,
                                            [SPLIT_VALIDATION] = NOISE_VALIDATION};
    return noises[split];
}

bool vae_split_images(const struct settings *s, const struct loaded *l, struct dataset *d,
                      struct images *out, struct vae_error *e)
{
    const size_t held_out = l->run.validation.images;
    if (held_out < d->train.count) vae_dataset_hold_out(d, held_out);
    vae_dataset_keep(d, l->run.first_images);
    vae_loaded_draw(l, d);
    *out = s->split == SPLIT_TEST ? d->test : s->split == SPLIT_TRAIN ? d->train : d->validation;
    if (!out->count)
        return vae_fail(e,
                        "--split validation: %s was trained without --validation, or on other data",
                        s->file);
    if (!vae_loaded_fits(l, s->data, out, e)) return false;
    if (s->first > out->count)
        return vae_fail(e, "%s: has %zu %s images; --first %zu is too many", s->data, out->count,
                        vae_split_names[s->split], s->first);
    if (s->first) out->count = s->first;
    return true;
}
