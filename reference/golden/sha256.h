/* Incremental SHA-256. */
#ifndef SHA256_H
#define SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_HEX = 65 }; /* 64 digits and a NUL */

struct sha256 {
    uint64_t bytes;
    uint32_t h[8];
    unsigned char block[64];
};

void sha256_start(struct sha256 *s);
void sha256_take(struct sha256 *s, const void *p, size_t n);
void sha256_end(struct sha256 *s, char hex[SHA256_HEX]);

#endif
