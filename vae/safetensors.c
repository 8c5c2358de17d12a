#include "safetensors.h"
#include "json.h"
#include "replace_file.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_HEADER = 100 << 20 }; /* the format's own limit */

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "safetensors data is little-endian and copied as it is"
#endif

/* --- writing --- */

static json_t *describe(bool *ok, const struct st_tensor *t, size_t *offset)
{
    json_t *o = json_object(), *shape = json_array(), *place = json_array();
    for (size_t d = 0; d < t->dims; d++) json_add(ok, shape, json_integer((json_int_t)t->shape[d]));
    json_add(ok, place, json_integer((json_int_t)*offset));
    *offset += st_count(t) * sizeof(float);
    json_add(ok, place, json_integer((json_int_t)*offset));
    json_put(ok, o, "dtype", json_string("F32"));
    json_put(ok, o, "shape", shape);
    json_put(ok, o, "data_offsets", place);
    return o;
}

/* Padded with spaces so that data begins on a multiple of eight bytes. NULL where memory is short. */
static char *make_header(const struct st_pair *metadata, size_t pairs,
                         const struct st_tensor *tensors, size_t count, size_t *length)
{
    size_t offset = 0;
    bool ok = true;
    json_t *root = json_object(), *meta = json_object();
    for (size_t i = 0; i < pairs; i++)
        json_put(&ok, meta, metadata[i].key, json_string(metadata[i].value));
    json_put(&ok, root, "__metadata__", meta);
    for (size_t i = 0; i < count; i++)
        json_put(&ok, root, tensors[i].name, describe(&ok, &tensors[i], &offset));
    char *text = json_text(ok, root, JSON_COMPACT);
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
    replace_write(&r, &n, sizeof n);
    replace_write(&r, header, length);
    for (size_t i = 0; i < count; i++)
        replace_write(&r, tensors[i].data, st_count(&tensors[i]) * sizeof(float));
    free(header);
    return replace_commit(&r, e);
}

/* --- reading --- */

static bool read_file(const char *path, void **bytes, size_t *size, struct vae_error *e)
{
    struct stat st;
    FILE *f = fopen(path, "rb");
    if (!f)
        return vae_fail(e, "%s: %s; give a checkpoint that `vae train` wrote", path,
                        strerror(errno));
    if (fstat(fileno(f), &st) || !S_ISREG(st.st_mode)) {
        fclose(f);
        return vae_fail(e, "%s: not a file; give a checkpoint that `vae train` wrote", path);
    }
    *size = (size_t)st.st_size;
    *bytes = malloc(*size + 1);
    const bool ok = *bytes && fread(*bytes, 1, *size, f) == *size;
    fclose(f);
    return ok || vae_fail(e, "%s: cannot be read whole", path);
}

static bool bad(const struct st_file *f, struct vae_error *e, const char *reason)
{
    return vae_fail(e, "%s: %s; not a whole safetensors file, use another checkpoint", f->path,
                    reason);
}

/* Elements of a shape array, or false where it is none or too large to be true. */
static bool element_count(const json_t *shape, size_t limit, size_t *count)
{
    if (!json_is_array(shape)) return false;
    *count = 1;
    for (size_t d = 0; d < json_array_size(shape); d++) {
        const json_int_t n = json_integer_value(json_array_get(shape, d));
        if (!json_is_integer(json_array_get(shape, d)) || n < 0) return false;
        if (n && *count > limit / (size_t)n) return false;
        *count *= (size_t)n;
    }
    return true;
}

static bool offsets(const struct st_file *f, const json_t *tensor, size_t *begin, size_t *end)
{
    const json_t *o = json_object_get(tensor, "data_offsets");
    const json_t *b = json_array_get(o, 0), *n = json_array_get(o, 1);
    if (json_array_size(o) != 2 || !json_is_integer(b) || !json_is_integer(n)) return false;
    const json_int_t from = json_integer_value(b), to = json_integer_value(n);
    if (from < 0 || to < from || (size_t)to > f->data_size) return false;
    *begin = (size_t)from;
    *end = (size_t)to;
    return true;
}

/* Every tensor is inside the data, of the size its shape says, and together they fill it. */
static bool check_tensors(const struct st_file *f, struct vae_error *e)
{
    const char *name;
    json_t *tensor;
    size_t last = 0, total = 0;
    json_object_foreach(f->header, name, tensor)
    {
        size_t begin, end, count;
        if (!strcmp(name, "__metadata__")) continue;
        const char *dtype = json_string_value(json_object_get(tensor, "dtype"));
        if (!dtype || strcmp(dtype, "F32")) return bad(f, e, "a tensor is not of type F32");
        if (!offsets(f, tensor, &begin, &end))
            return bad(f, e, "cut short, or its header is wrong: a tensor lies past the end");
        if (!element_count(json_object_get(tensor, "shape"), f->data_size, &count) ||
            count * sizeof(float) != end - begin)
            return bad(f, e, "a tensor's shape and size disagree");
        if (end > last) last = end;
        total += end - begin;
    }
    if (last != f->data_size || total != f->data_size)
        return bad(f, e, "data is left over or shared between tensors");
    return true;
}

static bool parse(struct st_file *f, size_t size, struct vae_error *e)
{
    uint64_t length;
    if (size < sizeof length) return bad(f, e, size ? "cut short" : "the file is empty");
    memcpy(&length, f->bytes, sizeof length);
    if (length > size - sizeof length || length > MAX_HEADER)
        return bad(f, e, "cut short, or its header length is wrong");
    const char *text = (const char *)f->bytes + sizeof length;
    json_error_t error;
    f->header = json_loadb(text, (size_t)length, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object((json_t *)f->header)) return bad(f, e, "its header is not JSON");
    f->data = (const unsigned char *)text + length;
    f->data_size = size - sizeof length - (size_t)length;
    return check_tensors(f, e);
}

bool st_open(struct st_file *f, const char *path, struct vae_error *e)
{
    size_t size = 0;
    *f = (struct st_file){.path = path};
    if (read_file(path, &f->bytes, &size, e) && parse(f, size, e)) return true;
    st_close(f);
    return false;
}

void st_close(struct st_file *f)
{
    json_decref(f->header);
    free(f->bytes);
    *f = (struct st_file){0};
}

const char *st_metadata(const struct st_file *f, const char *key)
{
    return json_string_value(json_object_get(json_object_get(f->header, "__metadata__"), key));
}

bool st_read(const struct st_file *f, const char *name, size_t dims, const size_t *shape, float *to,
             struct vae_error *e)
{
    const json_t *tensor = json_object_get(f->header, name);
    const json_t *have = json_object_get(tensor, "shape");
    if (!tensor) return vae_fail(e, "%s: tensor %s is missing", f->path, name);
    bool same = json_array_size(have) == dims;
    size_t count = 1, begin = 0, end = 0;
    for (size_t d = 0; d < dims; d++) {
        same = same && json_integer_value(json_array_get(have, d)) == (json_int_t)shape[d];
        count *= shape[d];
    }
    if (!same || !offsets(f, tensor, &begin, &end) || end - begin != count * sizeof *to)
        return vae_fail(e, "%s: tensor %s has another shape than the metadata says", f->path, name);
    memcpy(to, f->data + begin, end - begin);
    return true;
}
