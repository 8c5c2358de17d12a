/* The safetensors format: eight bytes of header length, a JSON header, raw little-endian data
 * (huggingface.co/docs/safetensors). Only F32 tensors of at most two dimensions are handled. */
#ifndef VAE_SAFETENSORS_H
#define VAE_SAFETENSORS_H

#include "error.h"
#include <stddef.h>
#include <stdint.h>

enum { ST_NAME = 80 };

struct st_tensor {
    char name[ST_NAME];
    size_t dims, shape[2];
    const float *data;
};

static inline size_t st_count(const struct st_tensor *t)
{
    return t->dims == 0 ? 1 : t->dims == 1 ? t->shape[0] : t->shape[0] * t->shape[1];
}

struct st_pair {
    const char *key;
    char value[64];
};

/* Writes atomically: tensors in the order given, metadata as strings. */
bool st_write(const char *path, const struct st_pair *metadata, size_t pairs,
              const struct st_tensor *tensors, size_t count, struct vae_error *e);

struct st_file {
    const char *path;
    void *bytes;  /* the whole file */
    void *header; /* parsed */
    const unsigned char *data;
    size_t data_size;
};

/* Reads and checks the whole file: lengths, offsets, that data is neither missing nor left over.
 * path must outlive the file. */
bool st_open(struct st_file *f, const char *path, struct vae_error *e);
void st_close(struct st_file *f);

/* NULL if absent. */
const char *st_metadata(const struct st_file *f, const char *key);

/* Copies a tensor that must be there with exactly this shape. */
bool st_read(const struct st_file *f, const char *name, size_t dims, const size_t *shape, float *to,
             struct vae_error *e);

#endif
