/* The bandwidth yardstick: w[i] += d[i] over two arrays moves 12 bytes for each 8 allocated. */
#ifndef STREAM_H
#define STREAM_H

#include <stddef.h>

/* Bytes per second over arrays of `bytes` in all, with the CPU's widest vectors: the median of a
 * few runs. 0 if memory runs out. */
double stream_rate(size_t bytes);

#endif
