/* Buffers between guard pages: the byte before the first page and after the last one faults. */
#ifndef BUFFER_H
#define BUFFER_H

#include <stddef.h>

enum { BUFFER_CANARY = 0xc5 };

struct buffer {
    unsigned char *pages; /* the usable part, between the guards */
    size_t size;          /* its size in bytes, whole pages */
};

/* Where an operand lies in its buffer: PLACE_END flush to the rear guard, else `place` elements
 * after the front guard. */
enum { PLACE_END = -1, PLACE_START = 0 };

/* Grows the buffer to at least `bytes` between the guards. Its contents are lost when it grows.
 * Exits the program if memory runs out (must.h). */
void buffer_reserve(struct buffer *b, size_t bytes);

/* Places `bytes` bytes of `elem`-byte elements; fills them and their surroundings with canary. */
unsigned char *buffer_place(struct buffer *b, size_t bytes, size_t elem, int place);

/* Whether the bytes around [p, p + bytes) still hold the canary. */
int buffer_intact(const struct buffer *b, const unsigned char *p, size_t bytes);

void buffer_free(struct buffer *b);

#endif
