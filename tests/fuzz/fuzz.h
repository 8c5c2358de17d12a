/* What the fuzz targets share (llvm.org/docs/LibFuzzer.html). Each is a program of its own, fuzz_<name>.c, with
 * its first inputs in corpus/<name>/; `make fuzz` runs them all. */
#ifndef FUZZ_H
#define FUZZ_H

#include "../../vae/base/error.h"
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The path of a file in memory with these bytes, the same at every call. */
const char *fuzz_file(const void *data, size_t size);

/* Ends the program, naming what does not hold. */
void fuzz_must(bool holds, const char *what, const char *detail);
#define MUST(condition, detail) fuzz_must(condition, #condition, detail)

/* What failed said why: one line, fit for a terminal. */
void fuzz_must_say(const struct vae_error *e);

#endif
