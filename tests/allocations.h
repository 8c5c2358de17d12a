/* How often this program asked for memory, and asking in vain: the linker leads malloc and its kin here
 * (--wrap). */
#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

#include <stddef.h>

/* So far; always 0 where the linker cannot. */
size_t allocations(void);

/* The n-th from now finds memory short; 0: none does. */
void allocations_fail(size_t n);

#endif
