/* Buffers between guard pages: the byte before the first page and after the last one faults. */
#ifndef BUFFER_H
#define BUFFER_H

#include <stddef.h>

enum { BUFFER_CANARY = 0xc5 };

struct buffer {
    unsigned char *pages; /* usable part */
    size_t size;          /* its bytes, whole pages */
};

/* Where an operand lies in its buffer: PLACE_END flush to the rear guard, else `place` elements
 * after the front guard. */
enum { PLACE_END = -1, PLACE_START = 0 };

/* At least `bytes` between two guards; grows and keeps the buffer. Ends the program where memory is short (must.h). */
void buffer_reserve(struct buffer *b, size_t bytes);

/* Room for `bytes` of elements of `elem` bytes at a placement; everything around is canary. */
unsigned char *buffer_place(struct buffer *b, size_t bytes, size_t elem, int place);

/* The bytes around [p, p + bytes) still hold the canary. */
int buffer_intact(const struct buffer *b, const unsigned char *p, size_t bytes);

void buffer_free(struct buffer *b);

#endif
