#include "allocations.h"
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/types.h>

static atomic_size_t count; /* stays 0 where the linker cannot */

size_t allocations(void) { return atomic_load(&count); }

#ifdef __linux__
#define COUNTED(type, name, parameters, arguments)                                                 \
    type __real_##name parameters;                                                                 \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        atomic_fetch_add(&count, 1);                                                               \
        return __real_##name arguments;                                                            \
    }
COUNTED(void *, malloc, (size_t n), (n))
COUNTED(void *, calloc, (size_t n, size_t size), (n, size))
COUNTED(void *, realloc, (void *p, size_t n), (p, n))
COUNTED(void *, aligned_alloc, (size_t align, size_t n), (align, n))
COUNTED(void *, mmap, (void *p, size_t n, int prot, int flags, int fd, off_t at),
        (p, n, prot, flags, fd, at))
#endif
