#include "safetensors.h"
#include "replace_file.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "safetensors data is little-endian and copied as it is"
#endif

static json_t *describe(const struct st_tensor *t, size_t *offset)
{
    json_t *shape = json_array();
    for (size_t d = 0; d < t->dims; d++)
        json_array_append_new(shape, json_integer((json_int_t)t->shape[d]));
    const size_t begin = *offset;
    *offset += st_count(t) * sizeof(float);
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", "F32", "shape", shape, "data_offsets",
                     (json_int_t)begin, (json_int_t)*offset);
}

/* Padded with spaces so that data begins on a multiple of eight bytes. */
static char *make_header(const struct st_pair *metadata, size_t pairs,
                         const struct st_tensor *tensors, size_t count, size_t *length)
{
    size_t offset = 0;
    json_t *root = json_object(), *meta = json_object();
    for (size_t i = 0; i < pairs; i++)
        json_object_set_new(meta, metadata[i].key, json_string(metadata[i].value));
    json_object_set_new(root, "__metadata__", meta);
    for (size_t i = 0; i < count; i++)
        json_object_set_new(root, tensors[i].name, describe(&tensors[i], &offset));
    char *text = json_dumps(root, JSON_COMPACT);
    json_decref(root);
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

bool st_write(const char *path, const struct st_pair *metadata, size_t pairs,
              const struct st_tensor *tensors, size_t count, struct vae_error *e)
{
    size_t length = 0;
    char *header = make_header(metadata, pairs, tensors, count, &length);
    if (!header) return vae_fail(e, "%s: not enough memory", path);
    struct replace_file r;
    if (!replace_begin(&r, path, e)) {
        free(header);
        return false;
    }
    const uint64_t n = length;
    fwrite(&n, sizeof n, 1, r.f); /* errors are sticky: replace_commit sees them */
    fwrite(header, 1, length, r.f);
    for (size_t i = 0; i < count; i++)
        fwrite(tensors[i].data, sizeof(float), st_count(&tensors[i]), r.f);
    free(header);
    return replace_commit(&r, e);
}
