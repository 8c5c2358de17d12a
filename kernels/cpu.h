/* What this machine can run: one probe per line of isa.def. Each asks the CPU and, where registers
 * must be saved across context switches, the operating system too. */
#ifndef SV_CPU_H
#define SV_CPU_H

#include <stdbool.h>

#define SV_ISA(name, variant, probe) bool probe(void);
#include "isa.def"
#undef SV_ISA

#endif
