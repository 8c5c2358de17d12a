#include "commands.h"
#include "loaded.h"
#include "model_options.h"
#include "options.h"
#include "pictures.h"
#include <getopt.h>

static const char help[] =
    "usage: vae sample FILE.safetensors --out FILE.png [options]\n\n"
    "A grid of images: the mean of p(x|z) for z drawn from N(0, I).\n\n"
    "  --out FILE    the PNG to write\n"
    "  --across N    images in a row (default 10)\n"
    "  --down N      rows (default 10)\n"
    "  --seed N      of the draws (default: the checkpoint's)\n"
    "  --isa NAME    the kernels to use; results do not depend on it\n" MODEL_HELP;

static const struct option long_options[] = {
    {"out", required_argument, NULL, 'o'},  {"across", required_argument, NULL, 'a'},
    {"down", required_argument, NULL, 'd'}, {"seed", required_argument, NULL, 's'},
    {"isa", required_argument, NULL, 'i'},  MODEL_OPTIONS,
    {"help", no_argument, NULL, 'h'},       {0},
};

struct options {
    struct model_given given;
    const char *file, *out, *isa;
    size_t across, down;
    bool seed_given;
    uint64_t seed;
};

static bool parse(int argc, char **argv, struct options *o, struct vae_error *e)
{
    opterr = 0;
    for (int opt; (opt = getopt_long_only(argc, argv, "", long_options, NULL)) != -1;) {
        bool ok = true;
        switch (opt) {
        case 'o': o->out = optarg; break;
        case 'i': o->isa = optarg; break;
        case 'a': ok = option_size("--across", optarg, 1, 100, &o->across, e); break;
        case 'd': ok = option_size("--down", optarg, 1, 100, &o->down, e); break;
        case 's':
            o->seed_given = true;
            ok = option_u64("--seed", optarg, 0, INT64_MAX, &o->seed, e);
            break;
        case 'h': return false;
        default: ok = model_option(opt, argv, &o->given, e);
        }
        if (!ok) return false;
    }
    if (!option_argument(argc, argv, optind, "a checkpoint", &o->file, e)) return false;
    return o->out || vae_fail(e, "give --out FILE.png; see --help");
}

int cmd_sample(int argc, char **argv)
{
    struct options o = {.across = 10, .down = 10};
    struct vae_error e = {""};
    struct loaded s;
    if (!parse(argc, argv, &o, &e)) {
        if (*e.line) return report_failure("sample", EXIT_USAGE, &e);
        fputs(help, stdout);
        return EXIT_DONE;
    }
    if (!loaded_open(&s, o.file, &o.given, o.isa, NULL, &e))
        return report_failure("sample", EXIT_FAILED, &e);
    const uint64_t seed = o.seed_given ? o.seed : s.run.seed;
    const bool ok = picture_samples(&s.model, o.out, o.across, o.down, seed, &e);
    loaded_close(&s);
    return ok ? EXIT_DONE : report_failure("sample", EXIT_FAILED, &e);
}
