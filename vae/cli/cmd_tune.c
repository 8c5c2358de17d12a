/* vae tune: verifies and times every candidate of every kernel, keeps the fastest as a profile. */
#include "../base/replace_file.h"
#include "../base/text.h"
#include "../tuning/profile.h"
#include "../tuning/survey.h"
#include "commands.h"
#include "options.h"
#include <getopt.h>
#include <unistd.h>

static const char help[] =
    "usage: vae tune\n\n"
    "Verifies every candidate of every kernel that this machine runs, times those that passed on\n"
    "small, medium and large shapes, and keeps the fastest of each in a profile for this CPU and\n"
    "this build, in $XDG_CACHE_HOME/vae or ~/.cache/vae. The other commands use it where neither\n"
    "--isa nor SV_ISA is given; their results do not depend on it. Takes less than a minute; the\n"
    "machine should be idle. Exit status 1 if a candidate fails; it is not used.\n";

static const struct option long_options[] = {{"help", no_argument, NULL, 'h'}, {0}};

static void print_pick(const struct candidates *c, const struct pick *p)
{
    printf("%-18s", "fastest");
    for (int cls = 0; cls < SV_CLASSES; cls++) printf("  %-20s", sv_class_names[cls]);
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++) {
        printf("\n%-18s", sv_kernel_names[id]);
        for (int cls = 0; cls < SV_CLASSES; cls++) {
            const struct sv_kernels *t = c->table[p->candidate[id][cls]];
            char name[64];
            snprintf(name, sizeof name, "%s %s", t->isa, t->variant);
            printf("  %-20s", name);
        }
    }
    printf("\n");
}

static int tune(struct vae_error *e)
{
    static struct survey s;
    char dir[PROFILE_PATH], path[PROFILE_PATH];
    struct candidates c;
    struct machine m;
    struct pick p;
    machine_this(&m);
    candidates_of_build(&c);
    if (!profile_path(&m, dir, path, e) || !make_directory(dir, e)) return EXIT_FAILED;
    s.candidates = &c;
    s.log = stderr;
    s.show = isatty(STDERR_FILENO);
    s.last = SV_KERNEL_COUNT;
    const size_t failed = survey_verify(&s);
    survey_name_failed(&s, stderr);
    survey_time(&s);
    if (!survey_pick(&s, &p, e) || !profile_write(path, &m, &c, &p, e)) return EXIT_FAILED;
    print_pick(&c, &p);
    printf("wrote %s\n", text_shown(path).s);
    return failed ? EXIT_FAILED : EXIT_DONE;
}

int cmd_tune(int argc, char **argv)
{
    struct vae_error e = {""};
    opterr = 0;
    const int opt = getopt_long_only(argc, argv, "", long_options, NULL);
    if (opt == 'h') {
        fputs(help, stdout);
        return EXIT_DONE;
    }
    if (opt != -1) {
        option_unknown(argv, optind, &e);
        return report_failure("tune", EXIT_USAGE, &e);
    }
    if (!option_argument(argc, argv, optind, NULL, NULL, &e))
        return report_failure("tune", EXIT_USAGE, &e);
    const int status = tune(&e);
    return *e.line ? report_failure("tune", status, &e) : status;
}
