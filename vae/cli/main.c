#include "commands.h"
#include "options.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

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

/* What is closed reads as empty and takes anything: no file of ours becomes standard output. */
static void open_standard(void)
{
    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd ? O_WRONLY : O_RDONLY) < 0)
            _exit(EXIT_FAILED);
}

static int run(int argc, char **argv)
{
    static char long_help[] = "--help";
    struct vae_error e;
    if (argc < 2) return usage(stderr, EXIT_USAGE);
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help"))
        return usage(stdout, EXIT_DONE);
    for (int i = 2; i < argc; i++)
        if (!strcmp(argv[i], "-h")) argv[i] = long_help;
    for (int i = 0; i < COMMANDS; i++)
        if (!strcmp(argv[1], commands[i].name)) return commands[i].run(argc - 1, argv + 1);
    vae_fail(&e, "%s: no such command; see `vae --help`", argv[1]);
    fprintf(stderr, "vae: %s\n", e.line);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    open_standard();
    signal(SIGXFSZ, SIG_IGN); /* beyond the limit of a file's size a write fails, and is reported */
    const int status = run(argc, argv);
    if (status != EXIT_DONE || (fflush(stdout) == 0 && !ferror(stdout))) return status;
    fprintf(stderr, "vae: standard output: %s; the result is lost\n", strerror(errno));
    return EXIT_FAILED;
}
