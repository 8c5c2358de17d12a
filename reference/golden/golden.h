/* Golden sums, equal on every machine: SHA-256 of each kernel's outputs for fixed inputs, and of
 * the checkpoints of short training runs (tests/golden). `make golden` writes them to golden.def,
 * so a change of bits shows as a change of that file. */
#ifndef GOLDEN_H
#define GOLDEN_H

#include "../verify/kcase.h"
#include "sha256.h"

/* Each kernel has one sum, and a second one for added variants if its case has any. */
enum { GOLDEN_PARTS = 2, GOLDEN_NAME = 64 };

/* Names part `part` of kernel id; false if the kernel has no such part. */
bool golden_part(size_t id, int part, char name[GOLDEN_NAME]);

/* Hashes all outputs of kernel id of a table over its case's shapes of that part, with random data
 * and with special values. All NaN hash alike. */
void golden_kernel(size_t id, int part, const struct sv_kernels *table, char hex[SHA256_HEX]);

/* The sum kept under a name, or NULL. */
const char *golden_kept(const char *name);

#endif
