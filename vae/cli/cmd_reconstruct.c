#include "../data/dataset.h"
#include "commands.h"
#include "loaded.h"
#include "model_options.h"
#include "options.h"
#include "pictures.h"
#include <getopt.h>

static const char help[] =
    "usage: vae reconstruct FILE.safetensors --data PATH --out FILE.png [options]\n\n"
    "Test images, and below each the mean of p(x|z) at z = mu(x).\n\n"
    "  --data PATH   as in `vae train`; its test images are used, or all of a single file\n"
    "  --transpose   as in `vae train`, which does not write it down\n"
    "  --out FILE    the PNG to write\n"
    "  --across N    images in a row (default 10)\n"
    "  --pairs N     pairs of rows (default 5)\n"
    "  --isa NAME    the kernels to use; results do not depend on it\n" MODEL_HELP
        MODEL_HELP_BINARIZE;

static const struct option long_options[] = {
    {"data", required_argument, NULL, 'd'},
    {"out", required_argument, NULL, 'o'},
    {"across", required_argument, NULL, 'a'},
    {"pairs", required_argument, NULL, 'p'},
    {"isa", required_argument, NULL, 'i'},
    {"transpose", no_argument, NULL, 'T'},
    MODEL_OPTIONS,
    MODEL_OPTION_BINARIZE,
    {"help", no_argument, NULL, 'h'},
    {0},
};

struct options {
    struct model_given given;
    struct dataset_options images;
    const char *file, *data, *out, *isa;
    size_t across, pairs;
};

static bool parse(int argc, char **argv, struct options *o, struct vae_error *e)
{
    opterr = 0;
    for (int opt; (opt = getopt_long_only(argc, argv, "", long_options, NULL)) != -1;) {
        bool ok = true;
        switch (opt) {
        case 'd': o->data = optarg; break;
        case 'o': o->out = optarg; break;
        case 'i': o->isa = optarg; break;
        case 'T': o->images.transpose = true; break;
        case 'a': ok = option_size("--across", optarg, 1, 100, &o->across, e); break;
        case 'p': ok = option_size("--pairs", optarg, 1, 50, &o->pairs, e); break;
        case 'h': return false;
        default: ok = model_option(opt, argv, &o->given, e);
        }
        if (!ok) return false;
    }
    if (!option_argument(argc, argv, optind, "a checkpoint", &o->file, e)) return false;
    if (!o->data) return vae_fail(e, "give --data PATH; see --help");
    return o->out || vae_fail(e, "give --out FILE.png; see --help");
}

static int reconstruct(const struct options *o, struct vae_error *e)
{
    struct dataset data;
    struct loaded s;
    if (!loaded_open(&s, o->file, &o->given, o->isa, NULL, e)) return EXIT_FAILED;
    bool ok = dataset_open(o->data, &o->images, &data, e);
    if (ok) {
        ok = loaded_fits(&s, o->data, &data.test, e) &&
             picture_reconstructions(&s.model, o->out, &s.run, &data.test, o->across, o->pairs, e);
        dataset_free(&data);
    }
    loaded_close(&s);
    return ok ? EXIT_DONE : EXIT_FAILED;
}

int cmd_reconstruct(int argc, char **argv)
{
    struct options o = {.images = {.test_only = true}, .across = 10, .pairs = 5};
    struct vae_error e = {""};
    if (!parse(argc, argv, &o, &e)) {
        if (*e.line) return report_failure("reconstruct", EXIT_USAGE, &e);
        fputs(help, stdout);
        return EXIT_DONE;
    }
    const int status = reconstruct(&o, &e);
    return *e.line ? report_failure("reconstruct", status, &e) : status;
}
