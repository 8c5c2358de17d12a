/* Kinds of option values, as named in option_table.c: how each is read and shown. When reading
 * fails, *e says what is expected. */
#ifndef VAE_OPTION_VALUES_H
#define VAE_OPTION_VALUES_H

#include "option_table.h"

/* At `at`: const char *, bool (set by a flag), uint64_t and size_t from `least` to `most`. */
extern const struct option_kind vae_option_text, vae_option_flag, vae_option_u64, vae_option_size;

/* A file name ending in .npy or .csv (table_file.h), at `at`. */
extern const struct option_kind vae_option_table_file;

/* A file name ending in .svg or .png, at `at`. */
extern const struct option_kind vae_option_drawing_file;

/* A finite float above 0, at `at`. */
extern const struct option_kind vae_option_positive;

/* At `at`: a probability above 0 and below 1/2; a standard deviation of pixels' noise. */
extern const struct option_kind vae_option_flip, vae_option_noise_sd;

/* One of `names`: vae_option_choice stores its index as an enum, vae_option_name the name. */
extern const struct option_kind vae_option_choice, vae_option_name;

/* The setting `at` of the optimiser; --lr-stages; --kl-weight. */
extern const struct option_kind vae_option_optim, vae_option_lr_stages, vae_option_kl_weight;

/* Widths of hidden layers, struct vae_widths, at `at`. */
extern const struct option_kind vae_option_widths;

/* --seed of commands that use a checkpoint; --image; --resize; --min-logvar and --sigma. */
extern const struct option_kind vae_option_draw_seed, vae_option_image, vae_option_resize,
    vae_option_min_logvar, vae_option_sigma;

/* Names of kernels, for name_at. */
const char *vae_option_kernel(size_t i);

#endif
