/* Images in all forms in use: types, dimensions, names, folders; and files that are no images. */
#include "../vae/data/dataset.h"
#include "cli.h"
#include "suites.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

/* --- files --- */

/* Writes a big-endian word of `size` bytes. */
static size_t put(unsigned char *to, uint64_t word, unsigned size)
{
    for (unsigned i = 0; i < size; i++) to[i] = (unsigned char)(word >> (8 * (size - 1 - i)));
    return size;
}

static size_t put_value(unsigned char *to, int type, double x)
{
    const float f = (float)x;
    uint32_t bits;
    uint64_t wide;
    memcpy(&bits, &f, 4);
    memcpy(&wide, &x, 8);
    switch (type) {
    case 0x08: return put(to, (uint64_t)x, 1);
    case 0x09: return put(to, (uint64_t)(int64_t)x, 1);
    case 0x0b: return put(to, (uint64_t)(int64_t)x, 2);
    case 0x0c: return put(to, (uint64_t)(int64_t)x, 4);
    case 0x0d: return put(to, bits, 4);
    default: return put(to, wide, 8);
    }
}

enum { DIMS = 5 };

/* `sizes` ends at a 0; the values are repeated in turn. */
static size_t make_idx(unsigned char *to, int type, const uint32_t sizes[DIMS],
                       const double *values, size_t count)
{
    size_t n = 4, total = 1, dims = 0;
    for (; dims < DIMS && sizes[dims]; dims++) {
        n += put(to + n, sizes[dims], 4);
        total *= sizes[dims];
    }
    put(to, (uint64_t)type << 8 | dims, 4);
    for (size_t i = 0; i < total; i++) n += put_value(to + n, type, values[i % count]);
    return n;
}

static void write_idx(const char *path, int type, const uint32_t sizes[DIMS], const double *values,
                      size_t count)
{
    static unsigned char bytes[1 << 16];
    cli_write(path, bytes, make_idx(bytes, type, sizes, values, count));
}

/* --- types --- */

enum { VALUES = 6 };
static const struct {
    int type;
    double in[VALUES];
    double scale; /* from `in` to the pixels kept; 0: refused */
    const char *says;
} types[] = {
    {0x08, {0, 1, 127, 128, 254, 255}, 1, ""},
    {0x09, {0, 1, 2, 64, 126, 127}, 1, ""},
    {0x0b, {0, 1, 127, 128, 254, 255}, 1, ""},
    {0x0c, {0, 1, 127, 128, 254, 255}, 1, ""},
    {0x0d, {0, 0.1, 1, 0.5, 1e-40, 0.25}, 1, ""},
    {0x0e, {0, 0.1, 1, 0.5, 1e-300, 0.25}, 1, ""},
    {0x0e, {0, 0.1, 1.0000000000001, 0.5, 0, 0.25}, 1, ""}, /* 1 as a float */
    {0x0d, {0, 0.1, 1, 0.5, 1.001, 0.25}, 1. / 255, ""},
    {0x0d, {0, 1, 127, 128, 254, 255}, 1. / 255, ""},
    {0x0e, {0, 1, 127.5, 128, 254, 255}, 1. / 255, ""},
    {0x09, {0, 1, 2, 64, -1, 127}, 0, "image 0, row 1, column 1 is -1; pixels are from 0 to 255"},
    {0x0b, {0, 1, 2, 256, 5, 127}, 0, "image 0, row 1, column 0 is 256; pixels"},
    {0x0c, {0, -70000, 2, 6, 5, 127}, 0, "image 0, row 0, column 1 is -70000; pixels"},
    {0x0d, {0, 1, 2, 3, 5, NAN}, 0, "image 0, row 1, column 2 is nan; pixels are from 0 to 1, or"},
    {0x0e, {0, 1, INFINITY, 3, 5, 4}, 0, "image 0, row 0, column 2 is inf; pixels"},
    {0x0d, {0, 1, 255.1, 3, 5, 4}, 0, "image 0, row 0, column 2 is 255.1; pixels"},
    {0x0e, {0, 1, -0.001, 3, 5, 4}, 0, "image 0, row 0, column 2 is -0.001; pixels"},
};

START_TEST(test_type)
{
    const uint32_t sizes[DIMS] = {40, 2, 3};
    struct images i;
    struct vae_error e = {""};
    write_idx("t.idx", types[_i].type, sizes, types[_i].in, VALUES);
    const bool read = vae_image_file_read("t.idx", &(struct images_wanted){0}, &i, &e);
    ck_assert_msg(read == (types[_i].scale > 0), "%s", e.line);
    if (!read) {
        ck_assert_msg(strstr(e.line, types[_i].says) != NULL, "%s", e.line);
        return;
    }
    ck_assert(i.count == 40 && i.rows == 2 && i.cols == 3);
    ck_assert((i.values != NULL) == (types[_i].type >= 0x0d));
    for (size_t p = 0; p < 240; p++) {
        const double x = types[_i].in[p % VALUES];
        if (i.values)
            ck_assert(i.values[p] == (types[_i].scale < 1 ? (float)x / 255 : (float)x));
        else
            ck_assert_uint_eq(i.pixels[p], (unsigned)x);
    }
    vae_images_free(&i);
}
END_TEST

/* Floats equal to bytes / 255 train to the same checkpoint as the bytes, however binarised. */
START_TEST(test_same_training)
{
    static const int type[] = {0x08, 0x0b, 0x0c, 0x0d, 0x0e, 0x0d};
    static const char *const binarize[] = {"none", "dynamic", "threshold", "fixed"};
    double bytes[256], floats[256];
    const uint32_t sizes[DIMS] = {40, 7, 5};
    for (int v = 0; v < 256; v++) bytes[v] = v * 37 % 256;
    for (int v = 0; v < 256; v++) floats[v] = (double)((float)bytes[v] / 255);
    for (size_t b = 0; b < 4; b++)
        for (size_t t = 0; t < sizeof type / sizeof *type; t++) {
            char command[256];
            write_idx("s.idx", type[t], sizes, t == 3 || t == 4 ? floats : bytes, 256);
            snprintf(command, sizeof command,
                     "train --data s.idx --out %s --epochs 2 --batch 12 --hidden 5 --latent 2 "
                     "--quiet --binarize %s",
                     t ? "s" : "s0", binarize[b]);
            cli_must_work(command);
            ck_assert(t == 0 || cli_same_file("s/model.safetensors", "s0/model.safetensors"));
        }
}
END_TEST

/* --- dimensions --- */

static const struct {
    uint32_t sizes[DIMS];
    size_t rows, cols; /* 0: refused */
    const char *says;
} dims[] = {
    {{12, 7, 5}, 7, 5, ""},
    {{12, 1, 7, 5}, 7, 5, ""},
    {{12, 7, 5, 1}, 7, 5, ""},
    {{12, 1, 7, 1}, 7, 1, ""},
    {{12, 25}, 5, 5, ""},
    {{12, 35}, 1, 35, ""},
    {{12, 1}, 1, 1, ""},
    {{12}, 0, 0, "holds labels"},
    {{12, 3, 7, 5}, 0, 0, "images of 3 x 7 x 5; one channel is read"},
    {{1, 1, 1, 1, 1}, 0, 0, "IDX of 5 dimensions"},
    {{1, 5000}, 0, 0, "images of 1 x 5000; sides of 1 to 4096"},
};

START_TEST(test_dimensions)
{
    double values[7] = {0, 10, 20, 30, 40, 50, 60};
    struct images i;
    struct vae_error e = {""};
    write_idx("d.idx", 0x08, dims[_i].sizes, values, 7);
    const bool read = vae_image_file_read("d.idx", &(struct images_wanted){0}, &i, &e);
    ck_assert_msg(read == (dims[_i].rows > 0), "%s", e.line);
    if (read) {
        ck_assert(i.count == 12 && i.rows == dims[_i].rows && i.cols == dims[_i].cols);
        for (size_t p = 0; p < 12 * vae_images_size(&i); p++)
            ck_assert_uint_eq(i.pixels[p], p % 7 * 10);
        vae_images_free(&i);
    }
    ck_assert_msg(read || strstr(e.line, dims[_i].says), "%s", e.line);
}
END_TEST

/* --- files of other kinds --- */

#define BYTES(text) sizeof text - 1, text
static const struct {
    size_t size;
    const char *bytes, *says;
} others[] = {
    {BYTES(""), "the file is empty"},
    {BYTES("\0\0\x08"), "ends inside its header"},
    {BYTES("\0\0\x08\3\0\0\0"), "ends inside its header"},
    {BYTES("\3\x08\0\0\x28\0\0\0\x08\0\0\0\6\0\0\0"), "little-endian"},
    {BYTES("\0\0\x0a\3\0\0\0\1\0\0\0\1\0\0\0\1x"), "element type 0a, which is none"},
    {BYTES("\0\0\x08\0\0\0\0\1"), "IDX of 0 dimensions"},
    {BYTES("<!DOCTYPE html><html>403 Forbidden</html>"), "a web page, not images; the down"},
    {BYTES("\r\n  <HTML><body>"), "a web page"},
    {BYTES("\xef\xbb\xbf<?xml version=\"1.0\"?>"), "a web page"},
    {BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "a PNG picture"},
    {BYTES("\xff\xd8\xff\xe0\0\x10JFIF"), "a JPEG picture"},
    {BYTES("\x93NUMPY\1\0v\0{'descr'"), "ends inside its header"},
    {BYTES("PK\3\4\x14\0\0\0\x08\0"), "a zip archive"},
    {BYTES("MATLAB 5.0 MAT-file"), "a MATLAB file"},
    {BYTES("version https://git-lfs.github.com/spec/v1"), "Git LFS"},
    {BYTES("label,1x1,1x2,1x3"), "text, not images"},
    {BYTES("\x12\x34\x56\x78\0\0\0\0"), "it begins with 12345678"},
    {BYTES("\x1f\x8b\x08\0\0"), "gz.idx: "},
};

START_TEST(test_other_file)
{
    struct images i;
    struct vae_error e = {""};
    for (int packed = 0; packed < 2; packed++) {
        const bool gz = others[_i].size > 1 && others[_i].bytes[0] == 0x1f;
        gzFile f = gzopen("gz.idx", packed && !gz ? "wb" : "wbT");
        gzwrite(f, others[_i].bytes, (unsigned)others[_i].size);
        gzclose(f);
        ck_assert(!vae_image_file_read("gz.idx", &(struct images_wanted){0}, &i, &e));
        ck_assert_msg(strstr(e.line, others[_i].says) != NULL, "%s", e.line);
    }
}
END_TEST

START_TEST(test_gzip)
{
    static unsigned char bytes[4096];
    const uint32_t sizes[DIMS] = {12, 7, 5};
    const double values[3] = {1, 2, 3};
    struct images i;
    struct vae_error e = {""};
    const size_t n = make_idx(bytes, 0x08, sizes, values, 3);
    gzFile f = gzopen("m.gz", "wb"); /* several members, and the padding that tar leaves */
    for (size_t at = 0; at < n; at += 100) {
        gzwrite(f, bytes + at, (unsigned)(n - at < 100 ? n - at : 100));
        gzclose(f);
        f = at + 100 < n ? gzopen("m.gz", "ab") : NULL;
    }
    FILE *tail = fopen("m.gz", "ab");
    for (int z = 0; z < 512; z++) fputc(0, tail);
    fclose(tail);
    ck_assert_msg(vae_image_file_read("m.gz", &(struct images_wanted){0}, &i, &e), "%s", e.line);
    ck_assert(i.count == 12 && i.pixels[419] == 3);
    vae_images_free(&i);
    cli_must_work("eval out/model.safetensors --data m.gz");
    ck_assert_int_eq(system("gzip -c m.gz >twice.gz"), 0);
    ck_assert(!vae_image_file_read("twice.gz", &(struct images_wanted){0}, &i, &e));
    ck_assert_ptr_nonnull(strstr(e.line, "gzip within gzip"));
    ck_assert_int_eq(system("mkfifo pipe; cat m.gz >pipe &"), 0);
    ck_assert_msg(vae_image_file_read("pipe", &(struct images_wanted){0}, &i, &e), "%s", e.line);
    ck_assert(i.count == 12 && i.pixels[419] == 3);
    vae_images_free(&i);
}
END_TEST

/* A header that claims 4 G images of 4096 x 4096 is found out without allocating for them. */
START_TEST(test_lying_header)
{
    static const unsigned char header[16] = "\0\0\x0e\3\xff\xff\xff\xff\0\0\x10\0\0\0\x10";
    struct rusage before, after;
    struct images i;
    struct vae_error e = {""};
    unsigned char bytes[64] = {0};
    memcpy(bytes, header, 16);
    getrusage(RUSAGE_SELF, &before);
    for (int way = 0; way < 3; way++) { /* plain, compressed, through a pipe */
        gzFile f = gzopen("lie.idx", way == 1 ? "wb" : "wbT");
        gzwrite(f, bytes, sizeof bytes);
        gzclose(f);
        unlink("pipe");
        if (way == 2) ck_assert_int_eq(system("mkfifo pipe; cat lie.idx >pipe &"), 0);
        ck_assert(!vae_image_file_read(way == 2 ? "pipe" : "lie.idx", &(struct images_wanted){0},
                                       &i, &e));
        ck_assert_msg(strstr(e.line, "cut short: 48 of ") != NULL, "%s", e.line);
    }
    getrusage(RUSAGE_SELF, &after);
    ck_assert_int_lt(after.ru_maxrss - before.ru_maxrss, 100 << 10);
}
END_TEST

Suite *suite_images(void)
{
    Suite *s = suite_create("images");
    TCase *t = tcase_create("images");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_type, 0, sizeof types / sizeof *types);
    tcase_add_test(t, test_same_training);
    tcase_add_loop_test(t, test_dimensions, 0, sizeof dims / sizeof *dims);
    tcase_add_loop_test(t, test_other_file, 0, sizeof others / sizeof *others);
    tcase_add_test(t, test_gzip);
    tcase_add_test(t, test_lying_header);
    suite_add_tcase(s, t);
    return s;
}
