#include "commands.h"
#include "loaded.h"
#include "model_options.h"
#include "options.h"
#include "pictures.h"
#include <getopt.h>

static const char help[] =
    "usage: vae manifold FILE.safetensors --out FILE.png [options]\n\n"
    "What a model of two latent dimensions has learnt, as in Figure 4 of AEVB: the mean of p(x|z)\n"
    "for z on a square grid of equal probability under the prior.\n\n"
    "  --out FILE    the PNG to write\n"
    "  --side N      images along a side (default 20)\n"
    "  --isa NAME    the kernels to use; results do not depend on it\n" MODEL_HELP;

static const struct option long_options[] = {
    {"out", required_argument, NULL, 'o'}, {"side", required_argument, NULL, 's'},
    {"isa", required_argument, NULL, 'i'}, MODEL_OPTIONS,
    {"help", no_argument, NULL, 'h'},      {0},
};

struct options {
    struct model_given given;
    const char *file, *out, *isa;
    size_t side;
};

static bool parse(int argc, char **argv, struct options *o, struct vae_error *e)
{
    opterr = 0;
    for (int opt; (opt = getopt_long_only(argc, argv, "", long_options, NULL)) != -1;) {
        bool ok = true;
        switch (opt) {
        case 'o': o->out = optarg; break;
        case 'i': o->isa = optarg; break;
        case 's': ok = option_size("--side", optarg, 1, 100, &o->side, e); break;
        case 'h': return false;
        default: ok = model_option(opt, argv, &o->given, e);
        }
        if (!ok) return false;
    }
    if (!option_argument(argc, argv, optind, "a checkpoint", &o->file, e)) return false;
    return o->out || vae_fail(e, "give --out FILE.png; see --help");
}

int cmd_manifold(int argc, char **argv)
{
    struct options o = {.side = 20};
    struct vae_error e = {""};
    struct loaded s;
    if (!parse(argc, argv, &o, &e)) {
        if (*e.line) return report_failure("manifold", EXIT_USAGE, &e);
        fputs(help, stdout);
        return EXIT_DONE;
    }
    if (!loaded_open(&s, o.file, &o.given, o.isa, NULL, &e))
        return report_failure("manifold", EXIT_FAILED, &e);
    const size_t latent = s.model.shape.latent;
    const bool ok = latent == 2
                        ? picture_manifold(&s.model, o.out, o.side, &e)
                        : vae_fail(&e, "%s: has %zu latent dimensions; train one with --latent 2",
                                   o.file, latent);
    loaded_close(&s);
    return ok ? EXIT_DONE : report_failure("manifold", EXIT_FAILED, &e);
}
