/* Packing into panels of sixteen columns (`pack` in contracts.h): a whole matrix for the kernel of
 * that name, a few panels at a time for GEMMs with a plain B. */
#ifndef SV_GEMM_PACK_H
#define SV_GEMM_PACK_H

#include "gemm_block.h"
#include "gemm_context.h"
#include "names.h"
#include "reduce.h"

/* Panels of rows x cols: y[c / 16][r][c % 16] = x[r][c], row by row, in the memory order of x */
static void gemm_pack_rows(size_t rows, size_t cols, const float *x, size_t ldx, float *y)
{
    for (size_t r = 0; r < rows; r++, x += ldx)
        for (size_t c = 0; c < cols; c += 16)
            v16_store(y + c * rows + 16 * r, v16_load_upto(x + c, cols - c));
}

/* y[r][c] = x[c][r], at most 16 x 16; with constant sizes the block stays in registers */
V16_INLINE void gemm_pack_block(const size_t rows, const size_t cols, const float *x, size_t ldx,
                                float *y)
{
    v16 block[16];
    GEMM_UNROLL
    for (size_t c = 0; c < 16; c++)
        block[c] = c < cols ? v16_load_upto(x + c * ldx, rows) : v16_set1(0);
    v16_transpose(block);
    GEMM_UNROLL
    for (size_t i = 0; i < 16; i++)
        if (i < rows) v16_store(y + 16 * i, block[i]);
}

/* One panel, y[r][c] = x[c][r] */
static void gemm_pack_columns(size_t rows, size_t cols, const float *x, size_t ldx, float *y)
{
    size_t r = 0;
    for (; cols == 16 && r + 16 <= rows; r += 16) gemm_pack_block(16, 16, x + r, ldx, y + 16 * r);
    for (; r < rows; r += 16) gemm_pack_block(gemm_min(rows - r, 16), cols, x + r, ldx, y + 16 * r);
}

/* Panels of X^T, rows x cols, from panels of X that have ldx rows. */
static void gemm_pack_panels(size_t rows, size_t cols, const float *x, size_t ldx, float *y)
{
    for (size_t r = 0; r < rows; r += 16, x += 16 * ldx) {
        for (size_t c = 0; c < cols; c += 16) {
            float *to = y + c * rows + 16 * r;
            if (rows - r >= 16 && cols - c >= 16)
                gemm_pack_block(16, 16, x + 16 * c, 16, to);
            else
                gemm_pack_block(gemm_min(rows - r, 16), gemm_min(cols - c, 16), x + 16 * c, 16, to);
        }
    }
}

static void SV_FN(pack)(size_t rows, size_t cols, const float *x, size_t ldx, bool transposed,
                        float *y)
{
    /* a few panels at a time: reads whole cache lines of x, writes few pages of y at once */
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
