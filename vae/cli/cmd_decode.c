#include "../base/memory.h"
#include "../base/min.h"
#include "../base/table_file.h"
#include "../base/text.h"
#include "../data/code_file.h"
#include "../settings/option_table.h"
#include "commands.h"
#include "image_table.h"
#include "loaded.h"
#include "pictures.h"
#include "progress.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As many rows of a grid as the codes fill; what is left of the last is empty. */
static bool write_picture(const struct settings *s, const struct vae_shape *shape, size_t count,
                          const float *images, struct vae_error *e)
{
    const size_t across = vae_min_size(s->across, count), down = (count + across - 1) / across;
    return vae_picture_grid(s->out, shape, across, down, images, e);
}

static bool decode(const struct settings *s, struct vae_model *m, const struct code_table *codes,
                   struct vae_error *e)
{
    const size_t n = vae_inputs(&m->shape), latent = m->shape.latent, across = s->across;
    if (codes->columns == 2 * latent)
        return vae_fail(e,
                        "%s: %zu columns, as of `vae encode --codes posterior`; decode means or "
                        "draws, of %zu",
                        s->codes_file, codes->columns, latent);
    if (codes->columns != latent)
        return vae_fail(e, "%s: %zu columns; z has %zu dimensions here", s->codes_file,
                        codes->columns, latent);
    if (vae_table_named(s->out) && vae_option_given(s, "across"))
        return vae_fail(e, "--across is of a picture; %s is an array", s->out);
    if (!vae_table_named(s->out) && codes->rows > DECODE_MOST_PICTURES)
        return vae_fail(e, "%s: %zu codes; a picture shows up to %d, write .npy or .csv",
                        s->codes_file, codes->rows, DECODE_MOST_PICTURES);
    float *images = vae_memory_get((codes->rows + across) * n * sizeof *images);
    if (!images) return vae_fail(e, "%s: not enough memory", s->out);
    struct progress p = vae_progress_start(s, "decoding", 0, codes->rows, 1);
    vae_decode_all(m, codes->values, codes->rows, &(struct vae_watch){vae_progress_watch, &p},
                   images);
    vae_progress_end(&p);
    const bool ok = vae_table_named(s->out)
                        ? vae_image_table_write(s->out, &m->shape, codes->rows, images, e)
                        : write_picture(s, &m->shape, codes->rows, images, e);
    vae_memory_give(images);
    if (ok) printf("wrote %s: %zu images\n", vae_text_shown(s->out).s, codes->rows);
    return ok;
}

int vae_cmd_decode(struct settings *s, struct vae_error *e)
{
    struct code_table codes;
    struct loaded l;
    bool ok = false;
    if (!vae_loaded_open(&l, s, NULL, e)) return EXIT_FAILED;
    if (vae_code_file_read(s->codes_file, &codes, e)) {
        ok = decode(s, &l.model, &codes, e);
        free(codes.values);
    }
    vae_loaded_close(&l);
    return ok ? EXIT_DONE : EXIT_FAILED;
}
