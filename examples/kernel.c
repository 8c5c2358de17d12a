/* Calls a kernel: log-sum-exp of the rows of a matrix, on the best instruction set of this CPU. */
#include <stdio.h>
#include <sv.h>

int main(void)
{
    struct sv_kernels k;
    const float x[2][3] = {{0, 0, 0}, {1000, 1001, 1002}};
    float y[2];
    if (sv_dispatch(NULL, &k) != SV_OK) return 1;
    k.logsumexp(2, 3, &x[0][0], 3, y); /* y_i = log sum_j exp(x_ij), without overflow */
    printf("%s: %.4f %.4f\n", k.isa, (double)y[0], (double)y[1]);
    return 0;
}
