#include "memory.h"
#include <stdint.h>
#include <sys/mman.h>

/* Below so many bytes, half a huge page would lie idle. */
enum { HUGE = 2 << 20, HEADER = 64 };

/* The block's size stands in its first cache line. */
void *vae_memory_get(size_t bytes)
{
    const size_t page = bytes >= 4 * (size_t)HUGE ? HUGE : 4096;
    if (bytes > SIZE_MAX / 2) return NULL;
    const size_t size = (bytes + HEADER + page - 1) / page * page;
    char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
                   -1, 0);
    if (p == MAP_FAILED) return NULL;
#ifdef MADV_HUGEPAGE
    if (page == HUGE) madvise(p, size, MADV_HUGEPAGE);
#endif
    *(size_t *)(void *)p = size;
    return p + HEADER;
}

void vae_memory_give(void *p)
{
    if (!p) return;
    char *start = (char *)p - HEADER;
    munmap(start, *(size_t *)(void *)start);
}
