/* vae kernels: runs the equivalence check on every kernel of every ISA this machine has. */
#include "../tests/harness/verify.h"
#include "commands.h"
#include "options.h"
#include <getopt.h>
#include <unistd.h>

static const char help[] =
    "usage: vae kernels [--isa NAME]\n\n"
    "Verifies every kernel of every instruction set this machine runs, against a double-precision\n"
    "reference within the documented bound and against the generic kernels bit for bit, and shows\n"
    "which one serves. Exit status 1 if any fails.\n\n"
    "  --isa NAME    the choice to show (default: SV_ISA, or the best)\n";

static const struct option long_options[] = {
    {"isa", required_argument, NULL, 'i'}, {"help", no_argument, NULL, 'h'}, {0}};

/* One cell of the table; returns whether the kernel held. */
static bool verify_cell(size_t id, size_t isa)
{
    struct sv_kernels k;
    if (!sv_isa_supported(isa) || sv_dispatch(sv_isa_name(isa), &k) != SV_OK) {
        printf("  %-10s", "no CPU");
        return true;
    }
    const struct verify_options options = {
        .quick = true, .compare_bits = true, .seed = verify_seed(), .log = stderr};
    const struct verdict v = verify_kernel_forked(id, &k, &options);
    const bool ok = v.failures == 0 && v.calls > 0;
    printf("  %-10s", ok ? "verified" : "FAILED");
    fflush(stdout);
    return ok;
}

static int table(const struct sv_kernels *chosen)
{
    bool ok = true;
    printf("%-18s", "kernel");
    for (size_t i = 0; sv_isa_name(i); i++) printf("  %-10s", sv_isa_name(i));
    printf("  serves\n");
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++) {
        if (isatty(STDERR_FILENO)) fprintf(stderr, "\rverifying %s\033[K\r", sv_kernel_names[id]);
        printf("%-18s", sv_kernel_names[id]);
        for (size_t i = 0; sv_isa_name(i); i++) ok = verify_cell(id, i) && ok;
        printf("  %s\n", sv_serving(chosen, id)->isa);
    }
    return ok ? EXIT_DONE : EXIT_FAILED;
}

int cmd_kernels(int argc, char **argv)
{
    struct vae_error e = {""};
    struct sv_choice chosen;
    const char *isa = NULL;
    opterr = 0;
    for (int opt; (opt = getopt_long_only(argc, argv, "", long_options, NULL)) != -1;)
        switch (opt) {
        case 'i': isa = optarg; break;
        case 'h': fputs(help, stdout); return EXIT_DONE;
        default: option_unknown(argv, optind, &e); return report_failure("kernels", EXIT_USAGE, &e);
        }
    if (!option_argument(argc, argv, optind, NULL, NULL, &e))
        return report_failure("kernels", EXIT_USAGE, &e);
    if (!option_kernels(isa, &chosen, &e)) return report_failure("kernels", EXIT_FAILED, &e);
    return table(&chosen.by_class[SV_MEDIUM]);
}
