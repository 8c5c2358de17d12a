#include "commands.h"
#include "loaded.h"
#include "pictures.h"

int vae_cmd_manifold(struct settings *s, struct vae_error *e)
{
    struct loaded l;
    if (!vae_loaded_open(&l, s, NULL, e)) return EXIT_FAILED;
    const size_t latent = l.model.shape.latent;
    const bool ok = latent == 2
                        ? vae_picture_manifold(&l.model, s->out, s->side, e)
                        : vae_fail(e, "%s: has %zu latent dimensions; train one with --latent 2",
                                   s->file, latent);
    vae_loaded_close(&l);
    return ok ? EXIT_DONE : EXIT_FAILED;
}
