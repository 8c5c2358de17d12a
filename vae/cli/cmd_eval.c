#include "../base/json.h"
#include "../data/dataset.h"
#include "../methods/train.h"
#include "commands.h"
#include "loaded.h"
#include "model_options.h"
#include "options.h"
#include "report.h"
#include <getopt.h>
#include <math.h>
#include <stdlib.h>

static const char help[] =
    "usage: vae eval FILE.safetensors --data PATH [options]\n\n"
    "The evidence lower bound on the test images, z sampled.\n\n"
    "  --data PATH   as in `vae train`; its test images are used, or all of a single file\n"
    "  --transpose   as in `vae train`, which does not write it down\n"
    "  --json        one JSON object instead of a line\n"
    "  --seed N      of the draws (default: the checkpoint's)\n"
    "  --threads N   default: the CPUs this process may use\n"
    "  --isa NAME    the kernels to use; results do not depend on it\n" MODEL_HELP
        MODEL_HELP_BINARIZE;

static const struct option long_options[] = {
    {"data", required_argument, NULL, 'd'},
    {"json", no_argument, NULL, 'j'},
    {"seed", required_argument, NULL, 's'},
    {"isa", required_argument, NULL, 'i'},
    {"threads", required_argument, NULL, 't'},
    {"transpose", no_argument, NULL, 'T'},
    MODEL_OPTIONS,
    MODEL_OPTION_BINARIZE,
    {"help", no_argument, NULL, 'h'},
    {0},
};

struct options {
    struct model_given given;
    struct dataset_options images;
    const char *file, *data, *isa;
    size_t threads;
    bool json, seed_given;
    uint64_t seed;
};

static bool parse(int argc, char **argv, struct options *o, struct vae_error *e)
{
    opterr = 0;
    for (int opt; (opt = getopt_long_only(argc, argv, "", long_options, NULL)) != -1;)
        switch (opt) {
        case 'd': o->data = optarg; break;
        case 'j': o->json = true; break;
        case 'T': o->images.transpose = true; break;
        case 'i': o->isa = optarg; break;
        case 't':
            if (!option_threads(optarg, &o->threads, e)) return false;
            break;
        case 's':
            o->seed_given = true;
            if (!option_u64("--seed", optarg, 0, INT64_MAX, &o->seed, e)) return false;
            break;
        case 'h': return false;
        default:
            if (!model_option(opt, argv, &o->given, e)) return false;
        }
    if (!option_argument(argc, argv, optind, "a checkpoint", &o->file, e)) return false;
    return o->data || vae_fail(e, "give --data PATH; see --help");
}

static bool print_bound(const struct options *o, const struct loaded *s, const struct vae_bound *b,
                        struct vae_error *e)
{
    const double n = (double)b->count, elbo = bound_elbo(b);
    const char *binarize = vae_binarize_names[s->run.binarize];
    if (!o->json) {
        printf(
            "test bound %.2f nats (reconstruction %.2f, KL %.2f; binarisation: %s) on %zu images\n",
            elbo, b->recon / n, b->kl / n, binarize, b->count);
        return true;
    }
    bool ok = true;
    json_t *j = json_object();
    json_put(&ok, j, "test_bound", json_number(elbo));
    json_put(&ok, j, "kl", json_number(b->kl / n));
    json_put(&ok, j, "recon", json_number(b->recon / n));
    json_put(&ok, j, "images", json_integer((json_int_t)b->count));
    json_put(&ok, j, "binarize", json_string(binarize));
    json_put(&ok, j, "samples", json_integer((json_int_t)run_points(&s->run)));
    json_put(&ok, j, "seed", json_integer((json_int_t)s->run.seed));
    char *text = json_text(ok, j, JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (!text) return vae_fail(e, "the bound as JSON: not enough memory");
    puts(text);
    free(text);
    return true;
}

static int eval(const struct options *o, struct vae_error *e)
{
    struct dataset data;
    struct loaded s;
    int status = EXIT_FAILED;
    struct pool *pool = option_pool(o->threads, e);
    if (!pool || !loaded_open(&s, o->file, &o->given, o->isa, pool, e)) {
        pool_destroy(pool);
        return EXIT_FAILED;
    }
    if (dataset_open(o->data, &o->images, &data, e)) {
        if (loaded_fits(&s, o->data, &data.test, e)) {
            struct vae_bound bound;
            const uint64_t seed = o->seed_given ? o->seed : s.run.seed;
            vae_evaluate(&s.model, &data.test, s.run.binarize, NOISE_TEST, seed, NULL, &bound);
            if (isfinite(bound_elbo(&bound))) {
                if (print_bound(o, &s, &bound, e)) status = EXIT_DONE;
            } else {
                vae_fail(e, "%s: its bound is no number; use an earlier checkpoint", o->file);
            }
        }
        dataset_free(&data);
    }
    loaded_close(&s);
    pool_destroy(pool);
    return status;
}

int cmd_eval(int argc, char **argv)
{
    struct options o = {.images = {.test_only = true}};
    struct vae_error e = {""};
    if (!parse(argc, argv, &o, &e)) {
        if (*e.line) return report_failure("eval", EXIT_USAGE, &e);
        fputs(help, stdout);
        return EXIT_DONE;
    }
    const int status = eval(&o, &e);
    return *e.line ? report_failure("eval", status, &e) : status;
}
