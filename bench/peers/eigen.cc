// Eigen's product of row-major matrices, for peers.c; compiled once per ISA into a shared object.
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>
#include <cstddef>

typedef Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> matrix;
typedef Eigen::Map<const matrix, 0, Eigen::OuterStride<>> input;
typedef Eigen::Map<matrix, 0, Eigen::OuterStride<>> output;

static input view(const float *x, size_t rows, size_t cols, size_t ld)
{
    return input(x, (Eigen::Index)rows, (Eigen::Index)cols, Eigen::OuterStride<>((Eigen::Index)ld));
}

// op: enum product.
extern "C" void eigen_gemm(int op, size_t m, size_t n, size_t k, const float *a, size_t lda,
                           const float *b, size_t ldb, float *c, size_t ldc)
{
    output y(c, (Eigen::Index)m, (Eigen::Index)n, Eigen::OuterStride<>((Eigen::Index)ldc));
    if (op == 0)
        y.noalias() = view(a, m, k, lda) * view(b, k, n, ldb);
    else if (op == 1)
        y.noalias() = view(a, m, k, lda) * view(b, n, k, ldb).transpose();
    else
        y.noalias() = view(a, k, m, lda).transpose() * view(b, k, n, ldb);
}
