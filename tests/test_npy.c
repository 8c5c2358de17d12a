/* Images in NumPy's files: types, byte orders, orders of elements, versions; and headers that are none. */
#include "../vae/data/image_file.h"
#include "cli.h"
#include "suites.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum { COUNT = 12, ROWS = 2, COLS = 3, PIXELS = COUNT * ROWS * COLS, FILE_BYTES = 4096 };

/* --- files --- */

static uint64_t bits_of(char kind, int size, double x)
{
    const float f = (float)x;
    uint64_t wide;
    uint32_t bits;
    int exponent;
    memcpy(&wide, &x, 8);
    memcpy(&bits, &f, 4);
    if (kind != 'f') return (uint64_t)(int64_t)x;
    if (size == 8) return wide;
    if (size == 4) return bits;
    if (isnan(x)) return 0x7e01;
    if (isinf(x)) return 0x7c00;
    const double m = frexp(x, &exponent); /* a half, of a value that has one */
    if (x < 0x1p-14) return (uint64_t)ldexp(x, 24);
    return (uint64_t)(exponent + 14) << 10 | ((uint64_t)ldexp(m, 11) & 1023);
}

/* Writes text and elements; type as "<f4". Value i of memory is values[i % n]. */
static size_t make_npy(unsigned char *to, int version, const char *text, const char *type,
                       size_t elements, const double *values, size_t n)
{
    const size_t length = strlen(text), size = (size_t)(type[2] - '0');
    size_t used = 8;
    memcpy(to, "\x93NUMPY\0", 8);
    to[6] = (unsigned char)version;
    for (int i = 0; i < (version == 1 ? 2 : 4); i++) to[used++] = (unsigned char)(length >> 8 * i);
    memcpy(to + used, text, length);
    used += length;
    for (size_t i = 0; i < elements; i++) {
        const uint64_t word = bits_of(type[1], (int)size, values[i % n]);
        for (size_t b = 0; b < size; b++)
            to[used++] = (unsigned char)(word >> 8 * (*type == '>' ? size - 1 - b : b));
    }
    ck_assert_uint_le(used, FILE_BYTES);
    return used;
}

static void write_npy(int version, const char *text, const char *type, size_t elements,
                      const double *values, size_t n)
{
    static unsigned char bytes[FILE_BYTES];
    cli_write("a.npy", bytes, make_npy(bytes, version, text, type, elements, values, n));
}

static bool reads(struct images *i, struct vae_error *e)
{
    *e = (struct vae_error){""};
    return vae_image_file_read("a.npy", &(struct images_wanted){0}, i, e);
}

/* --- types --- */

enum { VALUES = 6 };
static const struct {
    const char *type;
    double in[VALUES];
    double scale; /* from `in` to the pixels kept; 0: refused */
    const char *says;
} types[] = {
    {"|u1", {0, 1, 127, 128, 254, 255}, 1, ""},
    {"|b1", {0, 1, 1, 0, 0, 1}, 255, ""},
    {"|i1", {0, 1, 2, 64, 126, 127}, 1, ""},
    {"<u2", {0, 1, 127, 128, 254, 255}, 1, ""},
    {">i4", {0, 1, 127, 128, 254, 255}, 1, ""},
    {"<i8", {0, 1, 127, 128, 254, 255}, 1, ""},
    {">u8", {0, 1, 127, 128, 254, 255}, 1, ""},
    {"<f2", {0, 0.5, 1, 0.25, 0x1p-24, 0x1.8p-15}, 1, ""},
    {">f2", {0, 1, 127.5, 128, 254, 255}, 1. / 255, ""},
    {"<f4", {0, 0.1, 1, 0.5, 1e-40, 0.25}, 1, ""},
    {">f4", {0, 1, 127, 128, 254, 255}, 1. / 255, ""},
    {"=f8", {0, 0.1, 1, 0.5, 1e-300, 0.25}, 1, ""},
    {">f8", {0, 1, 127.5, 128, 254, 255}, 1. / 255, ""},
    {"|b1", {0, 1, 1, 2, 0, 1}, 0, "image 0, row 1, column 0 is 2; pixels are false or true"},
    {"<i2", {0, 1, 2, 64, -1, 127}, 0, "image 0, row 1, column 1 is -1; pixels are from 0 to 255"},
    {"<u4", {0, 1, 2, 256, 5, 127}, 0, "image 0, row 1, column 0 is 256; pixels"},
    {"<f2", {0, 1, 2, 3, 5, NAN}, 0, "image 0, row 1, column 2 is nan; pixels are from 0 to 1, or"},
    {"<f2", {0, 1, INFINITY, 3, 5, 4}, 0, "image 0, row 0, column 2 is inf; pixels"},
    {"<f8", {0, 1, -0.001, 3, 5, 4}, 0, "image 0, row 0, column 2 is -0.001; pixels"},
};

START_TEST(test_npy_type)
{
    char text[128];
    struct images i;
    struct vae_error e;
    snprintf(text, sizeof text,
             "{'descr': '%s', 'fortran_order': False, 'shape': (12, 2, 3), }  \n", types[_i].type);
    write_npy(1 + _i % 3, text, types[_i].type, PIXELS, types[_i].in, VALUES);
    const bool read = reads(&i, &e);
    ck_assert_msg(read == (types[_i].scale > 0), "%s", e.line);
    ck_assert_msg(read || strstr(e.line, types[_i].says), "%s", e.line);
    if (!read) return;
    ck_assert(i.count == COUNT && i.rows == ROWS && i.cols == COLS);
    ck_assert((i.values != NULL) == (types[_i].type[1] == 'f'));
    for (size_t p = 0; p < PIXELS; p++) {
        const double x = types[_i].in[p % VALUES];
        if (i.values)
            ck_assert(i.values[p] == (types[_i].scale < 1 ? (float)x / 255 : (float)x));
        else
            ck_assert_uint_eq(i.pixels[p], (unsigned)(types[_i].scale * x));
    }
    vae_images_free(&i);
}
END_TEST

/* --- headers --- */

#define BYTES_OF(shape) "{'descr': '|u1', 'fortran_order': False, 'shape': " shape ", }\n"
static const struct {
    const char *text;
    size_t elements, rows, cols; /* rows 0: refused */
    const char *says;
} headers[] = {
    {BYTES_OF("(12, 2, 3)"), 72, 2, 3, ""},
    {"{\"shape\":(12,2,3),\"descr\":\"|u1\",\"fortran_order\":False}", 72, 2, 3, ""},
    {BYTES_OF("(12L, 2L, 3L)"), 72, 2, 3, ""},
    {BYTES_OF("(12, 25)"), 300, 5, 5, ""},
    {BYTES_OF("(12, 6)"), 72, 1, 6, ""},
    {BYTES_OF("(12, 1, 2, 3)"), 72, 2, 3, ""},
    {BYTES_OF("(12, 2, 3, 1)"), 72, 2, 3, ""},
    {BYTES_OF("(12, 2, 3, 3)"), 216, 0, 0, "images of 2 x 3 x 3; one channel is read"},
    {BYTES_OF("(12,)"), 12, 0, 0, "an array of 1 dimensions; images have 2 to 4"},
    {BYTES_OF("()"), 1, 0, 0, "an array of 0 dimensions"},
    {BYTES_OF("(1, 1, 1, 2, 3)"), 6, 0, 0, "an array of 5 dimensions"},
    {BYTES_OF("(0, 2, 3)"), 0, 0, 0, "holds no images"},
    {BYTES_OF("(12, 0, 3)"), 0, 0, 0, "sides of 1 to 4096"},
    {BYTES_OF("(18446744073709551615, 2, 3)"), 72, 0, 0, "up to 4294967295 are read"},
    {BYTES_OF("(4000000000, 4096, 4096)"), 72, 0, 0, "cut short: 72 of "},
    {BYTES_OF("(12, 2, 3)"), 71, 0, 0, "cut short: 71 of 72 pixel bytes"},
    {BYTES_OF("(12, 2, 3)"), 73, 0, 0, "longer than its header says (12 images)"},
    {BYTES_OF("(12, -2, 3)"), 72, 0, 0, "not a header of NumPy's at `-2, 3)"},
    {BYTES_OF("(12 2)"), 72, 0, 0, "not a header of NumPy's"},
    {"{'descr': '|O', 'fortran_order': False, 'shape': (12, 2, 3), }", 72, 0, 0, "Python objects"},
    {"{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (12,), }", 72, 0, 0, "records"},
    {"{'descr': '<c8', 'fortran_order': False, 'shape': (12, 2, 3), }", 72, 0, 0, "type <c8; save"},
    {"{'descr': '<U5', 'fortran_order': False, 'shape': (12, 2, 3), }", 72, 0, 0, "type <U5; save"},
    {"{'descr': '<f9', 'fortran_order': False, 'shape': (12, 2, 3), }", 72, 0, 0, "type <f9; save"},
    {"{'descr': '|u1', 'shape': (12, 2, 3), }", 72, 0, 0, "not a header of NumPy's"},
    {"{'descr': '|u1', 'fortran_order': Maybe, 'shape': (12, 2, 3), }", 72, 0, 0, "at `Maybe"},
    {"{'descr': '|u1', 'fortran_order': False 'shape': (12, 2, 3), }", 72, 0, 0, "at `'shape'"},
    {"{'descr': '|u1", 72, 0, 0, "not a header of NumPy's"},
    {"", 72, 0, 0, "not a header of NumPy's"},
};

START_TEST(test_npy_header)
{
    const double values[] = {0, 10, 20, 30, 40, 50, 60};
    struct images i;
    struct vae_error e;
    write_npy(1, headers[_i].text, "|u1", headers[_i].elements, values, 7);
    const bool read = reads(&i, &e);
    ck_assert_msg(read == (headers[_i].rows > 0), "%s", e.line);
    ck_assert_msg(read || strstr(e.line, headers[_i].says), "%s", e.line);
    if (!read) return;
    ck_assert(i.count == 12 && i.rows == headers[_i].rows && i.cols == headers[_i].cols);
    for (size_t p = 0; p < headers[_i].elements; p++) ck_assert_uint_eq(i.pixels[p], p % 7 * 10);
    vae_images_free(&i);
}
END_TEST

/* --- Fortran's order: _i % 2: three dimensions or two; _i / 2: bytes or floats --- */

START_TEST(test_npy_fortran)
{
    const bool flat = _i % 2, floats = _i / 2;
    const char *type = floats ? "<f4" : "|u1";
    double memory[PIXELS];
    char text[128];
    struct images i;
    struct vae_error e;
    for (size_t n = 0; n < COUNT; n++)
        for (size_t r = 0; r < ROWS; r++)
            for (size_t c = 0; c < COLS; c++)
                memory[n + COUNT * (flat ? COLS * r + c : r + ROWS * c)] =
                    (double)(COLS * (ROWS * n + r) + c);
    snprintf(text, sizeof text, "{'descr': '%s', 'fortran_order': True, 'shape': %s, }", type,
             flat ? "(12, 6)" : "(12, 2, 3)");
    write_npy(1, text, type, PIXELS, memory, PIXELS);
    ck_assert_msg(reads(&i, &e), "%s", e.line);
    for (size_t p = 0; p < PIXELS; p++)
        if (floats)
            ck_assert(i.values[p] == (float)p / 255);
        else
            ck_assert_uint_eq(i.pixels[p], p);
    vae_images_free(&i);
    memory[COUNT * 2 + 5] = -3; /* element 29: image 5 */
    write_npy(1, text, "<f4", PIXELS, memory, PIXELS);
    ck_assert(!reads(&i, &e));
    ck_assert_msg(!floats || strstr(e.line, "image 5 has a pixel of -3"), "%s", e.line);
}
END_TEST

/* A header cut at each length is refused; compressed by gzip, the file is read. */
START_TEST(test_npy_cut)
{
    static unsigned char bytes[FILE_BYTES];
    const double values[] = {0, 10, 20};
    struct images i;
    struct vae_error e;
    const size_t all = make_npy(bytes, 1, BYTES_OF("(12, 2, 3)"), "|u1", PIXELS, values, 3);
    for (size_t n = 0; n < all; n++) {
        cli_write("a.npy", bytes, n);
        ck_assert(!reads(&i, &e));
        ck_assert_msg(strstr(e.line, "a.npy: ") == e.line, "%s", e.line);
    }
    gzFile f = gzopen("a.npy", "wb");
    ck_assert(f && gzwrite(f, bytes, (unsigned)all) == (int)all && gzclose(f) == Z_OK);
    ck_assert_msg(reads(&i, &e), "%s", e.line);
    ck_assert_uint_eq(i.pixels[PIXELS - 1], 20);
    vae_images_free(&i);
}
END_TEST

/* The same pixels as IDX and as .npy train to the same checkpoint. */
START_TEST(test_npy_training)
{
    static unsigned char bytes[FILE_BYTES];
    double values[256];
    for (int v = 0; v < 256; v++) values[v] = v * 37 % 256;
    const size_t n = make_npy(bytes, 2, BYTES_OF("(40, 7, 5)"), "|u1", 1400, values, 256);
    unsigned char idx[16 + 1400] = {0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 7, 0, 0, 0, 5};
    memcpy(idx + 16, bytes + n - 1400, 1400);
    cli_write("a.npy", bytes, n);
    cli_write("a.idx", idx, sizeof idx);
#define ONE " --epochs 2 --batch 12 --hidden 5 --latent 2 --quiet"
    cli_must_work("train --data a.npy --out n" ONE);
    cli_must_work("train --data a.idx --out i" ONE);
    ck_assert(cli_same_file("n/model.safetensors", "i/model.safetensors"));
    cli_must_work("eval n/model.safetensors --data a.npy");
}
END_TEST

Suite *suite_npy(void)
{
    Suite *s = suite_create("npy");
    TCase *t = tcase_create("npy");
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_npy_type, 0, sizeof types / sizeof *types);
    tcase_add_loop_test(t, test_npy_header, 0, sizeof headers / sizeof *headers);
    tcase_add_loop_test(t, test_npy_fortran, 0, 4);
    tcase_add_test(t, test_npy_cut);
    tcase_add_test(t, test_npy_training);
    suite_add_tcase(s, t);
    return s;
}
