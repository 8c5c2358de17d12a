#include "idx.h"
#include "../base/file_kind.h"
#include <string.h>

static const struct {
    uint8_t code; /* third byte of the file */
    struct element type;
} types[] = {{0x08, {ELEMENT_UNSIGNED, 1, false}}, {0x09, {ELEMENT_SIGNED, 1, false}},
             {0x0b, {ELEMENT_SIGNED, 2, false}},   {0x0c, {ELEMENT_SIGNED, 4, false}},
             {0x0d, {ELEMENT_FLOAT, 4, false}},    {0x0e, {ELEMENT_FLOAT, 8, false}}};

static const struct element *type_of(uint8_t code)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (types[i].code == code) return &types[i].type;
    return NULL;
}

static uint32_t big_endian(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Says what a file is whose first four bytes are not those of an IDX file. */
static bool not_idx(struct byte_stream *s, const uint8_t *magic, struct vae_error *e)
{
    uint8_t head[FILE_KIND_HEAD];
    size_t more;
    memcpy(head, magic, 4);
    if (!vae_stream_read(s, head + 4, sizeof head - 4, &more, e)) return false;
    const struct file_kind *kind = vae_file_kind(head, 4 + more);
    if (head[0] == 0x1f && head[1] == 0x8b)
        return vae_fail(e, "%s: gzip within gzip; unpack it once, with gunzip", s->path);
    if (kind && (head[0] == 0xff || !memcmp(head, "\x89PNG", 4)))
        return vae_fail(e, "%s: %s; give the folder that it lies in%s", s->path, kind->name,
                        head[0] == 0xff ? ", once it is converted to PNG" : "");
    if (kind) return vae_fail(e, "%s: %s, not images; %s", s->path, kind->name, kind->hint);
    if (head[2] == 0 && head[3] == 0 && type_of(head[1]) && head[0] <= ARRAY_MOST_DIMS)
        return vae_fail(e, "%s: its header is little-endian; IDX is big-endian, write it so",
                        s->path);
    if (head[0] == 0 && head[1] == 0)
        return vae_fail(e,
                        "%s: IDX of element type %02x, which is none; integers of 8, 16 and "
                        "32 bits and floats of 32 and 64 are",
                        s->path, head[2]);
    return vae_fail(e,
                    "%s: not an image file (it begins with %08x); give a directory, an IDX, .npy "
                    "or .csv file, or `synthetic`",
                    s->path, big_endian(head));
}

bool vae_idx_header(struct byte_stream *s, const uint8_t magic[4], struct image_array *a,
                    struct vae_error *e)
{
    uint8_t sizes[4 * ARRAY_MOST_DIMS];
    size_t got;
    const struct element *type = type_of(magic[2]);
    const size_t dims = magic[3];
    if (magic[0] || magic[1] || !type) return not_idx(s, magic, e);
    if (dims < 1 || dims > ARRAY_MOST_DIMS)
        return vae_fail(e, "%s: IDX of %zu dimensions; labels have 1, images 2 to %d", s->path,
                        dims, ARRAY_MOST_DIMS);
    if (!vae_stream_read(s, sizes, 4 * dims, &got, e)) return false;
    if (got < 4 * dims)
        return vae_fail(e, "%s: ends inside its header; fetch or copy it again", s->path);
    *a = (struct image_array){.dims = dims, .type = *type};
    for (size_t d = 0; d < dims; d++) a->size[d] = big_endian(sizes + 4 * d);
    return true;
}
