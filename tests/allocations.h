/* How often this program asked for memory: the linker leads malloc and its kin here (--wrap). */
#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

#include <stddef.h>

size_t allocations(void);

#endif
