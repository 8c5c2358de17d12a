/* FNV-1a, 64 bits (Fowler, Noll, Vo; RFC 9923): names files and runs, guards against nobody. */
#ifndef VAE_FNV_H
#define VAE_FNV_H

#include <stdint.h>

static const uint64_t FNV_START = 0xcbf29ce484222325;

/* The sum `h` carried on over a byte; over a text's bytes, without its end. */
static inline uint64_t fnv_byte(uint64_t h, unsigned char byte)
{
    return (h ^ byte) * 0x100000001b3;
}
static inline uint64_t fnv_text(uint64_t h, const char *text)
{
    for (; *text; text++) h = fnv_byte(h, (unsigned char)*text);
    return h;
}

#endif
