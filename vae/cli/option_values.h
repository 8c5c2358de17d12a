/* Values of command-line options: the parsers that option_table.c names. What each asks for is in the line it
 * fills where it fails. */
#ifndef VAE_OPTION_VALUES_H
#define VAE_OPTION_VALUES_H

#include "option_table.h"

/* const char *, bool (set by a flag), and whole numbers from `least` to `most`, uint64_t or size_t, at `at`. */
option_parse_fn option_text, option_flag, option_u64, option_size;

/* A finite float above 0, at `at`. */
option_parse_fn option_positive;

/* One of `names`: option_choice stores its index as an enum, option_name the name itself. */
option_parse_fn option_choice, option_name;

/* The setting `at` of the optimiser; --lr-stages. */
option_parse_fn option_optim, option_lr_stages;

/* Widths of hidden layers, struct vae_widths, at `at`. */
option_parse_fn option_widths;

/* --seed where the checkpoint has one; --image; --min-logvar and --sigma. */
option_parse_fn option_draw_seed, option_image, option_min_logvar, option_sigma;

#endif
