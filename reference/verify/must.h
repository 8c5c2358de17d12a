/* Memory for the checks of kernels, which are made of many small pieces and hold nothing that could be
 * lost: where it is short the program ends, with one line and exit status 1. */
#ifndef MUST_H
#define MUST_H

#include <stddef.h>

void *must_calloc(size_t n, size_t size);        /* n may be 0 */
void *must_align(size_t alignment, size_t size); /* zeros; whole multiples of the alignment */

/* What they do then; errno says why. */
_Noreturn void must_fail(void);

/* In a child process whose parent says the line: ends without one, with that status. */
enum { MUST_STATUS = 76 };
void must_fail_silently(void);

#endif
