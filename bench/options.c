#include "options.h"
#include "../vae/base/number.h"
#include "rounds.h"
#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct {
    const char *only, *out;
    size_t rounds;
    bool list, any;
    regex_t pattern; /* of `only` */
} given;

static void help(const struct bench_program *p)
{
    printf("usage: bench-%s [options]\n\n%s\n"
           "options:\n"
           "  --only REGEX  the rows whose names match this extended regular expression\n"
           "  --list        print the names of the rows, time none\n"
           "  --rounds N    rounds of each row: 3 ... %d (default %d)\n"
           "  --out FILE    write there, not to results/<machine>/%s.json\n"
           "  --help        print this\n\n"
           "With --only, nothing is written without --out.\n",
           p->name, p->summary, ROUNDS_MOST, ROUNDS, p->name);
}

static _Noreturn void refuse(const struct bench_program *p, const char *format, ...)
{
    va_list words;
    va_start(words, format);
    fprintf(stderr, "bench-%s: ", p->name);
    vfprintf(stderr, format, words);
    fprintf(stderr, "; see bench-%s --help\n", p->name);
    va_end(words);
    exit(2);
}

static void take_only(const struct bench_program *p, const char *value)
{
    char reason[128];
    if (given.only) regfree(&given.pattern);
    const int status = regcomp(&given.pattern, value, REG_EXTENDED | REG_NOSUB);
    if (status) {
        regerror(status, &given.pattern, reason, sizeof reason);
        refuse(p, "--only %s: %s", value, reason);
    }
    given.only = value;
}

static void take_rounds(const struct bench_program *p, const char *value)
{
    uint64_t n;
    if (!vae_number_u64(value, ROUNDS_MOST, &n) || n < 3)
        refuse(p, "--rounds %s: not a number from 3 to %d", value, ROUNDS_MOST);
    given.rounds = (size_t)n;
    rounds_set(given.rounds);
}

/* What cannot be written is better known before all is measured. */
static void take_out(const struct bench_program *p, char *value)
{
    char *copy = strdup(value);
    if (!copy || access(dirname(copy), W_OK)) refuse(p, "--out %s: %s", value, strerror(errno));
    free(copy);
    given.out = value;
}

int bench_options_take(const struct bench_program *p, int argc, char **argv)
{
    enum { HELP = 0x100, LIST, ONLY, ROUNDS_N, OUT };
    static const struct option list[] = {
        {"help", no_argument, NULL, HELP},       {"list", no_argument, NULL, LIST},
        {"only", required_argument, NULL, ONLY}, {"rounds", required_argument, NULL, ROUNDS_N},
        {"out", required_argument, NULL, OUT},   {0}};
    int left = 1;
    opterr = 0;
    while (optind < argc) {
        const int index = optind, option = getopt_long(argc, argv, "+:", list, NULL);
        switch (option) {
        case HELP: help(p); exit(0);
        case LIST: given.list = true; break;
        case ONLY: take_only(p, optarg); break;
        case ROUNDS_N: take_rounds(p, optarg); break;
        case OUT: take_out(p, optarg); break;
        case ':': refuse(p, "%s: its value is missing", argv[index]);
        default:
            if (!p->more) refuse(p, "%s: unknown", argv[index]);
            argv[left++] = argv[index];
            optind = index + 1;
        }
    }
    argv[left] = NULL;
    return left;
}

bool bench_wants(const char *row)
{
    if (given.only && regexec(&given.pattern, row, 0, NULL, 0)) return false;
    given.any = true;
    if (given.list) puts(row);
    return !given.list;
}

bool bench_lists(void) { return given.list; }
const char *bench_only(void) { return given.only; }
const char *bench_out(void) { return given.out; }
size_t bench_rounds(void) { return given.rounds; }

bool bench_selected_any(const struct bench_program *p)
{
    if (given.any || !given.only) return true;
    fprintf(stderr, "bench-%s: --only %s: no row has such a name; --list prints them\n", p->name,
            given.only);
    return false;
}
