/* Panels of sixteen columns, as contracts.h lays them out under `pack`: a whole matrix for the kernel
 * of that name, one panel at a time for the GEMMs that are given a plain B. */
#ifndef SV_GEMM_PACK_H
#define SV_GEMM_PACK_H

/* Panels of rows x cols: y[c / 16][r][c % 16] = x[r][c], row by row, as x lies in memory */
static void gemm_pack_rows(size_t rows, size_t cols, const float *x, size_t ldx, float *y)
{
    for (size_t r = 0; r < rows; r++, x += ldx)
        for (size_t c = 0; c < cols; c += 16)
            v16_store(y + c * rows + 16 * r, v16_load_upto(x + c, cols - c));
}

/* One panel, y[r][c] = x[c][r]: blocks of 16 x 16, transposed in registers */
static void gemm_pack_columns(size_t rows, size_t cols, const float *x, size_t ldx, float *y)
{
    for (size_t r = 0; r < rows; r += 16) {
        const size_t left = gemm_min(rows - r, 16);
        v16 block[16];
        for (size_t c = 0; c < 16; c++)
            block[c] = c < cols ? v16_load_upto(x + c * ldx + r, left) : v16_set1(0);
        v16_transpose(block);
        for (size_t i = 0; i < left; i++) v16_store(y + 16 * (r + i), block[i]);
    }
}

static void SV_FN(pack)(size_t rows, size_t cols, const float *x, size_t ldx, bool transposed,
                        float *y)
{
    /* a few panels at a time: whole cache lines of x, and not too many pages of y */
    const size_t width = transposed ? 16 : 64;
    for (size_t c = 0; c < cols; c += width, y += width * rows) {
        const size_t left = gemm_min(cols - c, width);
        if (transposed)
            gemm_pack_columns(rows, left, x + c * ldx, ldx, y);
        else
            gemm_pack_rows(rows, left, x + c, ldx, y);
    }
}

#endif
