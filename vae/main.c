#include "commands.h"
#include "options.h"
#include <errno.h>
#include <signal.h>
#include <string.h>

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"train", "train a model, write its checkpoint, log and pictures", cmd_train},
    {"eval", "the bound of a checkpoint on a test set", cmd_eval},
    {"sample", "draw images from a checkpoint's prior", cmd_sample},
    {"manifold", "what a model of two latent dimensions has learnt, on a grid of z", cmd_manifold},
    {"reconstruct", "originals beside their reconstructions", cmd_reconstruct},
    {"kernels", "every candidate of every kernel: verified or not, how fast, which serves",
     cmd_kernels},
    {"tune", "keep the fastest verified candidate of each kernel as a profile", cmd_tune},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static int usage(FILE *to, int status)
{
    fputs("usage: vae <command> [options]\n\n"
          "Variational autoencoders on verified SIMD kernels.\n\n",
          to);
    for (int i = 0; i < COMMANDS; i++)
        fprintf(to, "  %-12s %s\n", commands[i].name, commands[i].summary);
    fputs("\n`vae <command> --help` lists a command's options. SV_ISA=NAME chooses the kernels.\n",
          to);
    return status;
}

int main(int argc, char **argv)
{
    signal(SIGXFSZ,
           SIG_IGN); /* a write beyond the limit of a file's size then fails, and is reported */
    if (argc < 2) return usage(stderr, EXIT_USAGE);
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
        return usage(stdout, EXIT_DONE);
    static char long_help[] = "--help";
    for (int i = 2; i < argc; i++)
        if (!strcmp(argv[i], "-h")) argv[i] = long_help;
    struct vae_error e;
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name)) continue;
        const int status = commands[i].run(argc - 1, argv + 1);
        if (status != EXIT_DONE || (fflush(stdout) == 0 && !ferror(stdout))) return status;
        vae_fail(&e, "standard output: %s; the result is lost", strerror(errno));
        return report_failure(argv[1], EXIT_FAILED, &e);
    }
    vae_fail(&e, "%s: no such command; see `vae --help`", argv[1]);
    fprintf(stderr, "vae: %s\n", e.line);
    return EXIT_USAGE;
}
