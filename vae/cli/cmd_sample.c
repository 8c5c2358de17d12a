#include "commands.h"
#include "loaded.h"
#include "pictures.h"

int vae_cmd_sample(struct settings *s, struct vae_error *e)
{
    struct loaded l;
    if (!vae_loaded_open(&l, s, NULL, e)) return EXIT_FAILED;
    const uint64_t seed = s->seed_given ? s->seed : l.run.seed;
    const bool ok = vae_picture_samples(&l.model, s->out, s->across, s->down, seed, e);
    vae_loaded_close(&l);
    return ok ? EXIT_DONE : EXIT_FAILED;
}
