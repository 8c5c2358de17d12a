#include "loaded.h"
#include "chosen.h"

bool vae_loaded_open(struct loaded *l, const struct settings *s, struct pool *pool,
                     struct vae_error *e)
{
    struct sv_choice k;
    return vae_chosen_open(s->isa, &k, e) &&
           vae_checkpoint_read_model(s->file, &s->model, &k, pool, &l->model, &l->run, e);
}

void vae_loaded_close(struct loaded *l) { vae_destroy(&l->model); }

bool vae_loaded_encodes(const struct loaded *l, const char *file, const char *what,
                        struct vae_error *e)
{
    if (l->run.method != VAE_MCEM) return true;
    return vae_fail(e, "%s: was trained by Monte Carlo EM, which trains no encoder; %s needs one",
                    file, what);
}

void vae_loaded_draw(const struct loaded *l, struct dataset *d)
{
    if (l->run.binarize == BINARIZE_FIXED) vae_dataset_draw(d, &l->model.k, l->run.seed);
}

bool vae_loaded_fits(const struct loaded *l, const char *source, const struct images *images,
                     struct vae_error *e)
{
    const struct vae_shape *shape = &l->run.shape;
    if (vae_shape_fits(shape, images)) return true;
    return vae_fail(e, "%s: images of %s, but the checkpoint was trained on %s", source,
                    vae_images_size_text(images).s, vae_shape_size_text(shape).s);
}
