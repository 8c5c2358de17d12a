/* Training and test images from a source that a user names. */
#ifndef VAE_DATASET_H
#define VAE_DATASET_H

#include "../../kernels/choice.h"
#include "image_file.h"

struct dataset {
    struct images train, test;
    struct images validation; /* the end of the memory of train; owned once it is a share */
};

struct dataset_options {
    bool test_only;   /* reads no training images: train stays empty */
    bool transpose;   /* swaps rows and columns, as EMNIST needs; before any resizing */
    const char *test; /* where the test images are; NULL: in the source */
    struct images_wanted wanted;
};

/* source: `synthetic`, in colour if that is wanted; a directory or set of IDX files (idx_names.h); one image file
 * (image_file.h); an archive (npz.h); or a folder of PNG pictures (png_folder.h), which may have folders train and
 * test, or training and testing. Of what is not divided one image in ten is held out for testing, by a hash of its
 * index (vae_images_held_out); with test_only all of it is the test set. If the test images have a source of their
 * own, all of `source` is the training set, or the training images of a divided one; of the other the test set is
 * taken, or all. */
bool vae_dataset_open(const char *source, const struct dataset_options *options,
                      struct dataset *out, struct vae_error *e);

void vae_dataset_free(struct dataset *d);

/* Makes the last n training images the validation images. n is below their number; 0: none. Call at
 * most once. */
void vae_dataset_hold_out(struct dataset *d, size_t n);

/* Keeps the first n training images alone; fewer if there are fewer. 0: all. After
 * vae_dataset_hold_out. */
void vae_dataset_keep(struct dataset *d, uint64_t n);

/* Keeps one process's share of each set (images_share.h). To be called last. */
bool vae_dataset_share(struct dataset *d, size_t block, size_t rank, size_t ranks,
                       struct vae_error *e);

/* Replaces all images by fixed binary draws (fixed_draw.h). Each set has its own stream. */
void vae_dataset_draw(struct dataset *d, const struct sv_choice *k, uint64_t seed);

#endif
