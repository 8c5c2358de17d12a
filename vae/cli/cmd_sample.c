#include "../base/memory.h"
#include "../base/table_file.h"
#include "../settings/option_table.h"
#include "commands.h"
#include "image_table.h"
#include "loaded.h"
#include "pictures.h"
#include "progress.h"

static bool write_array(const struct settings *s, struct loaded *l, uint64_t seed,
                        const struct vae_watch *watch, struct vae_error *e)
{
    const size_t count = s->count ? s->count : s->across * s->down;
    float *images = vae_memory_get(count * vae_inputs(&l->model.shape) * sizeof *images);
    bool ok = (images && vae_samples(&l->model, count, seed, s->temperature, watch, images)) ||
              vae_fail(e, "%s: not enough memory", s->out);
    ok = ok && vae_image_table_write(s->out, &l->model.shape, count, images, e);
    vae_memory_give(images);
    return ok;
}

int vae_cmd_sample(struct settings *s, struct vae_error *e)
{
    struct loaded l;
    const bool array = vae_table_named(s->out);
    if (s->count && !array) {
        vae_fail(e, "--count is of an array, .npy or .csv; a picture has --across times --down");
        return EXIT_USAGE;
    }
    if (array && s->count && (vae_option_given(s, "across") || vae_option_given(s, "down"))) {
        vae_fail(e, "give --count, or --across and --down");
        return EXIT_USAGE;
    }
    if (!vae_loaded_open(&l, s, NULL, e)) return EXIT_FAILED;
    const uint64_t seed = s->seed_given ? s->seed : l.run.seed;
    const size_t count = s->count ? s->count : s->across * s->down;
    struct progress p = vae_progress_start(s, "decoding", 0, count, 1);
    const struct vae_watch watch = {vae_progress_watch, &p};
    const bool ok = array ? write_array(s, &l, seed, &watch, e)
                          : vae_picture_samples(&l.model, s->out, s->across, s->down, seed,
                                                s->temperature, &watch, e);
    vae_progress_end(&p);
    vae_loaded_close(&l);
    return ok ? EXIT_DONE : EXIT_FAILED;
}
