/* Known answers: a hash of each kernel's outputs for a few small fixed inputs, the same on every
 * machine because the bits are. Quick enough for the start of the program: it detects a broken
 * build or machine, even if the generic kernels are broken too. verify.h detects a wrong kernel. */
#ifndef KNOWN_H
#define KNOWN_H

#include "kcase.h"

/* Each kernel has one answer, and a second one for added variants if its case has any. */
enum known_part { KNOWN_FIRST, KNOWN_ADDED, KNOWN_PARTS };
bool known_has(size_t id, enum known_part part);

/* FNV-1a over the outputs. All NaN count as one, and -0 as 0. False if out of memory. */
bool known_hash(size_t id, enum known_part part, const struct sv_kernels *table, uint64_t *hash);

/* Whether the hashes are those in known.def, which `make known-answers` writes. */
enum known_verdict { KNOWN_RIGHT, KNOWN_WRONG, KNOWN_NO_MEMORY };
enum known_verdict known_holds(size_t id, const struct sv_kernels *table);

#endif
