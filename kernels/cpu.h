/* What this machine can run: one probe per line of isa.def. Each asks the CPU and, where registers
 * must be saved across context switches, the operating system too. */
#ifndef SV_CPU_H
#define SV_CPU_H

#include <stdbool.h>

bool sv_cpu_any(void);    /* always true */
bool sv_cpu_avx2(void);   /* AVX2 and FMA, ymm state enabled by the system */
bool sv_cpu_avx512(void); /* and AVX-512 F, DQ, BW, VL, zmm and mask state */

#endif
