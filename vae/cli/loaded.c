#include "loaded.h"
#include "../base/min.h"
#include "chosen.h"

bool vae_loaded_open(struct loaded *l, const struct settings *s, struct pool *pool,
                     struct vae_error *e)
{
    struct st_file f;
    struct sv_choice k;
    if (!vae_chosen_open(s->isa, &k, e) ||
        !vae_checkpoint_open_model(&f, s->file, &s->model, &l->run, e))
        return false;
    /* no statistics and no large minibatch are needed, so none are allocated */
    const size_t rows = vae_min_size(l->run.batch, 256);
    const bool made =
        vae_create(&l->model, &k, &l->run.shape, VAE_SGD, rows, l->run.samples, pool, e);
    const bool ok = made && vae_checkpoint_load(&f, &l->model, false, e);
    if (made && !ok) vae_destroy(&l->model);
    vae_st_close(&f);
    return ok;
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
