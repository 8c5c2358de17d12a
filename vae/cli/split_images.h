/* The images of a data set that a command is about: --split and --first. */
#ifndef VAE_SPLIT_IMAGES_H
#define VAE_SPLIT_IMAGES_H

#include "../methods/evaluate.h"
#include "loaded.h"

/* A checkpoint and the images that a command takes to it: those of the split as in the run (train has
 * those that it trained on), --first of them. */
struct split_images {
    struct loaded model;
    struct dataset data;
    struct images images; /* a part of data; not owned */
    size_t all;           /* images of the split, without --first */
};

/* Checks the images' size and --first. encoder_for: what needs a trained encoder (loaded.h), or NULL.
 * After a failure there is nothing to close. */
bool vae_split_open(struct split_images *o, struct settings *s, struct pool *pool,
                    const char *encoder_for, struct vae_error *e);
void vae_split_close(struct split_images *o);

/* The noise of a split. */
enum vae_noise vae_split_noise(enum split split);

#endif
