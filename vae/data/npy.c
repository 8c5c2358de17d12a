#include "npy.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_TEXT = 1 << 16, TYPE_TEXT = 32 };

/* --- the header's text: a literal of a Python dictionary --- */

struct text {
    const char *at;
    const char *path;
    struct vae_error *e;
};

static bool broken(const struct text *t)
{
    return vae_fail(t->e, "%s: not a header of NumPy's at `%.20s`; save the array again", t->path,
                    t->at);
}

static bool taken(struct text *t, char c)
{
    while (isspace((unsigned char)*t->at)) t->at++;
    if (*t->at != c) return false;
    t->at++;
    return true;
}

static bool must_take(struct text *t, char c) { return taken(t, c) || broken(t); }

static bool word(struct text *t, const char *w)
{
    const size_t n = strlen(w);
    while (isspace((unsigned char)*t->at)) t->at++;
    if (strncmp(t->at, w, n) != 0) return false;
    t->at += n;
    return true;
}

/* 'text' or "text", without escapes. */
static bool quoted(struct text *t, char to[TYPE_TEXT])
{
    const char quote = taken(t, '\'') ? '\'' : taken(t, '"') ? '"' : 0;
    const char *end = quote ? strchr(t->at, quote) : NULL;
    if (!end || end - t->at >= TYPE_TEXT) return broken(t);
    memcpy(to, t->at, (size_t)(end - t->at));
    to[end - t->at] = 0;
    t->at = end + 1;
    return true;
}

/* (3, 28, 28) or (3,) or () */
static bool tuple(struct text *t, struct image_array *a)
{
    if (!must_take(t, '(')) return false;
    for (a->dims = 0; !taken(t, ')'); a->dims++) {
        char *end;
        while (isspace((unsigned char)*t->at)) t->at++;
        if (!isdigit((unsigned char)*t->at)) return broken(t);
        const unsigned long long n = strtoull(t->at, &end, 10);
        if (a->dims < ARRAY_MOST_DIMS) a->size[a->dims] = (size_t)n;
        t->at = end;
        taken(t, 'L'); /* of Python 2 */
        if (!taken(t, ',') && *t->at != ')') return broken(t);
    }
    return true;
}

/* <f4, |u1, >i2 ... */
static bool type_named(const struct text *t, const char *name, struct element *out)
{
    static const struct {
        char letter;
        enum element_kind kind;
        const char *sizes;
    } kinds[] = {{'b', ELEMENT_BOOL, "1"},
                 {'u', ELEMENT_UNSIGNED, "1248"},
                 {'i', ELEMENT_SIGNED, "1248"},
                 {'f', ELEMENT_FLOAT, "248"}};
    if (strchr("<>|=", *name) && strlen(name) == 3)
        for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
            if (kinds[i].letter == name[1] && strchr(kinds[i].sizes, name[2])) {
                *out = (struct element){kinds[i].kind, (unsigned)(name[2] - '0'), *name != '>'};
                return true;
            }
    return vae_fail(t->e,
                    "%s: elements of type %s; save booleans, integers or floats of up to 64 bits",
                    t->path, name);
}

static bool pair(struct text *t, struct image_array *a, unsigned *had)
{
    char key[TYPE_TEXT], type[TYPE_TEXT];
    if (!quoted(t, key) || !must_take(t, ':')) return false;
    if (!strcmp(key, "descr")) {
        *had |= 1;
        if (taken(t, '['))
            return vae_fail(t->e, "%s: records, not numbers; save an array of pixels", t->path);
        return quoted(t, type) &&
               (!strcmp(type, "|O") ? vae_fail(t->e,
                                               "%s: Python objects, not numbers; make it an array "
                                               "of uint8 or float32 and save that",
                                               t->path)
                                    : type_named(t, type, &a->type));
    }
    if (!strcmp(key, "fortran_order")) {
        *had |= 2;
        a->fortran = word(t, "True");
        return a->fortran || word(t, "False") || broken(t);
    }
    if (strcmp(key, "shape") != 0) return broken(t);
    *had |= 4;
    return tuple(t, a);
}

static bool dictionary(struct text *t, struct image_array *a)
{
    unsigned had = 0;
    if (!must_take(t, '{')) return false;
    while (!taken(t, '}'))
        if (!pair(t, a, &had) || (!taken(t, ',') && *t->at != '}' && !broken(t))) return false;
    return had == 7 || broken(t);
}

/* --- the file --- */

static bool ends_early(const struct byte_stream *s, struct vae_error *e)
{
    return vae_fail(e, "%s: ends inside its header; fetch or copy it again", s->path);
}

/* The length of the text: two bytes in version 1, four later, the lowest first. */
static bool text_length(struct byte_stream *s, size_t *length, struct vae_error *e)
{
    uint8_t rest[4], h[4] = {0}; /* "PY", version; length */
    size_t got;
    if (!vae_stream_read(s, rest, sizeof rest, &got, e)) return false;
    if (got < sizeof rest) return ends_early(s, e);
    if (memcmp(rest, "PY", 2) != 0 || rest[2] < 1 || rest[2] > 3)
        return vae_fail(e, "%s: not a NumPy file of version 1 to 3; save the array again", s->path);
    const size_t bytes = rest[2] == 1 ? 2 : 4;
    if (!vae_stream_read(s, h, bytes, &got, e)) return false;
    if (got < bytes) return ends_early(s, e);
    *length = (size_t)h[0] | (size_t)h[1] << 8 | (size_t)h[2] << 16 | (size_t)h[3] << 24;
    if (*length <= MOST_TEXT) return true;
    return vae_fail(e, "%s: a header of %zu bytes; NumPy's have some 100", s->path, *length);
}

bool vae_npy_header(struct byte_stream *s, struct image_array *a, struct vae_error *e)
{
    size_t length = 0, got;
    *a = (struct image_array){0};
    if (!text_length(s, &length, e)) return false;
    char *text = malloc(length + 1);
    if (!text) return vae_fail(e, "%s: not enough memory", s->path);
    bool ok =
        vae_stream_read(s, (uint8_t *)text, length, &got, e) && (got == length || ends_early(s, e));
    if (ok) {
        text[length] = 0;
        ok = dictionary(&(struct text){text, s->path, e}, a);
    }
    free(text);
    return ok;
}
