/* Readers of files that others wrote: safetensors of every type and origin, false headers. */
#include "../vae/model/checkpoint.h"
#include "cli.h"
#include "each.h"
#include "suites.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* --- safetensors: the header --- */

static void write_st(const char *path, const char *header, const void *data, size_t n)
{
    const uint64_t length = strlen(header);
    unsigned char *bytes = calloc(1, 8 + length + n);
    memcpy(bytes, &length, 8);
    memcpy(bytes + 8, header, length);
    if (data) memcpy(bytes + 8 + length, data, n);
    cli_write(path, bytes, 8 + length + n);
    free(bytes);
}

/* says: NULL if the header is valid. */
static const struct {
    const char *header;
    size_t data;
    const char *says;
} headers[] = {
    {"{}", 0, NULL},
    {"{}", 1, "left over or shared"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, NULL},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}   ", 8, NULL},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 9, "left over or shared"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7, "past the end"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}", 12,
     "left over or shared"},
    /* tensors may be in any order; two that share a range leave a hole of its size */
    {"{\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]},"
     "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
     8, NULL},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
     "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
     "\"c\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}",
     12, "left over or shared"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
     "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]},"
     "\"c\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[12,12]}}",
     16, "left over or shared"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,0]},"
     "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
     "\"c\":{\"dtype\":\"I64\",\"shape\":[9000000000,9000000000,0],\"data_offsets\":[4,4]}}",
     4, NULL},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}", 4, NULL},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8,
     "shape and size disagree"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[0,8]}}", 8,
     "shape and size disagree"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8,
     "shape and size disagree"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}", 8,
     "shape and size disagree"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}", 8,
     "shape and size disagree"},
    /* 2^62 + 2 elements of four bytes are 8 bytes, modulo 2^64 */
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387906],\"data_offsets\":[0,8]}}", 8,
     "shape and size disagree"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0,
     "shape and size disagree"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, "past the end"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", 8, "past the end"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8,8]}}", 8, "past the end"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,99999999999999999999]}}", 8,
     "not JSON"},
    {"{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}", 8, "no type"},
    {"{\"a\":7}", 8, "no type"},
    {"{\"a\":{\"dtype\":\"BOOL\",\"shape\":[3],\"data_offsets\":[0,3]},"
     "\"b\":{\"dtype\":\"F8_E4M3\",\"shape\":[5],\"data_offsets\":[3,8]}}",
     8, NULL},
    {"{\"a\":{\"dtype\":\"U16\",\"shape\":[3],\"data_offsets\":[0,6]},"
     "\"b\":{\"dtype\":\"F4\",\"shape\":[2,2],\"data_offsets\":[6,8]}}",
     8, NULL},
    {"{\"a\":{\"dtype\":\"I64\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8,
     "shape and size disagree"},
    {"{\"a\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,2]}}", 2,
     "shape and size disagree"},
    {"{\"a\":{\"dtype\":\"Q7\",\"shape\":[2],\"data_offsets\":[0,7]}}", 7,
     NULL}, /* unknown type: only its range is checked */
    {"{\"a\":{\"dtype\":\"Q7\",\"shape\":[2],\"data_offsets\":[0,7]}}", 8, "left over or shared"},
    {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
     "\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}",
     4, "not JSON"},
    {"[]", 0, "not JSON"},
    {"{\"a\":", 0, "not JSON"},
    {"", 0, "not JSON"},
};

START_TEST(test_header)
{
    struct st_file f;
    struct vae_error e = {""};
    write_st("h.safetensors", headers[_i].header, NULL, headers[_i].data);
    const bool opened = vae_st_open(&f, "h.safetensors", &e);
    if (opened) vae_st_close(&f);
    ck_assert_msg(opened == !headers[_i].says, "%s: %s", headers[_i].header, e.line);
    ck_assert_msg(opened || strstr(e.line, headers[_i].says), "%s: %s", headers[_i].header, e.line);
}
END_TEST

/* A header of nothing but nested brackets. */
START_TEST(test_nested_header)
{
    enum { DEEP = 1 << 20 };
    struct st_file f;
    struct vae_error e = {""};
    char *header = malloc(DEEP + 1);
    memset(header, '[', DEEP);
    header[DEEP] = 0;
    write_st("deep.safetensors", header, NULL, 0);
    free(header);
    ck_assert(!vae_st_open(&f, "deep.safetensors", &e));
    ck_assert_msg(strstr(e.line, "not JSON") != NULL, "%s", e.line);
}
END_TEST

/* The peak of resident memory so far, in kB. */
static long memory_peak(void)
{
    struct rusage u;
    getrusage(RUSAGE_SELF, &u);
    return u.ru_maxrss;
}

/* Three sparse gigabytes behind a header are neither read nor allocated. */
START_TEST(test_sparse)
{
    static const struct {
        uint64_t length;
        const char *says;
    } lies[] = {{3000000000, "header length is beyond"},
                {UINT64_MAX, "header length is wrong"},
                {UINT64_MAX - 7, "header length is wrong"},
                {2, "left over"}};
    const long before = memory_peak();
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        struct st_file f;
        struct vae_error e = {""};
        unsigned char start[10] = {[8] = '{', '}'};
        memcpy(start, &lies[i].length, 8);
        cli_write("sparse.safetensors", start, sizeof start);
        ck_assert_int_eq(truncate("sparse.safetensors", 3100000000), 0);
        ck_assert(!vae_st_open(&f, "sparse.safetensors", &e));
        ck_assert_msg(strstr(e.line, lies[i].says) != NULL, "%s", e.line);
    }
    unlink("sparse.safetensors");
    ck_assert_int_lt(memory_peak() - before, 100 << 10);
}
END_TEST

/* --- safetensors: values --- */

static const struct {
    const char *dtype;
    size_t size;
    uint64_t bits;
    float value; /* NAN: not finite, which vae_checkpoint_sound refuses */
} values[] = {
    {"F32", 4, 0x3f800001, 0x1.000002p0f},
    {"F32", 4, 0x80000001, -0x1p-149f},
    {"F32", 4, 0x7f800000, NAN},
    {"F16", 2, 0x0000, 0.0f},
    {"F16", 2, 0x8000, -0.0f},
    {"F16", 2, 0x0001, 0x1p-24f}, /* denormal */
    {"F16", 2, 0x83ff, -0x1.ff8p-15f},
    {"F16", 2, 0x0400, 0x1p-14f},
    {"F16", 2, 0x3c00, 1.0f},
    {"F16", 2, 0x3555, 0x1.554p-2f},
    {"F16", 2, 0xc000, -2.0f},
    {"F16", 2, 0x7bff, 65504.0f},
    {"F16", 2, 0x7c00, NAN},
    {"F16", 2, 0xfc00, NAN},
    {"F16", 2, 0x7e01, NAN},
    {"BF16", 2, 0x3f80, 1.0f},
    {"BF16", 2, 0xc049, -0x1.92p1f},
    {"BF16", 2, 0x0001, 0x1p-133f}, /* denormal */
    {"BF16", 2, 0x7f7f, 0x1.fep127f},
    {"BF16", 2, 0x7f80, NAN},
    {"BF16", 2, 0xffc0, NAN},
    {"F64", 8, 0x3ff0000000000000, 1.0f},
    {"F64", 8, 0x3ff0000010000000, 1.0f},          /* a tie, down to even */
    {"F64", 8, 0x3ff0000030000000, 0x1.000004p0f}, /* a tie, up to even */
    {"F64", 8, 0x3ff0000010000001, 0x1.000002p0f},
    {"F64", 8, 0xbfb999999999999a, -0.1f},
    {"F64", 8, 0x36a0000000000000, 0x1p-149f},
    {"F64", 8, 0x3690000000000000, 0.0f}, /* half the least denormal, to even */
    {"F64", 8, 0x3690000000000001, 0x1p-149f},
    {"F64", 8, 0x47efffffe0000000, 0x1.fffffep127f},
    {"F64", 8, 0x47efffffefffffff, 0x1.fffffep127f},
    {"F64", 8, 0x47effffff0000000, NAN}, /* rounds to infinity */
    {"F64", 8, 0x7fefffffffffffff, NAN},
    {"F64", 8, 0x7ff8000000000000, NAN},
};

static bool same_bits(float a, float b) { return !memcmp(&a, &b, sizeof a); }

START_TEST(test_value)
{
    char header[128];
    float to[2];
    struct st_file f;
    struct vae_error e = {""};
    const size_t size = values[_i].size, shape[1] = {2};
    unsigned char data[16] = {0}; /* the second element is the value, the first is 0 */
    memcpy(data + size, &values[_i].bits, size);
    snprintf(header, sizeof header,
             "{\"a\":{\"dtype\":\"%s\",\"shape\":[2],\"data_offsets\":[0,%zu]}}", values[_i].dtype,
             2 * size);
    write_st("v.safetensors", header, data, 2 * size);
    ck_assert_msg(vae_st_open(&f, "v.safetensors", &e), "%s", e.line);
    ck_assert_msg(vae_st_read(&f, "a", 1, shape, to, &e), "%d: %s", _i, e.line);
    vae_st_close(&f);
    if (!isnan(values[_i].value))
        ck_assert_msg(same_bits(to[0], 0) && same_bits(to[1], values[_i].value), "%d: %a", _i,
                      (double)to[1]);
    else
        ck_assert(!isfinite(to[1]));
}
END_TEST

/* A tensor that takes more than one read, between two others. */
START_TEST(test_long_tensor)
{
    enum { COUNT = 100003 };
    char header[256];
    struct st_file f;
    struct vae_error e = {""};
    const size_t shape[2] = {1, COUNT};
    uint16_t *half = calloc(COUNT + 3, sizeof *half);
    float *to = malloc(COUNT * sizeof *to);
    for (uint32_t i = 0; i < COUNT; i++) half[i + 1] = (uint16_t)(i * 7 % 0x7c00);
    snprintf(header, sizeof header,
             "{\"z\":{\"dtype\":\"I16\",\"shape\":[1],\"data_offsets\":[0,2]},"
             "\"a\":{\"dtype\":\"F16\",\"shape\":[1,%d],\"data_offsets\":[2,%d]},"
             "\"y\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[%d,%d]}}",
             COUNT, 2 * COUNT + 2, 2 * COUNT + 2, 2 * COUNT + 6);
    write_st("long.safetensors", header, half, 2 * (COUNT + 3));
    ck_assert_msg(vae_st_open(&f, "long.safetensors", &e), "%s", e.line);
    ck_assert_msg(vae_st_read(&f, "a", 2, shape, to, &e), "%s", e.line);
    for (uint32_t i = 0; i < COUNT; i++) {
        const int h = (int)(i * 7 % 0x7c00), exponent = h >> 10;
        const double want =
            exponent ? ldexp(1024 + (h & 1023), exponent - 25) : ldexp(h & 1023, -24);
        each_msg((double)to[i] == want, "%u: %a", i, (double)to[i]);
    }
    ck_assert(!vae_st_read(&f, "y", 0, NULL, to, &e));
    ck_assert_ptr_nonnull(strstr(e.line, "tensor y is I32; F32, F16, BF16 and F64 are read"));
    vae_st_close(&f);
    free(half);
    free(to);
}
END_TEST

Suite *suite_readers(void)
{
    Suite *s = suite_create("readers");
    TCase *t = tcase_create("readers");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_header, 0, sizeof headers / sizeof *headers);
    tcase_add_test(t, test_nested_header);
    tcase_add_test(t, test_sparse);
    tcase_add_loop_test(t, test_value, 0, sizeof values / sizeof *values);
    tcase_add_test(t, test_long_tensor);
    suite_add_tcase(s, t);
    return s;
}
