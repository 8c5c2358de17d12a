/* Adapters from the arguments of our GEMM to each library's. The prototypes are from the libraries'
 * documentation; all sizes used here fit an int. */
#include "peers.h"
#include <dlfcn.h>
#include <stdlib.h>

static void *symbol_of(const struct peer *p, const char *name) { return dlsym(p->handle, name); }

/* --- CBLAS: OpenBLAS and BLIS --- */

typedef void cblas_sgemm_fn(int order, int transa, int transb, int m, int n, int k, float alpha,
                            const float *a, int lda, const float *b, int ldb, float beta, float *c,
                            int ldc);

void blas_gemm(const struct peer *p, enum product op, const struct sv_gemm *g)
{
    enum { ROW_MAJOR = 101, NO_TRANS = 111, TRANS = 112 };
    cblas_sgemm_fn *const sgemm = (cblas_sgemm_fn *)p->symbol;
    sgemm(ROW_MAJOR, op == PRODUCT_TN ? TRANS : NO_TRANS, op == PRODUCT_NT ? TRANS : NO_TRANS,
          (int)g->m, (int)g->n, (int)g->k, 1, g->a, (int)g->lda, g->b, (int)g->ldb, 0, g->c,
          (int)g->ldc);
}

/* --- oneDNN: row-major --- */

typedef int dnnl_sgemm_fn(char transa, char transb, int64_t m, int64_t n, int64_t k, float alpha,
                          const float *a, int64_t lda, const float *b, int64_t ldb, float beta,
                          float *c, int64_t ldc);

void onednn_gemm(const struct peer *p, enum product op, const struct sv_gemm *g)
{
    dnnl_sgemm_fn *const sgemm = (dnnl_sgemm_fn *)p->symbol;
    sgemm(op == PRODUCT_TN ? 'T' : 'N', op == PRODUCT_NT ? 'T' : 'N', (int64_t)g->m, (int64_t)g->n,
          (int64_t)g->k, 1, g->a, (int64_t)g->lda, g->b, (int64_t)g->ldb, 0, g->c, (int64_t)g->ldc);
}

/* --- libxsmm: column-major, so C^T = op(B)^T op(A)^T ---
 *
 * Its code generator supports no transposed first operand, and a transposed second one only on some
 * ISAs. Otherwise the operand is transposed beforehand, as its documentation does. */

typedef void xsmm_kernel_fn(const float *a, const float *b, float *c, ...);
typedef xsmm_kernel_fn *xsmm_dispatch_fn(int m, int n, int k, const int *lda, const int *ldb,
                                         const int *ldc, const float *alpha, const float *beta,
                                         const int *flags, const int *prefetch);
typedef void xsmm_otrans_fn(void *out, const void *in, unsigned typesize, int m, int n, int ldi,
                            int ldo);

enum { XSMM_TRANS_B = 2 };

static float *xsmm_scratch; /* a transposed operand */

bool xsmm_prepare(struct peer *p, enum product op, const struct sv_gemm *g)
{
    xsmm_dispatch_fn *const dispatch = (xsmm_dispatch_fn *)p->symbol;
    const int m = (int)g->n, n = (int)g->m, k = (int)g->k, ldc = (int)g->ldc;
    const int lda = op == PRODUCT_NT ? m : (int)g->ldb, ldb = op == PRODUCT_TN ? k : (int)g->lda;
    const int ldb_trans = (int)g->lda, trans = XSMM_TRANS_B, none = 0;
    const float one = 1, zero = 0;
    p->kernel[0] = p->kernel[1] = NULL;
    if (op == PRODUCT_TN)
        p->kernel[0] =
            (void *)dispatch(m, n, k, &lda, &ldb_trans, &ldc, &one, &zero, &trans, &none);
    if (p->kernel[0]) return true;
    p->kernel[0] = (void *)dispatch(m, n, k, &lda, &ldb, &ldc, &one, &zero, &none, &none);
    if (op == PRODUCT_NN || !p->kernel[0]) return p->kernel[0];
    free(xsmm_scratch);
    xsmm_scratch = malloc(sizeof(float) * g->k * (op == PRODUCT_NT ? g->n : g->m));
    p->kernel[1] = xsmm_scratch ? symbol_of(p, "libxsmm_otrans") : NULL;
    return p->kernel[1];
}

void xsmm_gemm(const struct peer *p, enum product op, const struct sv_gemm *g)
{
    xsmm_kernel_fn *const kernel = (xsmm_kernel_fn *)p->kernel[0];
    xsmm_otrans_fn *const otrans = (xsmm_otrans_fn *)p->kernel[1];
    const float *a = g->a, *b = g->b;
    const int m = (int)g->m, n = (int)g->n, k = (int)g->k;
    if (otrans && op == PRODUCT_NT) {
        otrans(xsmm_scratch, b, sizeof(float), k, n, (int)g->ldb, n);
        b = xsmm_scratch;
    } else if (otrans) {
        otrans(xsmm_scratch, a, sizeof(float), m, k, (int)g->lda, k);
        a = xsmm_scratch;
    }
    /* Arguments 4 to 6 are prefetch addresses, which only kernels built for them read. */
    kernel(b, a, g->c, b, a, g->c);
}

/* --- Eigen: eigen.cc --- */

typedef void eigen_gemm_fn(int op, size_t m, size_t n, size_t k, const float *a, size_t lda,
                           const float *b, size_t ldb, float *c, size_t ldc);

void eigen_gemm_call(const struct peer *p, enum product op, const struct sv_gemm *g)
{
    eigen_gemm_fn *const gemm = (eigen_gemm_fn *)p->symbol;
    gemm((int)op, g->m, g->n, g->k, g->a, g->lda, g->b, g->ldb, g->c, g->ldc);
}
