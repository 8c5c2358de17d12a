/* vae-mpi: `vae train` by several processes. mpirun -n R vae-mpi train ... gives the checkpoint of
 * `vae train ...`, to the bit. */
#include "../reference/fnv.h"
#include "../vae/cli/commands.h"
#include "../vae/cli/options.h"
#include "../vae/cli/standard.h"
#include "../vae/cli/stop.h"
#include "../vae/methods/serve.h"
#include "../vae/settings/option_table.h"
#include "link.h"
#include "member.h"
#include <mpi.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* The options that say what is trained: not where the images are, nor how this rank computes. */
static uint64_t sum_of(const struct settings *s)
{
    uint64_t sum = FNV_START;
    for (size_t i = 0; i < s->given_count; i++) {
        const struct option_entry *o = s->given[i].option;
        if ((o->traits & OPTION_HERE) || !strcmp(o->name, "data") || !strcmp(o->name, "test"))
            continue;
        sum = fnv_text(sum, o->name);
        if (s->given[i].value) sum = fnv_text(sum, s->given[i].value);
    }
    return sum;
}

/* Another rank's signal; this rank may have had it too, and a second one would end it at once. */
static void heard(int signal)
{
    if (!*vae_stop_signal()) raise(signal);
}

static int lead(struct settings *s, struct vae_error *e)
{
    const int status = vae_cmd_train(s, e);
    vae_serve_end(s->ranks);
    return status;
}

/* All ranks have the same command line, so all fail to read it, and rank 0 says why. */
static int run(int argc, char **argv, struct vae_ranks *ranks)
{
    struct settings s;
    struct vae_error e = {""};
    int status = EXIT_USAGE;
    const bool first = ranks->rank == 0;
    if (vae_options_parse(COMMAND_train, argc, argv, &s, &e)) {
        s.ranks = ranks;
        ranks->options = sum_of(&s) + ranks->all_images;
        status = first ? lead(&s, &e) : mpi_member(&s);
    } else if (!*e.line) {
        if (first) vae_options_help(stdout, COMMAND_train);
        status = EXIT_DONE;
    }
    vae_options_free(&s);
    if (first && *e.line) fprintf(stderr, "vae-mpi train: %s\n", e.line);
    return status;
}

static int usage(bool first)
{
    if (first)
        fputs("usage: mpirun -n RANKS vae-mpi [--all-images] train OPTION...\n\n"
              "Trains as `vae train` does, whose options it takes (vae train --help), by several\n"
              "processes: each takes its share of every minibatch's rows. The files are the same,\n"
              "to the bit, for any number of ranks and threads.\n\n"
              "Each process keeps its share of the images and gets those of its rows from the "
              "others;\n"
              "with --all-images each keeps all of them.\n",
              stderr);
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    int level;
    vae_standard_open();
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &level);
    struct vae_ranks ranks = mpi_link_ranks();
    ranks.signal = vae_stop_signal();
    ranks.heard = heard;
    ranks.all_images = argc > 1 && !strcmp(argv[1], "--all-images");
    argc -= ranks.all_images;
    argv += ranks.all_images;
    const bool train = argc > 1 && !strcmp(argv[1], "train");
    const int status = train ? run(argc - 1, argv + 1, &ranks) : usage(ranks.rank == 0);
    MPI_Finalize();
    return vae_standard_close("vae-mpi", status);
}
