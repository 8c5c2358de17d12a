/* Known answers: a hash of what each kernel makes of a few small fixed inputs, the same on every
 * machine because the bits are. Quick enough for the start of the program; it finds a broken build
 * or machine, the generic kernels included, while verify.h finds a wrong kernel. */
#ifndef KNOWN_H
#define KNOWN_H

#include "kcase.h"

/* A kernel has an answer, and where its case says so another for added variants. */
enum known_part { KNOWN_FIRST, KNOWN_ADDED, KNOWN_PARTS };
bool known_has(size_t id, enum known_part part);

/* FNV-1a over the outputs, every NaN counting as the same one, and -0 as 0. */
uint64_t known_hash(size_t id, enum known_part part, const struct sv_kernels *table);

/* The hashes are those kept in known.def, which `make known-answers` writes. */
bool known_holds(size_t id, const struct sv_kernels *table);

#endif
