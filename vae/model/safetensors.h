/* The safetensors format: eight bytes of header length, a JSON header, raw little-endian data
 * (huggingface.co/docs/safetensors). Writes F32 tensors of at most two dimensions. */
#ifndef VAE_SAFETENSORS_H
#define VAE_SAFETENSORS_H

#include "../base/error.h"
#include <stddef.h>
#include <stdint.h>

enum { ST_NAME = 80 };

struct st_tensor {
    char name[ST_NAME];
    size_t dims, shape[2];
    const float *data;
};

static inline size_t vae_st_count(const struct st_tensor *t)
{
    return t->dims == 0 ? 1 : t->dims == 1 ? t->shape[0] : t->shape[0] * t->shape[1];
}

struct st_pair {
    const char *key;
    char value[512];
};

/* Writes atomically: tensors in the order given, metadata as strings. */
bool vae_st_write(const char *path, const struct st_pair *metadata, size_t pairs,
                  const struct st_tensor *tensors, size_t count, struct vae_error *e);

/* --- reading (safetensors_read.c) --- */

struct st_file {
    const char *path;
    void *header; /* parsed; NULL: not open */
    int fd;
    size_t data_start, data_size; /* in bytes */
};

/* Reads only the header, and checks it against the file's size: each byte of data must belong to
 * exactly one tensor, whatever its type. The file stays open; path must outlive it. */
bool vae_st_open(struct st_file *f, const char *path, struct vae_error *e);
void vae_st_close(struct st_file *f);

/* NULL if absent. */
const char *vae_st_metadata(const struct st_file *f, const char *key);

/* A tensor's shape; false if it is absent or has another number of dimensions. */
bool vae_st_shape(const struct st_file *f, const char *name, size_t dims, size_t *shape);

/* Checks that the tensor is there, with exactly this shape and a type that vae_st_read can read.
 * Reads no data. */
bool vae_st_check(const struct st_file *f, const char *name, size_t dims, const size_t *shape,
                  struct vae_error *e);

/* vae_st_check, and then the values as floats: F32, F16 and BF16 exactly; F64 rounded to nearest
 * even, and to infinity on overflow. */
bool vae_st_read(const struct st_file *f, const char *name, size_t dims, const size_t *shape,
                 float *to, struct vae_error *e);

#endif
