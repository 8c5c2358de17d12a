/* Parsers of option values, as named in option_table.c. On failure *e says what is expected. */
#ifndef VAE_OPTION_VALUES_H
#define VAE_OPTION_VALUES_H

#include "option_table.h"

/* At `at`: const char *, bool (set by a flag), uint64_t and size_t from `least` to `most`. */
option_parse_fn vae_option_text, vae_option_flag, vae_option_u64, vae_option_size;

/* A file name ending in .npy or .csv (table_file.h), at `at`. */
option_parse_fn vae_option_table_file;

/* A finite float above 0, at `at`. */
option_parse_fn vae_option_positive;

/* One of `names`: vae_option_choice stores its index as an enum, vae_option_name the name. */
option_parse_fn vae_option_choice, vae_option_name;

/* The setting `at` of the optimiser; --lr-stages. */
option_parse_fn vae_option_optim, vae_option_lr_stages;

/* --kl-weight. */
option_parse_fn vae_option_kl_weight;

/* Widths of hidden layers, struct vae_widths, at `at`. */
option_parse_fn vae_option_widths;

/* --seed of commands that use a checkpoint; --image; --min-logvar and --sigma. */
option_parse_fn vae_option_draw_seed, vae_option_image, vae_option_min_logvar, vae_option_sigma;

#endif
