/* A leapfrog step of Hamiltonian dynamics. */
#ifndef SV_LEAPFROG_H
#define SV_LEAPFROG_H

#include "../kernels.h"
#include "names.h"
#include "reduce.h"

static void SV_FN(leapfrog)(const struct sv_leapfrog *args)
{
    const struct sv_leapfrog q = *args;
    for (size_t i = 0; i < q.m; i++) {
        const v16 a = v16_set1(q.a[i]), e = v16_set1(q.e[i]);
        for (size_t j = 0; j < q.n; j += 16) {
            const size_t left = q.n - j;
            float *zj = q.z + i * q.ldz + j, *pj = q.p + i * q.ldz + j;
            const v16 z = v16_load_upto(zj, left);
            const v16 force = v16_add(v16_load_upto(q.dz + i * q.ldd + j, left), z);
            const v16 p = v16_fnma(a, force, v16_load_upto(pj, left));
            v16_store_upto(pj, p, left);
            v16_store_upto(zj, v16_fma(e, p, z), left);
        }
    }
}

#endif
