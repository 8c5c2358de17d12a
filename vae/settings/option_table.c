#include "option_table.h"
#include "../base/pool.h"
#include "../methods/importance.h"
#include "../methods/local.h"
#include "option_applies.h"
#include "option_values.h"
#include <stddef.h>

#define COMMAND(name, argument, summary, about) ON_##name = 1 << COMMAND_##name,
enum {
#include "commands.def"
    ON_RESTORE = ON_inpaint | ON_denoise,
    ON_SPLIT = ON_eval | ON_encode | ON_interpolate | ON_RESTORE | ON_plot,
    ON_IMAGES = ON_SPLIT | ON_reconstruct,
    ON_LONG = ON_train | ON_eval | ON_encode | ON_decode | ON_sample | ON_kernels | ON_tune |
              ON_RESTORE | ON_plot,
    ON_MODEL = ON_IMAGES | ON_sample | ON_manifold | ON_decode
};
#undef COMMAND

enum {
    NEEDED = OPTION_NEEDED,
    AGAIN = OPTION_AGAIN,
    FIXED = OPTION_FIXED,
    ANEW = OPTION_ANEW,
    HERE = OPTION_HERE
};

/* What kind of value it has, and where that goes. */
#define AT(field)                .at = offsetof(struct settings, field)
#define TEXT(field)              .kind = &vae_option_text, AT(field)
#define FLAG(field)              .kind = &vae_option_flag, AT(field)
#define U64(field, first, last)  .kind = &vae_option_u64, AT(field), .least = first, .most = last
#define SIZE(field, first, last) .kind = &vae_option_size, AT(field), .least = first, .most = last
#define POSITIVE(field)          .kind = &vae_option_positive, AT(field)
#define OPTIM(which)             .kind = &vae_option_optim, .at = which, IF(optim)
#define WIDTHS(field)            .kind = &vae_option_widths, AT(field)
#define CHOICE(field, list)      .kind = &vae_option_choice, AT(field), .names = list
#define NAME(field, list)        .kind = &vae_option_name, AT(field), .names = list
#define IF(condition)            .applies = vae_option_if_##condition
#define HEADING(on, text)        .commands = on, .help = text

/* In the order of the help. */
const struct option_entry vae_option_table[] = {
    {"data", "PATH|synthetic", ON_train, NEEDED | AGAIN,
     "directory with MNIST's IDX files (plain or .gz), or those of EMNIST, QMNIST ...; "
     "DIRECTORY/SET where it holds several, as gzip/emnist-letters; one IDX, .npy or .csv file, "
     "or a folder of PNG pictures of one size (one image in ten is held out, unless there are "
     "folders train and test); an archive FILE.npz or FILE.npz:ARRAY; or `synthetic`: digits "
     "drawn here. Pixels are integers from 0 to 255, or floats from 0 to 1 or, if one is above 1, "
     "from 0 to 255",
     TEXT(data)},
    {"data", "PATH|synthetic", ON_IMAGES ^ ON_plot, NEEDED,
     "as in `vae train`; its test images are used, or all of a single file", TEXT(data)},
    {"data", "PATH|synthetic", ON_plot, 0, "of a checkpoint: the images, as in `vae eval`",
     TEXT(data)},
    {"test", "PATH", ON_train | ON_IMAGES | ON_data, AGAIN,
     "the test images, anything that --data takes: its test set, or all of it; none of --data is "
     "held out then",
     TEXT(images.test)},
    {"transpose", NULL, ON_train | ON_IMAGES | ON_data, AGAIN,
     "rows of an image become columns: EMNIST is stored transposed; a checkpoint does not say so",
     FLAG(images.transpose)},
    {"resize", "WxH", ON_train | ON_IMAGES | ON_data, AGAIN,
     "make all images W pixels wide and H high, by the mean of the area under each new pixel; "
     "width and height are scaled apart, proportions are not kept; a checkpoint does not say so",
     .kind = &vae_option_resize},
    {"channels", "NAME", ON_train | ON_data, AGAIN,
     "gray (default); or rgb: pictures, arrays and IDX files of three channels train in colour, "
     "with a gaussian decoder",
     CHOICE(images.wanted.channels, vae_channels_names)},
    {"out", "DIR", ON_train, NEEDED | AGAIN | HERE,
     "where model.safetensors, config.json, log.jsonl, samples.png, reconstructions.png go",
     TEXT(out)},
    {"out", "FILE.png|FILE.npy|FILE.csv", ON_sample, NEEDED,
     "the picture to write, or an array of images x rows x columns, or a table with a row for "
     "each image",
     TEXT(out)},
    {"count", "N", ON_sample, 0, "of an array: images (default: --across times --down)",
     SIZE(count, 1, UINT32_MAX)},
    {"temperature", "T", ON_sample, 0,
     "z is drawn from N(0, T^2 I) (default 1): below 1 images are more typical, and less varied",
     POSITIVE(temperature)},
    {"out", "FILE.png", ON_manifold | ON_reconstruct | ON_interpolate, NEEDED, "the PNG to write",
     TEXT(out)},
    {"out", "FILE.svg|FILE.png", ON_plot, NEEDED, "the picture to write",
     .kind = &vae_option_drawing_file, AT(out)},
    {"kind", "NAME", ON_plot, 0,
     "curves (default, of logs), kl (default, of a checkpoint) or scatter: the codes",
     CHOICE(plot, vae_plot_names)},
    {"labels", "FILE", ON_plot, 0,
     "scatter: colours by labels, IDX or .npy, one for each image of the split (default: those "
     "that `vae data` finds)",
     TEXT(labels)},
    {"out", "DIR", ON_data, 0,
     "write the images as PNG pictures into a new folder, DIR/train and DIR/test", TEXT(out)},
    {"first", "N", ON_data, 0, "the first N images of each alone (default: all)",
     SIZE(first, 1, UINT32_MAX)},
    {"codes", "FILE.npy|FILE.csv", ON_decode, NEEDED,
     "a table with a row for each image and a column for each dimension of z",
     .kind = &vae_option_table_file, AT(codes_file)},
    {"out", "FILE.npy|FILE.csv", ON_encode, NEEDED,
     "the table to write, of doubles: a row for each image", .kind = &vae_option_table_file,
     AT(out)},
    {"out", "FILE.npy|FILE.csv|FILE.png", ON_decode, NEEDED,
     "an array of images x rows x columns, a table with a row for each image, or a picture",
     TEXT(out)},
    {"mask", "NAME|FILE", ON_inpaint, NEEDED,
     "the missing pixels: left, right, top or bottom, that half; random:P, each with probability "
     "P; or a file, .png, .npy or IDX, with one mask for all images or one for each: 0 is seen, 1 "
     "(255 in bytes) is missing",
     TEXT(mask)},
    {"flip", "P", ON_denoise, 0,
     "of a Bernoulli decoder: each pixel x was given as 1 - x with probability P, below 0.5 (salt "
     "and pepper); grey pixels count as probabilities",
     .kind = &vae_option_flip, AT(flip)},
    {"noise-sd", "S", ON_denoise, 0,
     "of a Gaussian decoder: noise from N(0, S^2) was added to each pixel",
     .kind = &vae_option_noise_sd, AT(noise_sd)},
    {"corrupt", NULL, ON_denoise, 0,
     "the images of --data are clean: put that noise on them, and print the error before and after",
     FLAG(corrupt)},
    {"corrupt", NULL, ON_inpaint, 0,
     "the images of --data are whole: print the error of the missing pixels before, when all are "
     "0.5, and after",
     FLAG(corrupt)},
    {"out", "FILE.png|FILE.npy|FILE.csv", ON_RESTORE, NEEDED,
     "a picture of the first --across images, or --first: with --corrupt a row of originals, then "
     "what was given, then what was restored; or the restored images as an array of images x rows "
     "x columns, or a table with a row for each",
     TEXT(out)},
    {"steps", "N", ON_RESTORE, 0, "moves of each image's chain (default 100)",
     SIZE(moves, 1, RESTORE_MOST_STEPS)},
    {"result", "NAME", ON_RESTORE, 0,
     "mean (default): of E[x | z] over the second half of the chain, the answer of least squared "
     "error; draw: the last x of the chain, one of the images that could be",
     CHOICE(result, vae_restored_names)},
    {"codes", "NAME", ON_encode, 0,
     "mean (default): mu; posterior: mu, then log sigma^2; draw: a z from q(z|x)",
     CHOICE(codes, vae_codes_names)},
    {"log", "FILE", ON_train, AGAIN | HERE, "JSON lines, one per epoch (default DIR/log.jsonl)",
     TEXT(log)},

    {HEADING(ON_train, "How long:")},
    {"epochs", "N", ON_train, 0, "passes over the training images (default 50)",
     U64(epochs, 1, 1000000), IF(length)},
    {"samples", "N", ON_train, 0,
     "training samples instead of epochs; both count from the run's start",
     U64(samples, 1, UINT64_C(1) << 40), IF(length)},
    {"resume", "FILE", ON_train, HERE,
     "go on from a checkpoint, which holds the settings of model and optimiser; another step size "
     "or schedule, settings of the optimiser, and --data with other images of the same size may "
     "be given, to fine-tune it",
     TEXT(resume)},
    {"config", "FILE.json", ON_train, HERE,
     "options as members of a JSON object, as {\"latent\": 20, \"hidden\": [200, 100], "
     "\"transpose\": true}; those of the command line win over them. A run writes its own to "
     "DIR/config.json, which repeats it, to the same bits",
     TEXT(config_file)},
    {"points", "N", ON_train, AGAIN,
     "report, test and save at N points in each factor of ten of samples, not after each epoch; "
     "the training bound is then that of the weights as they are, on the first 10000 training "
     "images",
     SIZE(points, 1, 1000)},

    {"train-images", "N", ON_train, FIXED,
     "train on the first N training images alone (default: all)",
     U64(run.first_images, 1, UINT32_MAX)},
    {"validation", "N", ON_train, FIXED,
     "hold out the last N training images in the order of the file: never trained on, their bound "
     "is logged, and model-best.safetensors is the checkpoint of the report where it was best "
     "(default 0)",
     U64(run.validation.images, 0, UINT32_MAX)},
    {"early-stop", "N", ON_train, ANEW,
     "stop after N reports in a row without a gain of the validation bound (default 0: never)",
     U64(run.validation.patience, 0, VALIDATION_MOST_PATIENCE)},

    {HEADING(ON_train, "The model:")},
    {"hidden", "LIST", ON_train, FIXED,
     "units of the encoder's hidden layers, from x on, at most four: 500 (default), 200,100, or "
     "none",
     WIDTHS(run.shape.enc)},
    {"decoder-hidden", "LIST", ON_train, FIXED,
     "those of the decoder, from z on (default: --hidden in reverse order)", WIDTHS(run.shape.dec)},
    {"activation", "NAME", ON_train, FIXED,
     "of all hidden layers: tanh (default), relu, softplus, sigmoid",
     CHOICE(run.shape.activation, vae_activation_names)},
    {"latent", "N", ON_train, FIXED, "dimensions of z (default 20)",
     SIZE(run.shape.latent, 1, VAE_MAX_LATENT)},
    {"posterior", "NAME", ON_train, FIXED,
     "q(z|x) = mu + sigma eps with eps gaussian (default), laplace or logistic",
     CHOICE(run.shape.posterior, vae_posterior_names)},
    {"samples-per-x", "L", ON_train, FIXED, "draws of z per data point (default 1)",
     SIZE(run.samples, 1, VAE_MAX_SAMPLES)},
    {"likelihood", "NAME", ON_train, FIXED,
     "bernoulli (default), or gaussian with mean and log-variance",
     CHOICE(run.shape.likelihood, vae_likelihood_names)},
    {"min-logvar", "X", ON_train, FIXED,
     "gaussian: no log-variance counts as less (default -9: a standard deviation of three of 255 "
     "levels of grey); without a limit the likelihood of pixels that never change has none either",
     .kind = &vae_option_min_logvar, IF(variance)},
    {"sigma", "X", ON_train, FIXED,
     "gaussian: this standard deviation for all pixels, none is learnt", .kind = &vae_option_sigma,
     IF(variance)},
    {"noise", "NAME", ON_train, FIXED,
     "gaussian: the log-variance comes from a head of the decoder (head, the default), is one "
     "number for each pixel, whatever z (per-pixel), or that and a uniform density on [0, 1] in a "
     "mixture, with a share for each pixel (mixture)",
     CHOICE(run.shape.density, vae_density_names)},
    {"init", "NAME", ON_train, FIXED,
     "first weights: normal (default), or glorot: uniform within sqrt(6 / (fan-in + fan-out)) of 0",
     CHOICE(run.init, vae_init_names)},
    {"init-sd", "X", ON_train, FIXED,
     "normal: standard deviation of the first weights (default 0.01)", POSITIVE(run.init_sd),
     IF(normal)},
    {"init-bias", "NAME", ON_train, FIXED,
     "first biases of the decoder's output: zero (default), or data: the logit of each pixel's "
     "mean over the training images, clipped to [0.001, 0.999]",
     CHOICE(run.init_bias, vae_init_bias_names)},
    {"binarize", "NAME", ON_train, FIXED,
     "of the pixels: none (default); dynamic: drawn anew in each step; threshold; fixed: drawn "
     "once by --seed, so that all epochs and evaluations have the same images",
     CHOICE(run.binarize, vae_binarize_names)},
    {"seed", "N", ON_train, FIXED, "of everything random (default 1)", U64(run.seed, 0, INT64_MAX)},

    {HEADING(ON_train, "The objective; bounds are the ELBO whatever it is:")},
    {"method", "NAME", ON_train, FIXED,
     "aevb (default) ascends the ELBO; wake-sleep trains the decoder on z of the encoder, and the "
     "encoder on images of the decoder; mcem keeps a Markov chain of each image's z and trains "
     "the decoder on them: its training bound is log p(x, z) of the chains, its test bound that "
     "of an encoder never trained; see `vae eval --hmc`; full-vb has a posterior over the "
     "decoder's weights too",
     CHOICE(run.method, vae_method_names)},
    {"leapfrog", "N", ON_train, FIXED,
     "mcem: steps of the chains' move in a cycle, which is one step of training on all images "
     "(default 10)",
     SIZE(run.cycle.leapfrogs, 1, CYCLE_MOST), IF(chains)},
    {"m-steps", "N", ON_train, FIXED,
     "mcem: steps of the optimiser in a cycle, which counts as one epoch for each of both and is "
     "never divided (default 5)",
     SIZE(run.cycle.updates, 1, CYCLE_MOST), IF(chains)},
    {"estimator", "NAME", ON_train, FIXED,
     "of the ELBO: b (default) has the KL in closed form, a samples it; or iwae: the bound of "
     "importance-weighted autoencoders, with as many weights as --samples-per-x",
     CHOICE(run.estimator, vae_estimator_names)},
    {"kl-weight", "X", ON_train, ANEW,
     "what the KL divergence counts in it (default 1: the ELBO; a beta-VAE has another)",
     .kind = &vae_option_kl_weight, IF(kl)},
    {"kl-warmup", "N", ON_train, ANEW,
     "that weight grows evenly over the first N minibatches (default 0); given with --resume, "
     "over the next N",
     U64(run.kl.warmup, 0, SCHEDULE_MOST_WARMUP), IF(kl)},

    {HEADING(ON_train, "The optimiser:")},
    {"optimizer", "NAME", ON_train, FIXED,
     "adagrad (default), adam, sgd; on the minibatch's summed loss",
     CHOICE(run.optimizer, vae_optimizer_names)},
    {"batch", "N", ON_train, FIXED, "minibatch (default 100)", SIZE(run.batch, 1, VAE_MAX_BATCH)},
    {"lr", "X", ON_train, ANEW,
     "step size (default: adagrad 0.01, adam 0.001, sgd 0.0001; gaussian: adagrad 0.003, adam "
     "0.0005, sgd 0.000001)",
     POSITIVE(run.lr), IF(step_size)},
    {"lr-stages", "E:X,...", ON_train, ANEW,
     "step size X from the beginning of epoch E on, counted from 1, as 1:1e-3,10:3e-4; before the "
     "first stage --lr",
     .kind = &vae_option_lr_stages},
    {"warmup", "N", ON_train, ANEW,
     "the step size grows evenly over the first N minibatches (default 0); given with --resume, "
     "over the next N",
     U64(run.schedule.warmup, 0, SCHEDULE_MOST_WARMUP)},
    {"beta1", "X", ON_train, ANEW, "adam: decay rate of the average of gradients (default 0.9)",
     OPTIM(OPTIM_BETA1)},
    {"beta2", "X", ON_train, ANEW, "adam: that of their squares (default 0.999)",
     OPTIM(OPTIM_BETA2)},
    {"epsilon", "X", ON_train, ANEW,
     "adam, adagrad: added to the root a step is divided by (default: adam 1e-8, adagrad 1e-10)",
     OPTIM(OPTIM_EPSILON)},
    {"epsilon-place", "NAME", ON_train, ANEW,
     "adam: corrected (default): epsilon is added to the root of the average after its "
     "correction; raw: to that of the average itself, as in IWAE's code",
     CHOICE(run.optim.epsilon_place, vae_epsilon_places), IF(epsilon_place)},
    {"second-moment", "X", ON_train, FIXED,
     "adam: first value of the average of squares (default 0; 1 in IWAE's code)",
     OPTIM(OPTIM_SECOND_MOMENT)},
    {"weight-decay", "X", ON_train, ANEW,
     "precision of the prior on all parameters (default 1: N(0, 1)): of N training images, each "
     "adds X / N times a parameter to its gradient; 0 for none",
     OPTIM(OPTIM_DECAY)},

    {HEADING(ON_train, "The machine:")},
    {"across", "N", ON_sample | ON_reconstruct | ON_decode | ON_RESTORE, 0,
     "images in a row (default 10)", SIZE(across, 1, 100)},
    {"down", "N", ON_sample, 0, "rows (default 10)", SIZE(down, 1, 100)},
    {"pairs", "N", ON_reconstruct, 0, "pairs of rows (default 5)", SIZE(pairs, 1, 50)},
    {"from", "I", ON_interpolate, 0, "the first image, counted from 0 (default: at random)",
     SIZE(from, 0, UINT32_MAX)},
    {"to", "I", ON_interpolate, 0, "the last image (default: at random)", SIZE(to, 0, UINT32_MAX)},
    {"pairs", "N", ON_interpolate, 0, "strips between images drawn at random (default 5)",
     SIZE(pairs, 1, 50)},
    {"steps", "N", ON_interpolate, 0, "decoded pictures in a strip (default 8)",
     SIZE(steps, 1, 98)},
    {"path", "NAME", ON_interpolate, 0,
     "linear (default), or spherical: along an arc, which keeps z as long as draws from the prior "
     "are",
     CHOICE(path, vae_path_names)},
    {"side", "N", ON_manifold, 0, "images along a side (default 20)", SIZE(side, 1, 100)},
    {"split", "NAME", ON_SPLIT, 0,
     "test (default); train: the images that `vae train` trains on; validation: those it held out",
     CHOICE(split, vae_split_names)},
    {"first", "N", ON_SPLIT, 0, "the first N images alone (default: all)",
     SIZE(first, 1, UINT32_MAX)},
    {"importance-samples", "K", ON_eval, 0,
     "log p(x) too, by importance sampling with K draws of z per image; standard error of its "
     "mean over the images, and effective sample size",
     SIZE(draws, 1, VAE_MAX_DRAWS)},
    {"local-steps", "N", ON_eval, 0,
     "the bound too with a posterior of each image's own, after N steps of Adam from the "
     "encoder's (some 500), and the amortisation gap; with --importance-samples the approximation "
     "gap",
     SIZE(local_steps, 1, VAE_MAX_LOCAL_STEPS)},
    {"hmc", NULL, ON_eval, 0,
     "log p(x) by Hamiltonian Monte Carlo and a density fitted to its draws (AEVB, appendix D), "
     "which needs no encoder; for up to five dimensions of z",
     FLAG(hmc)},
    {"hmc-samples", "N", ON_eval, 0,
     "its draws of each image's z, half of them fitted (default 50)",
     SIZE(chains.draws, MARGINAL_LEAST_DRAWS, MARGINAL_MOST_DRAWS)},
    {"leapfrog", "N", ON_eval, 0, "steps from one draw to the next (default 4)",
     SIZE(chains.leapfrogs, 1, MARGINAL_MOST_LEAPFROGS)},
    {"hmc-from", "NAME", ON_eval, 0,
     "where a chain starts: at a draw from the prior (prior, the default; see --hmc-starts), or "
     "from q(z|x) (encoder)",
     CHOICE(chains.from, vae_chains_from_names)},
    {"hmc-starts", "N", ON_eval, 0,
     "draws from the prior of which one, picked by p(x|z), is a chain's start (default 1000)",
     SIZE(chains.starts, 1, MARGINAL_MOST_STARTS)},
    {"burn-in", "N", ON_eval, 0,
     "moves before the first draw, in which each chain finds its step size (default 60)",
     SIZE(chains.burn_in, 1, MARGINAL_MOST_BURN_IN)},
    {"grey", NULL, ON_eval, 0,
     "log p(x) even of grey pixels, taken as probabilities: it is no likelihood then", FLAG(grey)},
    {"per-image", "FILE.npy|FILE.csv", ON_eval, 0,
     "write each image's bound, with --importance-samples its log p(x) and effective sample size, "
     "with --local-steps the bounds of q and of its own posterior, with --hmc its log p(x) by "
     "that: a row per image, of doubles",
     .kind = &vae_option_table_file, AT(per_image)},
    {"per-dimension", NULL, ON_eval, 0,
     "the KL of each dimension of z, and the variance of its mu over the images",
     FLAG(per_dimension)},
    {"active-units", NULL, ON_eval, 0, "how many of these variances are above 0.01",
     FLAG(active_units)},
    {"json", NULL, ON_eval | ON_data, 0, "one JSON object instead of lines", FLAG(json)},
    {"kernel", "NAME", ON_kernels, 0, "this one alone", TEXT(kernel), .name_at = vae_option_kernel},
    {"json", NULL, ON_kernels, 0,
     "one array of objects: kernel, shape, class, isa, variant, verified, status, gflops, gbs, "
     "serves; of products peak (GFLOP/s of that ISA's fma chains) and peak_share",
     FLAG(json)},
    {"seed", "N", ON_SPLIT | ON_sample, 0, "of the draws (default: the checkpoint's)",
     .kind = &vae_option_draw_seed, .most = INT64_MAX},
    {"threads", "N", ON_train | ON_eval | ON_encode | ON_RESTORE | ON_plot, AGAIN | HERE,
     "default: the CPUs this process may use; results do not depend on it",
     SIZE(threads, 1, POOL_MAX_THREADS)},
    {"isa", "NAME", ON_train | ON_MODEL, AGAIN | HERE,
     "the kernels to use (default: SV_ISA, or the profile of `vae tune`, or the best); results do "
     "not depend on it",
     TEXT(isa), .name_at = sv_isa_name},
    {"isa", "NAME", ON_kernels, 0,
     "the choice to show (default: SV_ISA, or the profile of `vae tune`, or the best)", TEXT(isa),
     .name_at = sv_isa_name},
    {"profile", NULL, ON_train, AGAIN | HERE,
     "where the time of the steps went: a table at the end, and in the log", FLAG(profile)},
    {"json-progress", NULL, ON_LONG, AGAIN | HERE,
     "progress as JSON, an object a line on standard error, whether or not that is a terminal: "
     "command, phase, done, total, fraction, seconds, seconds_left, images_per_second, bound",
     FLAG(json_progress)},
    {"quiet", NULL, ON_train, AGAIN | HERE, "no progress, no epochs", FLAG(quiet)},

    {HEADING(ON_MODEL, "Of weights from elsewhere, under the names `vae train` gives them:")},
    {"likelihood", "NAME", ON_MODEL, 0,
     "bernoulli or gaussian (default: decoder.logits or decoder.mean tells)",
     NAME(model.likelihood, vae_likelihood_names)},
    {"activation", "NAME", ON_MODEL, 0,
     "of the hidden layers: tanh (default), relu, softplus, sigmoid",
     NAME(model.activation, vae_activation_names)},
    {"image", "RxC", ON_MODEL, 0, "rows and columns of an image (default: square)",
     .kind = &vae_option_image},
    {"channels", "NAME", ON_MODEL, 0, "of an image: gray (default) or rgb",
     NAME(model.channels, vae_channels_names)},
    {"binarize", "NAME", ON_IMAGES, 0, "none (default), dynamic, threshold, fixed",
     NAME(model.binarize, vae_binarize_names)},
};
const size_t vae_option_count = sizeof vae_option_table / sizeof *vae_option_table;
