#include "split.h"
#include "min.h"

struct cut {
    size_t unit, row;
};

static struct cut cut_at(size_t rows, size_t panels, size_t unit, size_t i, size_t n)
{
    if (i == n) return (struct cut){(panels + unit - 1) / unit, 0};
    const size_t at = rows * panels * i / n, u = at / (unit * rows);
    return (struct cut){u, (at - u * unit * rows) / vae_min_size(unit, panels - u * unit)};
}

size_t vae_split(size_t rows, size_t panels, size_t unit, size_t i, size_t n,
                 struct block blocks[SPLIT_MOST])
{
    size_t count = 0;
    if (rows == 0 || panels == 0) return 0;
    struct cut from = cut_at(rows, panels, unit, i, n);
    const struct cut to = cut_at(rows, panels, unit, i + 1, n);
    if (from.unit < to.unit && from.row) {
        const size_t first = unit * from.unit, wide = vae_min_size(unit, panels - first);
        blocks[count++] = (struct block){from.row, rows - from.row, first, wide};
        from = (struct cut){from.unit + 1, 0};
    }
    if (from.unit < to.unit) {
        const size_t first = unit * from.unit;
        blocks[count++] =
            (struct block){0, rows, first, vae_min_size(unit * to.unit, panels) - first};
        from = (struct cut){to.unit, 0};
    }
    if (from.row < to.row) {
        const size_t first = unit * to.unit, wide = vae_min_size(unit, panels - first);
        blocks[count++] = (struct block){from.row, to.row - from.row, first, wide};
    }
    return count;
}
