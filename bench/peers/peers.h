/* Other libraries' GEMM, opened at run time; those not installed are named and left out. One thread
 * each. A library that chooses its kernels by CPU is opened once per setting worth trying, in case
 * it does not know this CPU; the best of a row counts. */
#ifndef PEERS_H
#define PEERS_H

#include "../../kernels/kernels.h"

/* op(A) and op(B), as in gemm_nn ... */
enum product { PRODUCT_NN, PRODUCT_NT, PRODUCT_TN, PRODUCT_COUNT };
enum { PEERS_MAX = 16 };

struct peer {
    char name[40], name_unfused[56]; /* library and setting; the same with an unfused epilogue */
    void *handle, *symbol;
    /* Row-major C = op(A) op(B), from the fields of g that describe plain matrices. */
    void (*gemm)(const struct peer *p, enum product op, const struct sv_gemm *g);
    /* Optional: called before gemm with the same arguments; false if the library cannot take
     * them. */
    bool (*prepare)(struct peer *p, enum product op, const struct sv_gemm *g);
    void *kernel[2]; /* set by prepare */
};

/* Opens the installed ones, at most PEERS_MAX; returns how many. Names the others on stderr. */
size_t peers_open(struct peer *peers);

/* Adapters of the symbols cblas_sgemm, dnnl_sgemm, libxsmm_smmdispatch, eigen_gemm. */
void blas_gemm(const struct peer *p, enum product op, const struct sv_gemm *g);
void onednn_gemm(const struct peer *p, enum product op, const struct sv_gemm *g);
bool xsmm_prepare(struct peer *p, enum product op, const struct sv_gemm *g);
void xsmm_gemm(const struct peer *p, enum product op, const struct sv_gemm *g);
void eigen_gemm_call(const struct peer *p, enum product op, const struct sv_gemm *g);

#endif
