#include "memory.h"
#include <stdint.h>
#include <sys/mman.h>

enum { HUGE = 2 << 20, HEADER = 64 };

/* The block's size is stored in its first cache line, before the memory returned. */
void *vae_memory_get(size_t bytes)
{
    /* rounding up to huge pages wastes half a page on average: too much for smaller blocks */
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
