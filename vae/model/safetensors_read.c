/* Reading: the header's length, the header, then each tensor on request. What a header says is
 * checked against the file's size before anything is allocated for it. */
#include "../base/file_kind.h"
#include "../base/input_file.h"
#include "../base/json.h"
#include "../base/text.h"
#include "safetensors.h"
#include "st_types.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The format allows 100 MB. Once parsed, a header takes up to a hundred times its size, and that of
 * a model we can use has a few kB. */
enum { MAX_HEADER = 4 << 20, CHUNK = 1 << 16 };

static bool bad(const struct st_file *f, struct vae_error *e, const char *reason)
{
    return vae_fail(e, "%s: %s; not a whole safetensors file, use another checkpoint", f->path,
                    reason);
}

static bool read_at(const struct st_file *f, void *to, size_t n, size_t at, struct vae_error *e)
{
    for (size_t got = 0; got < n;) {
        const ssize_t r = pread(f->fd, (char *)to + got, n - got, (off_t)(at + got));
        if (r < 0 && errno == EINTR) continue;
        if (r < 0) return vae_fail(e, "%s: %s", f->path, strerror(errno));
        if (r == 0) return bad(f, e, "cut short while it was read");
        got += (size_t)r;
    }
    return true;
}

/* --- the header --- */

/* The number of elements of a shape array; false if it is not one, or has more than `limit`. */
static bool element_count(const json_t *shape, size_t limit, size_t *count)
{
    bool empty = false;
    if (!json_is_array(shape)) return false;
    *count = 1;
    for (size_t d = 0; d < json_array_size(shape); d++) {
        const json_int_t n = json_integer_value(json_array_get(shape, d));
        if (!json_is_integer(json_array_get(shape, d)) || n < 0) return false;
        empty = empty || n == 0;
    }
    for (size_t d = 0; d < json_array_size(shape) && !empty; d++) {
        const size_t n = (size_t)json_integer_value(json_array_get(shape, d));
        if (*count > limit / n) return false;
        *count *= n;
    }
    if (empty) *count = 0;
    return true;
}

struct range {
    size_t begin, end;
};

static bool offsets(const struct st_file *f, const json_t *tensor, struct range *r)
{
    const json_t *o = json_object_get(tensor, "data_offsets");
    const json_t *b = json_array_get(o, 0), *n = json_array_get(o, 1);
    if (json_array_size(o) != 2 || !json_is_integer(b) || !json_is_integer(n)) return false;
    const json_int_t from = json_integer_value(b), to = json_integer_value(n);
    if (from < 0 || to < from || (size_t)to > f->data_size) return false;
    *r = (struct range){(size_t)from, (size_t)to};
    return true;
}

/* An unknown type has an unknown element size: its range is taken as it is. */
static bool right_size(const struct st_file *f, const json_t *tensor, struct range r)
{
    size_t count;
    const struct st_type *t = vae_st_type(json_string_value(json_object_get(tensor, "dtype")));
    if (!element_count(json_object_get(tensor, "shape"), 8 * f->data_size, &count)) return false;
    return !t || (count <= SIZE_MAX / t->bits && count * t->bits == 8 * (r.end - r.begin));
}

static int by_begin(const void *a, const void *b)
{
    const struct range *x = a, *y = b;
    return x->begin < y->begin ? -1 : x->begin > y->begin;
}

/* Whether the non-empty ranges cover the data from first byte to last, with no gap or overlap. */
static bool fill(struct range *r, size_t count, size_t size)
{
    size_t at = 0;
    qsort(r, count, sizeof *r, by_begin);
    for (size_t i = 0; i < count; i++) {
        if (r[i].begin != at) return false;
        at = r[i].end;
    }
    return at == size;
}

static bool collect_ranges(const struct st_file *f, struct range *r, struct vae_error *e)
{
    const char *name;
    json_t *tensor;
    size_t n = 0;
    json_object_foreach(f->header, name, tensor)
    {
        if (!strcmp(name, "__metadata__")) continue;
        if (!json_is_string(json_object_get(tensor, "dtype")))
            return bad(f, e, "a tensor in its header has no type");
        if (!offsets(f, tensor, &r[n]))
            return bad(f, e, "cut short, or its header is wrong: a tensor lies past the end");
        if (!right_size(f, tensor, r[n])) return bad(f, e, "a tensor's shape and size disagree");
        if (r[n].end > r[n].begin) n++;
    }
    return fill(r, n, f->data_size) || bad(f, e, "data is left over or shared between tensors");
}

static bool check_tensors(const struct st_file *f, struct vae_error *e)
{
    struct range *r = malloc((json_object_size(f->header) + 1) * sizeof *r);
    if (!r) return vae_fail(e, "%s: not enough memory for its header", f->path);
    const bool ok = collect_ranges(f, r, e);
    free(r);
    return ok;
}

/* --- the file --- */

/* Says what else the file may be. Only now, since a valid length may look like another kind. */
static bool no_header(const struct st_file *f, size_t size, const char *reason, struct vae_error *e)
{
    unsigned char head[FILE_KIND_HEAD];
    const size_t n = size < sizeof head ? size : sizeof head;
    if (!read_at(f, head, n, 0, e)) return false;
    const struct file_kind *kind = vae_file_kind(head, n);
    if (!kind) return bad(f, e, reason);
    return vae_fail(e, "%s: %s, not a safetensors file; %s", f->path, kind->name, kind->hint);
}

static bool parse(struct st_file *f, const char *text, size_t length, struct vae_error *e)
{
    json_error_t error;
    const char *why;
    json_t *header = vae_json_parse(text, length, JSON_REJECT_DUPLICATES, &error, &why);
    f->header = header;
    if (!header && why == vae_json_no_memory) return vae_fail(e, "%s: %s", f->path, why);
    if (!json_is_object(header))
        return no_header(f, f->data_start + f->data_size, "its header is not JSON", e);
    return check_tensors(f, e);
}

static bool header_length(const struct st_file *f, size_t size, size_t *length, struct vae_error *e)
{
    uint64_t stated;
    if (size < sizeof stated) return bad(f, e, size ? "cut short" : "the file is empty");
    if (!read_at(f, &stated, sizeof stated, 0, e)) return false;
    if (stated > size - sizeof stated)
        return no_header(f, size, "cut short, or its header length is wrong", e);
    if (stated > MAX_HEADER)
        return no_header(f, size, "its header length is beyond any model's", e);
    *length = (size_t)stated;
    return true;
}

static bool read_header(struct st_file *f, struct vae_error *e)
{
    struct stat st;
    size_t length = 0;
    if (fstat(f->fd, &st)) return vae_fail(e, "%s: %s", f->path, strerror(errno));
    const size_t size = (size_t)st.st_size;
    if (!header_length(f, size, &length, e)) return false;
    f->data_start = sizeof(uint64_t) + length;
    f->data_size = size - f->data_start;
    char *text = malloc(length + 1);
    if (!text) return vae_fail(e, "%s: not enough memory for its header", f->path);
    const bool ok = read_at(f, text, length, sizeof(uint64_t), e) && parse(f, text, length, e);
    free(text);
    return ok;
}

bool vae_st_open(struct st_file *f, const char *path, struct vae_error *e)
{
    *f = (struct st_file){.path = path};
    f->fd = vae_input_open(path, false, "give a checkpoint that `vae train` wrote", e);
    if (f->fd < 0) return false;
    if (read_header(f, e)) return true;
    json_decref(f->header);
    close(f->fd);
    *f = (struct st_file){0};
    return false;
}

void vae_st_close(struct st_file *f)
{
    if (!f->header) return;
    json_decref(f->header);
    close(f->fd);
    *f = (struct st_file){0};
}

const char *vae_st_metadata(const struct st_file *f, const char *key)
{
    return json_string_value(json_object_get(json_object_get(f->header, "__metadata__"), key));
}

/* --- tensors --- */

bool vae_st_shape(const struct st_file *f, const char *name, size_t dims, size_t *shape)
{
    const json_t *have = json_object_get(json_object_get(f->header, name), "shape");
    if (!have || json_array_size(have) != dims) return false;
    for (size_t d = 0; d < dims; d++)
        shape[d] = (size_t)json_integer_value(json_array_get(have, d));
    return true;
}

bool vae_st_check(const struct st_file *f, const char *name, size_t dims, const size_t *shape,
                  struct vae_error *e)
{
    const json_t *tensor = json_object_get(f->header, name);
    if (!tensor) return vae_fail(e, "%s: tensor %s is missing", f->path, name);
    const char *dtype = json_string_value(json_object_get(tensor, "dtype"));
    const struct st_type *t = vae_st_type(dtype);
    size_t have[2];
    char want[64];
    vae_text_of_sizes(want, sizeof want, shape, dims, ", ");
    if (!vae_st_shape(f, name, dims, have) || (dims && memcmp(have, shape, dims * sizeof *have)))
        return vae_fail(
            e, "%s: tensor %s has another shape than [%s], which the model's sizes ask for",
            f->path, name, want);
    return (t && t->to_f32) || vae_fail(e,
                                        "%s: tensor %s is %s; F32, F16, BF16 and F64 are read, "
                                        "convert it",
                                        f->path, name, dtype);
}

bool vae_st_read(const struct st_file *f, const char *name, size_t dims, const size_t *shape,
                 float *to, struct vae_error *e)
{
    unsigned char raw[CHUNK];
    struct range r;
    if (!vae_st_check(f, name, dims, shape, e)) return false;
    const json_t *tensor = json_object_get(f->header, name);
    const struct st_type *t = vae_st_type(json_string_value(json_object_get(tensor, "dtype")));
    if (!offsets(f, tensor, &r)) return bad(f, e, "its header is wrong");
    const size_t size = t->bits / 8;
    for (size_t at = r.begin, n; at < r.end; at += n * size, to += n) {
        n = (r.end - at < CHUNK ? r.end - at : CHUNK) / size;
        if (!read_at(f, raw, n * size, f->data_start + at, e)) return false;
        t->to_f32(n, raw, to);
    }
    return true;
}
