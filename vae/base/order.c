#include "order.h"
#include <stdlib.h>

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void vae_sort(double *x, size_t n) { qsort(x, n, sizeof *x, ascending); }

double vae_median(double *x, size_t n)
{
    vae_sort(x, n);
    return x[n / 2];
}
