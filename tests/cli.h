/* Runs the program in a temporary directory that holds good and bad data sets and a checkpoint. */
#ifndef CLI_H
#define CLI_H

#include <check.h>
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct outcome {
    int status; /* exit status, or 1000 + signal */
    char out[65536], err[8192];
};

/* Enters a new directory with the fixture: plain/ and zipped/ (MNIST's names, 7 x 5), one.idx,
 * files each wrong in one way, and out/ trained from plain. VAE_BIN names the program. */
void cli_make_fixture(void);
void cli_remove_fixture(void);

/* Adds to a suite a case, of its own fixture, for runs that are stopped by signals. It is not for
 * the thread sanitizer: gcc 12's loses one signal in some thousand, and delays them. */
TCase *cli_stopped_case(Suite *s, SFun make_fixture);

const char *cli_program(void);

/* Runs "vae <arguments>" in a shell. */
struct outcome cli_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Requires status 0 and nothing on standard error. */
void cli_must_work(const char *arguments);

/* Requires that status, and one line on standard error that contains `says`. */
void cli_must_fail(const char *arguments, int status, const char *says);

/* A wrong option behind a command line: cli_must_refuse fails unless that gives this status, one line
 * that contains `says`, and no folder or file named `wrong`. */
struct cli_wrong {
    const char *options;
    int status;
    const char *says;
};
void cli_must_refuse(const char *command, const struct cli_wrong *w);

/* Starts "vae <arguments>" in the background, in a shell; standard error goes to the file `err`. */
pid_t cli_start(const char *arguments);
/* Starts a run of CLI_MODEL into i/ that does not end by itself; waits for its first checkpoint. */
#define CLI_MODEL "--batch 20 --hidden 11 --latent 3"
pid_t cli_start_endless(const char *options);
void cli_sleep_ms(long ms);
bool cli_wait_for(const char *path); /* until it exists; false after twenty seconds */
int cli_status_of(pid_t child);      /* waits for its end; as in struct outcome */

void cli_make_folders(const char *path); /* those of the path before its last part */
void cli_write(const char *path, const void *bytes, size_t n);
size_t cli_read(const char *path, unsigned char **bytes);
bool cli_same_file(const char *a, const char *b);

/* Whether a checkpoint's header, which is JSON, contains that text. */
bool cli_header_holds(const char *path, const char *piece);

/* The lines of a log without the fields that may differ between equal runs: timings, and where it
 * ran. The caller frees them. */
char *cli_timeless_log(const char *path);
void cli_must_log_the_same(const char *a, const char *b);

/* Line `at` of a log, counted from 0; NULL past the end. */
json_t *cli_log_line(const char *path, int at);

/* Line `at` must have that text under `key`, else (NULL) that number, else (0) no such key. */
void cli_must_log(const char *path, int at, const char *key, const char *text, double number);

/* The command must succeed and print that; or (NULL) not speak of changed settings. */
void cli_must_say(const char *arguments, const char *says);

/* What `vae eval --json` says of a folder's checkpoint on plain/, for the caller to release; and a
 * number in it, which must be there. */
json_t *cli_eval(const char *folder, const char *options);
double cli_number(const json_t *j, const char *key);

/* Copies the first part/parts of a file. */
void cli_truncate_copy(const char *from, const char *to, size_t part, size_t parts);

#endif
