#include "loaded.h"
#include "chosen.h"
#include "options.h"

bool loaded_open(struct loaded *s, const char *file, const struct model_given *given,
                 const char *isa, struct pool *pool, struct vae_error *e)
{
    struct st_file f;
    struct sv_choice k;
    if (!chosen_open(isa, &k, e) || !checkpoint_open_model(&f, file, given, &s->run, e))
        return false;
    /* no statistics and no large minibatch are needed, so none are allocated */
    const size_t rows = s->run.batch < 256 ? s->run.batch : 256;
    const bool made =
        vae_create(&s->model, &k, &s->run.shape, VAE_SGD, rows, s->run.samples, pool, e);
    const bool ok = made && checkpoint_load(&f, &s->model, false, e);
    if (made && !ok) vae_destroy(&s->model);
    st_close(&f);
    return ok;
}

void loaded_close(struct loaded *s) { vae_destroy(&s->model); }

bool loaded_fits(const struct loaded *s, const char *source, const struct images *images,
                 struct vae_error *e)
{
    const struct vae_shape *shape = &s->run.shape;
    if (shape->rows == images->rows && shape->cols == images->cols) return true;
    return vae_fail(e, "%s: images of %zu x %zu, but the checkpoint was trained on %zu x %zu",
                    source, images->rows, images->cols, shape->rows, shape->cols);
}
