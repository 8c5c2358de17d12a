#include "buffer.h"
#include "must.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MARGIN = 256 }; /* bytes of canary on either side, fewer near the guard pages */

static size_t page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

void buffer_free(struct buffer *b)
{
    if (b->pages) munmap(b->pages - page_size(), b->size + 2 * page_size());
    *b = (struct buffer){0};
}

void buffer_reserve(struct buffer *b, size_t bytes)
{
    const size_t page = page_size(), need = (bytes + MARGIN + page) / page * page;
    if (b->size >= need) return;
    buffer_free(b);
    unsigned char *map = mmap(NULL, need + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED || mprotect(map + page, need, PROT_READ | PROT_WRITE)) must_fail();
    *b = (struct buffer){map + page, need};
}

static size_t min(size_t a, size_t b) { return a < b ? a : b; }

unsigned char *buffer_place(struct buffer *b, size_t bytes, size_t elem, int place)
{
    unsigned char *end = b->pages + b->size;
    unsigned char *p = place == PLACE_END ? end - bytes : b->pages + elem * (size_t)place;
    const size_t before = min(MARGIN, (size_t)(p - b->pages));
    const size_t after = min(MARGIN, (size_t)(end - p) - bytes);
    memset(p - before, BUFFER_CANARY, before + bytes + after);
    return p;
}

static int all_canary(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] != BUFFER_CANARY) return 0;
    return 1;
}

int buffer_intact(const struct buffer *b, const unsigned char *p, size_t bytes)
{
    const unsigned char *end = b->pages + b->size;
    const size_t before = min(MARGIN, (size_t)(p - b->pages));
    const size_t after = min(MARGIN, (size_t)(end - p) - bytes);
    return all_canary(p - before, before) && all_canary(p + bytes, after);
}
