/* Counts this program's allocations and makes one of them fail. The linker redirects malloc and its
 * kin here (--wrap). */
#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

#include <stddef.h>

/* The number so far; always 0 where the linker cannot redirect. */
size_t allocations(void);

/* Makes the n-th allocation from now fail; 0: none. */
void allocations_fail(size_t n);

#endif
