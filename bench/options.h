/* The command line that the programs of bench/ share: --help, --list, --only REGEX, --rounds N,
 * --out FILE. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct bench_program {
    const char *name; /* "step": the program is bench-step, its file results/<machine>/step.json */
    const char *summary; /* what it measures; lines end in \n */
    bool more;           /* words that it does not know are the program's own business */
};

/* Parses the command line. After --help the process ends with status 0; where an option is unknown
 * or a value makes no sense, with one line and status 2. Returns the number of words left over,
 * argv[0] among them, which `more` allows. */
int bench_options_take(const struct bench_program *program, int argc, char **argv);

/* Whether --only selects the row, or is not given; with --list the name is printed, and false. */
bool bench_wants(const char *row);

bool bench_lists(void);
/* As given; else NULL, or 0. */
const char *bench_only(void);
const char *bench_out(void);
size_t bench_rounds(void);

/* After all rows: false, with one line, if --only has selected none. */
bool bench_selected_any(const struct bench_program *program);

#endif
