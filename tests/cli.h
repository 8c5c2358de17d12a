/* Running the program in a directory of its own, with data sets good and bad and a checkpoint. */
#ifndef CLI_H
#define CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct outcome {
    int status; /* exit status, or 1000 + signal */
    char out[65536], err[2048];
};

/* Enters a new directory with the fixture: plain/ and zipped/ (MNIST's names, 7 x 5), one.idx, files
 * that are wrong in one way each, and out/ trained from plain. VAE_BIN names the program. */
void cli_make_fixture(void);
void cli_remove_fixture(void);

const char *cli_program(void);

/* "vae <arguments>" by the shell. */
struct outcome cli_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Status 0 and nothing on standard error. */
void cli_must_work(const char *arguments);

/* That status, and one line on standard error that holds `says`. */
void cli_must_fail(const char *arguments, int status, const char *says);

/* "vae <arguments>" by the shell, in the background; standard error goes to the file `err`. */
pid_t cli_start(const char *arguments);
/* A run of CLI_MODEL into i/ that does not end by itself and has written its first checkpoint. */
#define CLI_MODEL "--batch 20 --hidden 11 --latent 3"
pid_t cli_start_endless(const char *options);
void cli_sleep_ms(long ms);
bool cli_wait_for(const char *path); /* until it is there; false after twenty seconds */
int cli_status_of(pid_t child);      /* as in struct outcome, once it has ended */

void cli_write(const char *path, const void *bytes, size_t n);
size_t cli_read(const char *path, unsigned char **bytes);
bool cli_same_file(const char *a, const char *b);

/* Whether a checkpoint's header, a JSON text, holds that piece. */
bool cli_header_holds(const char *path, const char *piece);

/* The first part/parts of a file. */
void cli_truncate_copy(const char *from, const char *to, size_t part, size_t parts);

#endif
