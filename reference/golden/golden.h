/* Sums that are the same on every machine: SHA-256 of what each kernel writes for fixed inputs, and of
 * the checkpoints of short training runs (tests/golden). golden.def keeps them; a change of bits is a
 * change of that file, which `make golden` writes. */
#ifndef GOLDEN_H
#define GOLDEN_H

#include "../verify/kcase.h"
#include "sha256.h"

/* A kernel has a sum, and where its case says so another for added variants. */
enum { GOLDEN_PARTS = 2, GOLDEN_NAME = 64 };

/* Names part number `part` of kernel number id; false where there is no such part. */
bool golden_part(size_t id, int part, char name[GOLDEN_NAME]);

/* All outputs of kernel number id of a table: its case's shapes of that part, random data and special
 * values. A NaN counts as any other NaN. */
void golden_kernel(size_t id, int part, const struct sv_kernels *table, char hex[SHA256_HEX]);

/* The sum kept under a name; NULL: none. */
const char *golden_kept(const char *name);

#endif
