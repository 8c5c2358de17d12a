#include "image_table.h"
#include "../base/memory.h"
#include "../base/table_file.h"
#include <stdio.h>

/* Column names of a .csv: x_0_0, x_0_1 ... by row and column of the image; in colour x_0_0_r, _g, _b. */
static void name_column(const void *shape, size_t j, char text[TABLE_NAME])
{
    static const char *const ends[] = {"_r", "_g", "_b"};
    const struct vae_shape *s = shape;
    const size_t channels = vae_channel_count(s->channels), at = j / channels;
    snprintf(text, TABLE_NAME, "x_%zu_%zu%s", at / s->cols, at % s->cols,
             channels > 1 ? ends[j % channels] : "");
}

bool vae_image_table_write(const char *path, const struct vae_shape *shape, size_t count,
                           const float *images, struct vae_error *e)
{
    const size_t n = vae_inputs(shape);
    struct replace_file r;
    double *values = vae_memory_get(count * n * sizeof *values);
    bool ok = values || vae_fail(e, "%s: not enough memory", path);
    ok = ok && vae_replace_begin(&r, path, e);
    if (ok) {
        for (size_t i = 0; i < count * n; i++) values[i] = (double)images[i];
        vae_table_write(
            &r, path,
            &(struct table){.name = name_column,
                            .about = shape,
                            .columns = n,
                            .rows = count,
                            .values = values,
                            .sides = {shape->rows, shape->cols,
                                      shape->channels ? vae_channel_count(shape->channels) : 0}});
        ok = vae_replace_commit(&r, e);
    }
    vae_memory_give(values);
    return ok;
}
