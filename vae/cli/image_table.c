#include "image_table.h"
#include "../base/memory.h"
#include "../base/table_file.h"
#include <stdio.h>

/* Column names of a .csv: x_0_0, x_0_1 ... by row and column of the image. */
static void name_column(const void *shape, size_t j, char text[TABLE_NAME])
{
    const size_t cols = ((const struct vae_shape *)shape)->cols;
    snprintf(text, TABLE_NAME, "x_%zu_%zu", j / cols, j % cols);
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
        vae_table_write(&r, path,
                        &(struct table){.name = name_column,
                                        .about = shape,
                                        .columns = n,
                                        .rows = count,
                                        .values = values,
                                        .sides = {shape->rows, shape->cols}});
        ok = vae_replace_commit(&r, e);
    }
    vae_memory_give(values);
    return ok;
}
