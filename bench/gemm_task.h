/* The contenders of one row of the GEMM benchmark, all on the same operands: ours, the peers, and
 * the peers with an unfused epilogue, which is our kernels as separate loops over C. */
#ifndef GEMM_TASK_H
#define GEMM_TASK_H

#include "peers/peers.h"
#include "rounds.h"

struct gemm_row {
    const char *what;
    enum product op;
    size_t m, n, k;
    enum sv_epilogue epilogue; /* of the fused contender; NONE: there is none */
};

struct gemm_operands {
    const struct gemm_row *row;
    struct sv_gemm g; /* plain, no epilogue */
    float *a, *b, *b_packed, *c, *bias, *y, *row_sum, *scratch;
    float *w, *s; /* weights and Adagrad's statistics, shaped like C, plain or packed */
};

struct gemm_task {
    const struct sv_kernels *k;
    const struct peer *peer; /* NULL: ours */
    const struct gemm_operands *o;
    struct sv_gemm g;
    bool unfused; /* the epilogue runs after the peer's product, as separate loops */
};

/* Exits with a message if memory runs out. */
void gemm_operands_create(struct gemm_operands *o, const struct gemm_row *row,
                          const struct sv_kernels *k);
void gemm_operands_destroy(struct gemm_operands *o);

struct gemm_task gemm_plain(const struct sv_kernels *k, const struct gemm_operands *o);
/* The weights (B, or C if the product is dW) are packed, for the fused contender too. */
struct gemm_task gemm_packed(const struct sv_kernels *k, const struct gemm_operands *o);
struct gemm_task gemm_fused(const struct sv_kernels *k, const struct gemm_operands *o);
struct gemm_task gemm_peer(const struct sv_kernels *k, const struct gemm_operands *o,
                           const struct peer *peer, bool unfused);

/* One call of a struct gemm_task, for struct contender. Only the product counts as work. */
double gemm_run(void *task);

/* Whether the peer's product equals ours within twice the error bound of a GEMM (contracts.h). */
bool gemm_agrees(const struct gemm_task *peer);

#endif
