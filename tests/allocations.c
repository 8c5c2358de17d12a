#include "allocations.h"
#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/types.h>

static atomic_size_t count; /* stays 0 where the linker cannot redirect */
static atomic_size_t fails; /* the count of the allocation that fails */

size_t allocations(void) { return atomic_load(&count); }

void allocations_fail(size_t n) { atomic_store(&fails, n ? allocations() + n : 0); }

#ifdef __linux__
#define COUNTED(type, failure, name, parameters, arguments)                                        \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        if (atomic_fetch_add(&count, 1) + 1 == atomic_load(&fails)) {                              \
            errno = ENOMEM;                                                                        \
            return failure;                                                                        \
        }                                                                                          \
        return __real_##name arguments;                                                            \
    }
COUNTED(void *, NULL, malloc, (size_t n), (n))
COUNTED(void *, NULL, calloc, (size_t n, size_t size), (n, size))
COUNTED(void *, NULL, realloc, (void *p, size_t n), (p, n))
COUNTED(void *, NULL, aligned_alloc, (size_t align, size_t n), (align, n))
COUNTED(void *, MAP_FAILED, mmap, (void *p, size_t n, int prot, int flags, int fd, off_t at),
        (p, n, prot, flags, fd, at))
#endif
