#include "real.h"

/* p_ij -= a_i (dz_ij + z_ij), z_ij += e_i p_ij */
void REF(leapfrog)(const struct SV_T(leapfrog) * q)
{
    for (size_t i = 0; i < q->m; i++)
        for (size_t j = 0; j < q->n; j++) {
            real *z = q->z + i * q->ldz + j, *p = q->p + i * q->ldz + j;
            *p -= q->a[i] * (q->dz[i * q->ldd + j] + *z);
            *z += q->e[i] * *p;
        }
}
