/* Finds MNIST and its relatives by their file names:
 *
 *   train-images-idx3-ubyte, t10k-images-idx3-ubyte   MNIST, Fashion-MNIST, KMNIST
 *   emnist-letters-train-..., -test-...               the splits of EMNIST and QMNIST
 *
 * with a dot for the second dash, as on some mirrors; plain or .gz; in folders of the same names,
 * as in Kaggle's archive; and in MNIST/raw, FashionMNIST/raw ..., as torchvision has them. */
#ifndef VAE_IDX_NAMES_H
#define VAE_IDX_NAMES_H

#include "../base/error.h"

enum { IDX_TRAIN, IDX_TEST, IDX_ROLES, IDX_PATH = 4096 };

struct idx_wanted {
    bool train, test;
};

struct idx_pair {
    char path[IDX_ROLES][IDX_PATH];
    bool any; /* whether there is any file of such a name; set after a failure too */
};

/* source: a directory that holds one set, or DIRECTORY/SET, such as gzip/emnist-letters, if it
 * holds several. Which images of a set must be there; the others' path may be empty. */
bool vae_idx_find(const char *source, const struct idx_wanted *w, struct idx_pair *found,
                  struct vae_error *e);

#endif
