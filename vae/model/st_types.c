#include "st_types.h"
#include <stdint.h>
#include <string.h>

static float from_bits(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void copy_f32(size_t n, const unsigned char *from, float *to)
{
    memcpy(to, from, n * sizeof *to);
}

/* BF16 is the upper half of a float. */
static void widen_bf16(size_t n, const unsigned char *from, float *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = from_bits((uint32_t)from[2 * i] << 16 | (uint32_t)from[2 * i + 1] << 24);
}

/* IEEE 754 binary16: its denormals are multiples of 2^-24, all of them normal floats. */
static float from_half(uint32_t h)
{
    const uint32_t sign = (h & 0x8000) << 16, exponent = h >> 10 & 31, fraction = h & 0x3ff;
    if (exponent == 0) {
        const float x = (float)fraction * 0x1p-24f;
        return sign ? -x : x;
    }
    return from_bits(sign | (exponent == 31 ? 255u : exponent + 112) << 23 | fraction << 13);
}

static void widen_f16(size_t n, const unsigned char *from, float *to)
{
    for (size_t i = 0; i < n; i++)
        to[i] = from_half((uint32_t)from[2 * i] | (uint32_t)from[2 * i + 1] << 8);
}

static void narrow_f64(size_t n, const unsigned char *from, float *to)
{
    for (size_t i = 0; i < n; i++) {
        double x;
        memcpy(&x, from + i * sizeof x, sizeof x);
        to[i] = (float)x;
    }
}

/* github.com/huggingface/safetensors, safetensors/src/tensor.rs */
static const struct st_type types[] = {
    {"F32", 32, copy_f32},    {"F16", 16, widen_f16}, {"BF16", 16, widen_bf16},
    {"F64", 64, narrow_f64},  {"BOOL", 8, NULL},      {"U8", 8, NULL},
    {"I8", 8, NULL},          {"I16", 16, NULL},      {"U16", 16, NULL},
    {"I32", 32, NULL},        {"U32", 32, NULL},      {"I64", 64, NULL},
    {"U64", 64, NULL},        {"C64", 64, NULL},      {"F4", 4, NULL},
    {"F6_E2M3", 6, NULL},     {"F6_E3M2", 6, NULL},   {"F8_E5M2", 8, NULL},
    {"F8_E4M3", 8, NULL},     {"F8_E8M0", 8, NULL},   {"F8_E4M3FNUZ", 8, NULL},
    {"F8_E5M2FNUZ", 8, NULL},
};

const struct st_type *vae_st_type(const char *name)
{
    for (size_t i = 0; name && i < sizeof types / sizeof *types; i++)
        if (!strcmp(name, types[i].name)) return &types[i];
    return NULL;
}
