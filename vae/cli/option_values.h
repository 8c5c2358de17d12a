/* Values of command-line options: the parsers that option_table.c names. What each asks for is in the line it
 * fills where it fails. */
#ifndef VAE_OPTION_VALUES_H
#define VAE_OPTION_VALUES_H

#include "option_table.h"

/* const char *, bool (set by a flag), and whole numbers from `least` to `most`, uint64_t or size_t, at `at`. */
option_parse_fn vae_option_text, vae_option_flag, vae_option_u64, vae_option_size;

/* A finite float above 0, at `at`. */
option_parse_fn vae_option_positive;

/* One of `names`: vae_option_choice stores its index as an enum, vae_option_name the name itself. */
option_parse_fn vae_option_choice, vae_option_name;

/* The setting `at` of the optimiser; --lr-stages. */
option_parse_fn vae_option_optim, vae_option_lr_stages;

/* --kl-weight. */
option_parse_fn vae_option_kl_weight;

/* Widths of hidden layers, struct vae_widths, at `at`. */
option_parse_fn vae_option_widths;

/* --seed where the checkpoint has one; --image; --min-logvar and --sigma. */
option_parse_fn vae_option_draw_seed, vae_option_image, vae_option_min_logvar, vae_option_sigma;

#endif
