/* Shared by the fuzz targets (llvm.org/docs/LibFuzzer.html). Each target is a program,
 * fuzz_<name>.c, with its seed inputs in corpus/<name>/; `make fuzz` runs them all. */
#ifndef FUZZ_H
#define FUZZ_H

#include "../../vae/base/error.h"
#include "../../vae/data/images.h"
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Writes the bytes to a file in memory; returns its path, the same at every call. */
const char *fuzz_file(const void *data, size_t size);

/* Aborts unless it holds, naming what does not. */
void fuzz_must(bool holds, const char *what, const char *detail);
#define MUST(condition, detail) fuzz_must(condition, #condition, detail)

/* A failure must give its reason: one line, safe for a terminal. */
void fuzz_must_say(const struct vae_error *e);

/* Images that a reader accepted: bytes, or floats from 0 to 1, all there. */
void fuzz_must_be_images(const struct images *i);

#endif
