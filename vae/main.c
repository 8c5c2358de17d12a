#include "commands.h"
#include "options.h"
#include <string.h>

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"train", "train a model, write its checkpoint, log and pictures", cmd_train},
    {"eval", "the bound of a checkpoint on a test set", cmd_eval},
    {"sample", "draw images from a checkpoint's prior", cmd_sample},
    {"reconstruct", "originals beside their reconstructions", cmd_reconstruct},
    {"kernels", "every kernel on every ISA: verified or not, which one serves", cmd_kernels},
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
    if (argc < 2) return usage(stderr, EXIT_USAGE);
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
        return usage(stdout, EXIT_DONE);
    for (int i = 0; i < COMMANDS; i++)
        if (!strcmp(argv[1], commands[i].name)) return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "vae %s: no such command; see `vae --help`\n", argv[1]);
    return EXIT_USAGE;
}
