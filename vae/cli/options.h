/* Values of command-line options: each parser names the option in what it says. */
#ifndef VAE_OPTIONS_H
#define VAE_OPTIONS_H

#include "../../kernels/choice.h"
#include "../base/error.h"
#include "../base/pool.h"
#include "../model/shape.h"
#include <stdio.h>

/* Exit statuses of the program. */
enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

/* "vae <command>: <line>" on standard error; returns the status. */
int report_failure(const char *command, int status, const struct vae_error *e);

/* A whole number from min to max. */
bool option_u64(const char *name, const char *text, uint64_t min, uint64_t max, uint64_t *out,
                struct vae_error *e);
bool option_size(const char *name, const char *text, size_t min, size_t max, size_t *out,
                 struct vae_error *e);

/* A number from min to max. */
bool option_number(const char *name, const char *text, float min, float max, float *out,
                   struct vae_error *e);

/* A finite number above 0. */
bool option_positive(const char *name, const char *text, float *out, struct vae_error *e);

/* One of the names; *out is its index. */
bool option_choice(const char *name, const char *text, const char *const *names, unsigned *out,
                   struct vae_error *e);

/* Hidden layers, as vae_widths_read takes them. */
bool option_widths(const char *name, const char *text, struct vae_widths *out, struct vae_error *e);

/* --threads. */
bool option_threads(const char *text, size_t *out, struct vae_error *e);

/* A pool of that many threads, or where 0 of as many as this process may use CPUs. */
struct pool *option_pool(size_t threads, struct vae_error *e);

/* The kernels that --isa, or else SV_ISA, asks for. */
bool option_kernels(const char *isa, struct sv_choice *out, struct vae_error *e);

/* What getopt_long could not take: an unknown option or a missing value. */
bool option_unknown(char *const *argv, int index, struct vae_error *e);

/* A word as a shell reads it; what could act on a terminal (text.h) stands in escapes. */
void option_print_quoted(FILE *to, const char *word);

/* Exactly one argument that is no option, named `what`; or none where what is NULL. */
bool option_argument(int argc, char *const *argv, int index, const char *what, const char **out,
                     struct vae_error *e);

#endif
