#include "image_table.h"
#include "../base/memory.h"
#include "../base/table_file.h"
#include <stdio.h>
#include <stdlib.h>

/* Column names of a .csv: x_0_0, x_0_1 ... by row and column of the image. */
enum { COLUMN_NAME = 48 };

bool vae_image_table_write(const char *path, const struct vae_shape *shape, size_t count,
                           const float *images, struct vae_error *e)
{
    const size_t n = vae_inputs(shape);
    struct replace_file r;
    char(*text)[COLUMN_NAME] = malloc(n * sizeof *text);
    const char **names = malloc(n * sizeof *names);
    double *values = vae_memory_get(count * n * sizeof *values);
    bool ok = (text && names && values) || vae_fail(e, "%s: not enough memory", path);
    ok = ok && vae_replace_begin(&r, path, e);
    if (ok) {
        for (size_t i = 0; i < n; i++) {
            snprintf(text[i], COLUMN_NAME, "x_%zu_%zu", i / shape->cols, i % shape->cols);
            names[i] = text[i];
        }
        for (size_t i = 0; i < count * n; i++) values[i] = (double)images[i];
        vae_table_write(&r, path,
                        &(struct table){names, n, count, values, {shape->rows, shape->cols}});
        ok = vae_replace_commit(&r, e);
    }
    free(text);
    free(names);
    vae_memory_give(values);
    return ok;
}
