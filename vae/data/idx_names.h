/* The names under which MNIST and its kin are found: train-images-idx3-ubyte and t10k-images-idx3-ubyte, of
 * MNIST, Fashion-MNIST and KMNIST; emnist-letters-train-... and -test-..., of EMNIST's and QMNIST's splits;
 * with a dot for the second dash, as some mirrors have it; plain or .gz; in folders of those very names, as
 * Kaggle's archive has them; and in MNIST/raw, FashionMNIST/raw ..., as torchvision does. */
#ifndef VAE_IDX_NAMES_H
#define VAE_IDX_NAMES_H

#include "../base/error.h"

enum { IDX_TRAIN, IDX_TEST, IDX_ROLES, IDX_PATH = 4096 };

struct idx_pair {
    char path[IDX_ROLES][IDX_PATH];
};

/* source: a directory that holds one set, or DIRECTORY/SET, such as gzip/emnist-letters, where it holds
 * several. Training images may be missing where they are not asked for. */
bool vae_idx_find(const char *source, bool test_only, struct idx_pair *found, struct vae_error *e);

#endif
