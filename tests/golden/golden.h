/* Sums that are the same on every machine: SHA-256 of what each kernel writes for fixed inputs, and of
 * the checkpoints of short training runs. golden.def keeps them; a change of bits is a change of that
 * file, which `make golden` writes. */
#ifndef GOLDEN_H
#define GOLDEN_H

#include "../../vae/error.h"
#include "../harness/kcase.h"
#include "sha256.h"

/* All outputs of kernel number id of a table: its case's shapes, random data and special values. A NaN
 * counts as any other NaN. */
void golden_kernel(size_t id, const struct sv_kernels *table, char hex[SHA256_HEX]);

/* Name of training run number i, NULL past the last. */
const char *golden_run(size_t i);

/* The checkpoint of training run number i, 200 steps on one instruction set. */
bool golden_training(size_t i, const char *isa, char hex[SHA256_HEX], struct vae_error *e);

/* The sum kept under a name; NULL: none. */
const char *golden_kept(const char *name);

#endif
