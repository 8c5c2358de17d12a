/* Allocation for the checks of kernels. They allocate many small pieces and hold nothing that could
 * be lost, so when memory runs out the program prints one line and exits with status 1. */
#ifndef MUST_H
#define MUST_H

#include <stddef.h>

void *must_calloc(size_t n, size_t size); /* n may be 0 */

/* Exits as above; errno gives the reason. */
_Noreturn void must_fail(void);

/* For a child process whose parent prints the line: must_fail then only exits, with MUST_STATUS. */
enum { MUST_STATUS = 76 };
void must_fail_silently(void);

#endif
