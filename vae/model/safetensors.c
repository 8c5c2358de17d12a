#include "safetensors.h"
#include "../base/json.h"
#include "../base/replace_file.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "safetensors data is little-endian and copied as it is"
#endif

static json_t *describe(bool *ok, const struct st_tensor *t, size_t *offset)
{
    json_t *o = json_object(), *shape = json_array(), *place = json_array();
    for (size_t d = 0; d < t->dims; d++)
        vae_json_add(ok, shape, json_integer((json_int_t)t->shape[d]));
    vae_json_add(ok, place, json_integer((json_int_t)*offset));
    *offset += vae_st_count(t) * sizeof(float);
    vae_json_add(ok, place, json_integer((json_int_t)*offset));
    vae_json_put(ok, o, "dtype", json_string("F32"));
    vae_json_put(ok, o, "shape", shape);
    vae_json_put(ok, o, "data_offsets", place);
    return o;
}

/* Padded with spaces so that data begins on a multiple of eight bytes. NULL if out of memory. */
static char *make_header(const struct st_pair *metadata, size_t pairs,
                         const struct st_tensor *tensors, size_t count, size_t *length)
{
    size_t offset = 0;
    bool ok = true;
    json_t *root = json_object(), *meta = json_object();
    for (size_t i = 0; i < pairs; i++)
        vae_json_put(&ok, meta, metadata[i].key, json_string(metadata[i].value));
    vae_json_put(&ok, root, "__metadata__", meta);
    for (size_t i = 0; i < count; i++)
        vae_json_put(&ok, root, tensors[i].name, describe(&ok, &tensors[i], &offset));
    char *text = vae_json_text(ok, root, JSON_COMPACT);
    if (!text) return NULL;
    const size_t n = strlen(text);
    *length = (n + 7) / 8 * 8;
    char *padded = realloc(text, *length + 1);
    if (!padded) {
        free(text);
        return NULL;
    }
    memset(padded + n, ' ', *length - n);
    return padded;
}

bool vae_st_write(const char *path, const struct st_pair *metadata, size_t pairs,
                  const struct st_tensor *tensors, size_t count, struct vae_error *e)
{
    size_t length = 0;
    char *header = make_header(metadata, pairs, tensors, count, &length);
    if (!header) return vae_fail(e, "%s: not enough memory", path);
    struct replace_file r;
    if (!vae_replace_begin(&r, path, e)) {
        free(header);
        return false;
    }
    const uint64_t n = length;
    vae_replace_write(&r, &n, sizeof n);
    vae_replace_write(&r, header, length);
    for (size_t i = 0; i < count; i++)
        vae_replace_write(&r, tensors[i].data, vae_st_count(&tensors[i]) * sizeof(float));
    free(header);
    return vae_replace_commit(&r, e);
}
