#include "split_images.h"
#include "data_open.h"

enum vae_noise vae_split_noise(enum split split)
{
    static const enum vae_noise noises[] = {[SPLIT_TEST] = NOISE_TEST,
                                            [SPLIT_TRAIN] = NOISE_POINTS,
                                            [SPLIT_VALIDATION] = NOISE_VALIDATION};
    return noises[split];
}

static bool choose(struct split_images *o, const struct settings *s, struct vae_error *e)
{
    struct dataset *d = &o->data;
    const struct vae_run *run = &o->model.run;
    if (run->validation.images < d->train.count) vae_dataset_hold_out(d, run->validation.images);
    vae_dataset_keep(d, run->first_images);
    vae_loaded_draw(&o->model, d);
    o->images = s->split == SPLIT_TEST    ? d->test
                : s->split == SPLIT_TRAIN ? d->train
                                          : d->validation;
    if (!o->images.count)
        return vae_fail(e,
                        "--split validation: %s was trained without --validation, or on other data",
                        s->file);
    if (!vae_loaded_fits(&o->model, vae_data_name(s, s->split), &o->images, e)) return false;
    o->all = o->images.count;
    if (s->first > o->images.count)
        return vae_fail(e, "%s: has %zu %s images; --first %zu is too many",
                        vae_data_name(s, s->split), o->images.count, vae_split_names[s->split],
                        s->first);
    if (s->first) o->images.count = s->first;
    return true;
}

bool vae_split_open(struct split_images *o, struct settings *s, struct pool *pool,
                    const char *encoder_for, struct vae_error *e)
{
    s->images.test_only = s->split == SPLIT_TEST;
    if (!vae_loaded_open(&o->model, s, pool, e)) return false;
    if ((!encoder_for || vae_loaded_encodes(&o->model, s->file, encoder_for, e)) &&
        vae_data_open_for(s, &o->model.run.shape, &o->data, e)) {
        if (choose(o, s, e)) return true;
        vae_dataset_free(&o->data);
    }
    vae_loaded_close(&o->model);
    return false;
}

void vae_split_close(struct split_images *o)
{
    vae_dataset_free(&o->data);
    vae_loaded_close(&o->model);
}
