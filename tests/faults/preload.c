/* Preloaded into the program. Makes its n-th allocation fail, and its clock run fast, so that
 * nothing waits for measurements to settle and every run allocates in the same order.
 *
 * FAULT_ALLOCATION=n: the n-th fails. FAULT_COUNT=path: the file receives their number, a size_t.
 * The C library's own allocations count too. A child process continues its parent's count, and the
 * largest count of all is kept. */
#include "preload.h"
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t alignment, size_t n);

static atomic_bool armed;
static atomic_size_t count, ticks;
static size_t fails;
static atomic_size_t *most; /* in the file of FAULT_COUNT */

static bool refused(void)
{
    if (!atomic_load(&armed)) return false;
    const size_t n = atomic_fetch_add(&count, 1) + 1;
    for (size_t seen = most ? atomic_load(most) : n; seen < n;)
        if (atomic_compare_exchange_weak(most, &seen, n)) break;
    if (n == fails) errno = ENOMEM;
    return n == fails;
}

void *malloc(size_t n) { return refused() ? NULL : __libc_malloc(n); }
void *calloc(size_t n, size_t size) { return refused() ? NULL : __libc_calloc(n, size); }
void *realloc(void *p, size_t n) { return refused() ? NULL : __libc_realloc(p, n); }

void *reallocarray(void *p, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    return realloc(p, bytes);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return refused() ? NULL : __libc_memalign(alignment, n);
}

int posix_memalign(void **p, size_t alignment, size_t n)
{
    void *got = aligned_alloc(alignment, n);
    if (!got) return ENOMEM;
    *p = got;
    return 0;
}

int clock_gettime(clockid_t clock, struct timespec *t)
{
    const size_t ms = 10 * atomic_fetch_add(&ticks, 1);
    (void)clock;
    t->tv_sec = 1000000 + (time_t)(ms / 1000);
    t->tv_nsec = (long)(ms % 1000) * 1000000;
    return 0;
}

static void *map(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
    return (void *)syscall(SYS_mmap, at, n, protection, flags, fd, offset);
}

void *mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
    return refused() ? MAP_FAILED : map(at, n, protection, flags, fd, offset);
}

static void share_count(const char *path)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC, 0666);
    if (fd < 0 || ftruncate(fd, sizeof *most)) _exit(99);
    most = map(NULL, sizeof *most, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (most == MAP_FAILED) _exit(99);
    close(fd);
}

/* Runs before main. The prctl call tells the tracer that the loader is done. */
__attribute__((constructor)) static void arm(void)
{
    const char *n = getenv("FAULT_ALLOCATION"), *path = getenv("FAULT_COUNT");
    fails = n ? strtoull(n, NULL, 10) : 0;
    if (path) share_count(path);
    prctl(FAULT_MARK, 0, 0, 0, 0);
    atomic_store(&armed, true);
}
