/* The yardstick of bandwidth: w[i] += d[i] over two arrays, which moves 12 bytes for each 8 allocated. */
#ifndef STREAM_H
#define STREAM_H

#include <stddef.h>

/* Bytes per second with `bytes` of arrays, the median of a few; with the widest vectors of the CPU.
 * 0 where memory is short. */
double stream_rate(size_t bytes);

#endif
