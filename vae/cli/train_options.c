#include "train_options.h"
#include "options.h"
#include <getopt.h>
#include <string.h>

const char train_help[] =
    "usage: vae train --data PATH --out DIR [options]\n\n"
    "  --data PATH        directory with MNIST's IDX files (plain or .gz), or those of EMNIST,\n"
    "                     QMNIST ...; DIRECTORY/SET where it holds several, as "
    "gzip/emnist-letters;\n"
    "                     one IDX image file (every tenth image is held out); or `synthetic`:\n"
    "                     digits drawn here. Pixels are integers from 0 to 255, or floats from 0 "
    "to\n"
    "                     1 or, if one is above 1, from 0 to 255\n"
    "  --transpose        rows of an image become columns: EMNIST is stored transposed\n"
    "  --out DIR          where model.safetensors, log.jsonl, samples.png, reconstructions.png go\n"
    "  --epochs N         passes over the training images (default 50)\n"
    "  --samples N        training samples instead of epochs; both count from the run's start\n"
    "  --batch N          minibatch (default 100)\n"
    "  --hidden LIST      units of the encoder's hidden layers, from x on, up to four: 500 "
    "(default),\n"
    "                     200,100, or none\n"
    "  --decoder-hidden LIST  the decoder's, from z on (default: --hidden in reverse order)\n"
    "  --activation NAME  of hidden layers: tanh (default), relu, softplus, sigmoid\n"
    "  --latent N         dimensions of z (default 20)\n"
    "  --samples-per-x L  draws of z per data point (default 1)\n"
    "  --likelihood NAME  bernoulli (default), or gaussian with mean and log-variance\n"
    "  --min-logvar X     gaussian: no log-variance counts as less (default -9: a standard "
    "deviation\n"
    "                     of three of 255 levels of grey); without a limit the likelihood of\n"
    "                     pixels that never change has none either\n"
    "  --sigma X          gaussian: this standard deviation for all pixels, none is learnt\n"
    "  --optimizer NAME   adagrad (default), adam, sgd; on the minibatch's summed loss\n"
    "  --lr X             step size (default: adagrad 0.01, adam 0.001, sgd 0.0001; gaussian:\n"
    "                     adagrad 0.003, adam 0.0005, sgd 0.000001)\n"
    "  --init-sd X        standard deviation of the first weights (default 0.01)\n"
    "  --binarize NAME    none (default), dynamic, threshold\n"
    "  --seed N           of everything random (default 1)\n"
    "  --resume FILE      go on from a checkpoint; only --epochs or --samples may be given beside\n"
    "  --log FILE         JSON lines, one per epoch (default DIR/log.jsonl)\n"
    "  --points N         report, test and save at N points in each factor of ten of samples, not\n"
    "                     after each epoch; the training bound is then that of the weights as\n"
    "                     they are, on the first 10000 training images\n"
    "  --threads N        default: the CPUs this process may use; results do not depend on it\n"
    "  --profile          where the time of the steps went: a table at the end, and in the log\n"
    "  --isa NAME         the kernels to use (default: SV_ISA, or the profile of `vae tune`, or "
    "the\n"
    "                     best); results do not depend on it\n"
    "  --quiet            no progress, no epochs\n";

/* --- options --- */

enum {
    OPT_DATA = 1,
    OPT_TRANSPOSE,
    OPT_OUT,
    OPT_EPOCHS,
    OPT_SAMPLES,
    OPT_BATCH,
    OPT_HIDDEN,
    OPT_DECODER_HIDDEN,
    OPT_ACTIVATION,
    OPT_LATENT,
    OPT_DRAWS,
    OPT_LIKELIHOOD,
    OPT_MIN_LOGVAR,
    OPT_SIGMA,
    OPT_OPTIMIZER,
    OPT_LR,
    OPT_INIT_SD,
    OPT_BINARIZE,
    OPT_SEED,
    OPT_RESUME,
    OPT_LOG,
    OPT_POINTS,
    OPT_ISA,
    OPT_THREADS,
    OPT_PROFILE,
    OPT_QUIET,
    OPT_HELP
};
static const struct option long_options[] = {
    {"data", required_argument, NULL, OPT_DATA},
    {"transpose", no_argument, NULL, OPT_TRANSPOSE},
    {"out", required_argument, NULL, OPT_OUT},
    {"epochs", required_argument, NULL, OPT_EPOCHS},
    {"samples", required_argument, NULL, OPT_SAMPLES},
    {"batch", required_argument, NULL, OPT_BATCH},
    {"hidden", required_argument, NULL, OPT_HIDDEN},
    {"decoder-hidden", required_argument, NULL, OPT_DECODER_HIDDEN},
    {"activation", required_argument, NULL, OPT_ACTIVATION},
    {"latent", required_argument, NULL, OPT_LATENT},
    {"samples-per-x", required_argument, NULL, OPT_DRAWS},
    {"likelihood", required_argument, NULL, OPT_LIKELIHOOD},
    {"min-logvar", required_argument, NULL, OPT_MIN_LOGVAR},
    {"sigma", required_argument, NULL, OPT_SIGMA},
    {"optimizer", required_argument, NULL, OPT_OPTIMIZER},
    {"lr", required_argument, NULL, OPT_LR},
    {"init-sd", required_argument, NULL, OPT_INIT_SD},
    {"binarize", required_argument, NULL, OPT_BINARIZE},
    {"seed", required_argument, NULL, OPT_SEED},
    {"resume", required_argument, NULL, OPT_RESUME},
    {"log", required_argument, NULL, OPT_LOG},
    {"points", required_argument, NULL, OPT_POINTS},
    {"isa", required_argument, NULL, OPT_ISA},
    {"threads", required_argument, NULL, OPT_THREADS},
    {"profile", no_argument, NULL, OPT_PROFILE},
    {"quiet", no_argument, NULL, OPT_QUIET},
    {"help", no_argument, NULL, OPT_HELP},
    {0},
};

static bool both_variances(struct vae_error *e)
{
    return vae_fail(e, "give --min-logvar or --sigma, not both: a fixed variance needs no limit");
}

/* An option of the model or the run: fixed by the checkpoint under --resume. */
static bool run_option(int opt, const char *text, struct vae_run *r, struct vae_error *e)
{
    unsigned choice = 0;
    bool ok = true;
    switch (opt) {
    case OPT_BATCH: return option_size("--batch", text, 1, VAE_MAX_BATCH, &r->batch, e);
    case OPT_HIDDEN: return option_widths("--hidden", text, &r->shape.enc, e);
    case OPT_DECODER_HIDDEN: return option_widths("--decoder-hidden", text, &r->shape.dec, e);
    case OPT_ACTIVATION:
        ok = option_choice("--activation", text, vae_activation_names, &choice, e);
        r->shape.activation = (enum vae_activation)choice;
        return ok;
    case OPT_LATENT: return option_size("--latent", text, 1, VAE_MAX_LATENT, &r->shape.latent, e);
    case OPT_DRAWS: return option_size("--samples-per-x", text, 1, VAE_MAX_SAMPLES, &r->samples, e);
    case OPT_LR: return option_positive("--lr", text, &r->lr, e);
    case OPT_INIT_SD: return option_positive("--init-sd", text, &r->init_sd, e);
    case OPT_SEED: return option_u64("--seed", text, 0, INT64_MAX, &r->seed, e);
    case OPT_LIKELIHOOD:
        ok = option_choice("--likelihood", text, vae_likelihood_names, &choice, e);
        r->shape.likelihood = (enum vae_likelihood)choice;
        return ok;
    case OPT_MIN_LOGVAR:
        if (r->shape.variance == VARIANCE_FIXED) return both_variances(e);
        r->shape.variance = VARIANCE_LIMITED;
        return option_number("--min-logvar", text, VAE_LEAST_LOGVAR, VAE_MOST_LOGVAR,
                             &r->shape.variance_at, e);
    case OPT_SIGMA:
        if (r->shape.variance == VARIANCE_LIMITED) return both_variances(e);
        r->shape.variance = VARIANCE_FIXED;
        return option_number("--sigma", text, VAE_LEAST_SIGMA, VAE_MOST_SIGMA,
                             &r->shape.variance_at, e);
    case OPT_OPTIMIZER:
        ok = option_choice("--optimizer", text, vae_optimizer_names, &choice, e);
        r->optimizer = (enum vae_optimizer)choice;
        return ok;
    default:
        ok = option_choice("--binarize", text, vae_binarize_names, &choice, e);
        r->binarize = (enum vae_binarize)choice;
        return ok;
    }
}

static bool parse_one(int opt, char **argv, struct train_options *o, struct vae_error *e)
{
    switch (opt) {
    case OPT_DATA: o->data = optarg; return true;
    case OPT_TRANSPOSE: return o->transpose = true;
    case OPT_OUT: o->out = optarg; return true;
    case OPT_LOG: o->log = optarg; return true;
    case OPT_RESUME: o->resume = optarg; return true;
    case OPT_ISA: o->isa = optarg; return true;
    case OPT_QUIET: return o->quiet = true;
    case OPT_PROFILE: return o->profile = true;
    case OPT_POINTS: return option_size("--points", optarg, 1, 1000, &o->points, e);
    case OPT_THREADS: return option_threads(optarg, &o->threads, e);
    case OPT_EPOCHS: return option_u64("--epochs", optarg, 1, 1000000, &o->epochs, e);
    case OPT_SAMPLES: return option_u64("--samples", optarg, 1, UINT64_C(1) << 40, &o->samples, e);
    case '?': return option_unknown(argv, optind, e);
    default: o->model_given = true; return run_option(opt, optarg, &o->run, e);
    }
}

/* An option given twice counts as its last. */
static void keep(struct train_options *o, const struct option *option, const char *value)
{
    size_t i = 0;
    while (i < o->kept_count && strcmp(o->kept[i].name, option->name)) i++;
    if (i == TRAIN_KEPT) return;
    o->kept[i].name = option->name;
    o->kept[i].value = value;
    if (i == o->kept_count) o->kept_count++;
}

/* What the checkpoint holds is left out, and what is given anew. */
static bool is_kept(int opt)
{
    switch (opt) {
    case OPT_DATA:
    case OPT_TRANSPOSE:
    case OPT_OUT:
    case OPT_LOG:
    case OPT_POINTS:
    case OPT_ISA:
    case OPT_THREADS:
    case OPT_PROFILE:
    case OPT_QUIET: return true;
    default: return false;
    }
}

void train_options_print(FILE *to, const struct train_options *o)
{
    for (size_t i = 0; i < o->kept_count; i++) {
        fprintf(to, " --%s", o->kept[i].name);
        if (!o->kept[i].value) continue;
        putc(' ', to);
        option_print_quoted(to, o->kept[i].value);
    }
}

/* What depends on other options. */
static bool fill_defaults(struct vae_run *r, struct vae_error *e)
{
    struct vae_shape *s = &r->shape;
    if (s->likelihood != VAE_GAUSSIAN && s->variance != VARIANCE_FREE)
        return vae_fail(e, "--min-logvar and --sigma are for --likelihood gaussian");
    if (s->likelihood == VAE_GAUSSIAN && s->variance == VARIANCE_FREE) {
        s->variance = VARIANCE_LIMITED;
        s->variance_at = VAE_DEFAULT_MIN_LOGVAR;
    }
    if (r->lr == 0) r->lr = run_default_lr(s->likelihood, r->optimizer);
    return true;
}

bool train_options_parse(int argc, char **argv, struct train_options *o, struct vae_error *e)
{
    *o = (struct train_options){.run = run_default()};
    opterr = 0;
    for (int opt, at; (opt = getopt_long_only(argc, argv, "", long_options, &at)) != -1;) {
        if (opt == OPT_HELP) return false;
        if (!parse_one(opt, argv, o, e)) return false;
        if (opt == OPT_DECODER_HIDDEN) o->decoder_given = true;
        if (is_kept(opt)) keep(o, &long_options[at], optarg);
    }
    if (!option_argument(argc, argv, optind, NULL, NULL, e)) return false;
    if (!o->data) return vae_fail(e, "give --data PATH, or --data synthetic; see --help");
    if (!o->out) return vae_fail(e, "give --out DIR; see --help");
    if (o->epochs && o->samples) return vae_fail(e, "give --epochs or --samples, not both");
    if (o->resume && o->model_given)
        return vae_fail(e, "--resume takes all settings from the checkpoint; leave the others out");
    if (!o->decoder_given) o->run.shape.dec = vae_widths_mirrored(&o->run.shape.enc);
    return fill_defaults(&o->run, e);
}
