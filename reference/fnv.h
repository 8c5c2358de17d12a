/* FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923): for identifiers and seeds. Not cryptographic. */
#ifndef FNV_H
#define FNV_H

#include <stdint.h>

static const uint64_t FNV_START = 0xcbf29ce484222325;

static inline uint64_t fnv_byte(uint64_t h, unsigned byte)
{
    return (h ^ (byte & 255)) * 0x100000001b3;
}

/* Extends hash h by the bytes of a string, without its terminating NUL. */
static inline uint64_t fnv_text(uint64_t h, const char *text)
{
    for (; *text; text++) h = fnv_byte(h, (unsigned char)*text);
    return h;
}

/* Extends h by the low `bytes` bytes of a number, least significant first on any byte order. */
static inline uint64_t fnv_number(uint64_t h, uint64_t number, int bytes)
{
    for (int b = 0; b < bytes; b++) h = fnv_byte(h, (unsigned)(number >> 8 * b));
    return h;
}

#endif
