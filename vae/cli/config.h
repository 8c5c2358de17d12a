/* The configuration of a training run, as a JSON object: a member for each option, of that name. A
 * string, a whole number, a number, true or, for --hidden, a list of whole numbers:
 *
 *     {"data": "synthetic", "hidden": [200, 100], "optimizer": "adam", "lr": 0.002}
 *
 * A run writes its own beside its checkpoint: all options that have an effect on the model, with
 * their values in effect. (A path that is not UTF-8 has no place in JSON and is left out.) They
 * depend on neither the instruction set nor the number of threads. Its member `about` says what
 * that run was:
 *
 *     version   of the program
 *     images    hash of the training images of `data`, before any is held out
 *     run       the run's id in its log
 *     changed   true if it was resumed with other settings: no one configuration repeats it */
#ifndef VAE_CONFIG_H
#define VAE_CONFIG_H

#include "../settings/settings.h"

/* Adds the options of s->config_file to s, where the command line has not got them. Those that
 * stand beside others of the file without effect are an error; those that lose it by the command
 * line are dropped. */
bool vae_config_read(struct settings *s, struct vae_error *e);

/* Checks the hash of the images against `about`, if `data` is the file's. Prints a line if the run
 * was changed. Nothing to do without a file. */
bool vae_config_check(const struct settings *s, uint64_t images, struct vae_error *e);

/* Writes that of a run with these settings. images: as in vae_config_check. */
bool vae_config_write(const char *path, const struct settings *s, uint64_t images,
                      struct vae_error *e);

#endif
