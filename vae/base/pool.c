#include "pool.h"
#include "cpus.h"
#include "min.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Iterations before a waiting thread sleeps, some 20 to 50 microseconds: several times the
 * imbalance between two threads in a training step, and less than it takes to wake a thread. */
enum { SPIN = 1000 };

/* A counter that threads wait on. Its increment publishes what was written before. */
struct event {
    _Alignas(64) atomic_size_t count;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    atomic_size_t sleepers;
};

struct pool {
    size_t threads, spin;
    pool_part_fn *part;
    void *arg;
    bool stop;
    struct event started, arrived; /* rounds begun; arrivals at barriers, over all rounds */
    struct worker {
        _Alignas(64) struct pool *pool;
        size_t index, barriers; /* passed so far */
        pthread_t thread;
    } worker[];
};

static void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("isb");
#endif
}

static void event_init(struct event *e)
{
    atomic_init(&e->count, 0);
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->changed, NULL);
    atomic_init(&e->sleepers, 0);
}

static void event_destroy(struct event *e)
{
    pthread_cond_destroy(&e->changed);
    pthread_mutex_destroy(&e->lock);
}

/* Dekker handshake: the signaller writes count and then reads sleepers; the waiter writes sleepers
 * and then reads count. All four are seq_cst, so no wake-up is lost. */
static void event_signal(struct event *e)
{
    atomic_fetch_add(&e->count, 1);
    if (atomic_load(&e->sleepers) == 0) return;
    pthread_mutex_lock(&e->lock);
    pthread_cond_broadcast(&e->changed);
    pthread_mutex_unlock(&e->lock);
}

static void event_wait(struct event *e, size_t count, size_t spin)
{
    for (size_t i = 0; i < spin; i++) {
        if (atomic_load_explicit(&e->count, memory_order_acquire) >= count) return;
        relax();
    }
    pthread_mutex_lock(&e->lock);
    atomic_fetch_add(&e->sleepers, 1);
    while (atomic_load(&e->count) < count) pthread_cond_wait(&e->changed, &e->lock);
    atomic_fetch_sub(&e->sleepers, 1);
    pthread_mutex_unlock(&e->lock);
}

void vae_pool_barrier(struct pool *p, size_t thread)
{
    if (!p || p->threads == 1) return;
    event_signal(&p->arrived);
    event_wait(&p->arrived, ++p->worker[thread].barriers * p->threads, p->spin);
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct pool *p = w->pool;
    for (size_t round = 1;; round++) {
        event_wait(&p->started, round, p->spin);
        if (p->stop) return NULL;
        p->part(p->arg, w->index);
        vae_pool_barrier(p, w->index);
    }
}

size_t vae_pool_threads(const struct pool *p) { return p ? p->threads : 1; }

/* Workers block all signals, so that they are delivered to the caller's threads. */
static int start(struct worker *w)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    const int error = pthread_create(&w->thread, NULL, work, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return error;
}

struct pool *vae_pool_create(size_t threads, struct vae_error *e)
{
    const size_t bytes = sizeof(struct pool) + threads * sizeof(struct worker);
    struct pool *p = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!p) {
        vae_fail(e, "not enough memory for %zu threads", threads);
        return NULL;
    }
    memset(p, 0, bytes);
    p->threads = 1;
    p->spin = threads <= vae_cpus_allowed() ? SPIN : 0;
    event_init(&p->started);
    event_init(&p->arrived);
    for (size_t i = 1; i < threads; i++, p->threads++) {
        p->worker[i] = (struct worker){.pool = p, .index = i};
        const int error = start(&p->worker[i]);
        if (error) {
            vae_fail(e, "thread %zu of %zu: %s; use fewer threads", i + 1, threads,
                     error == EAGAIN ? "not enough memory, or too many processes"
                                     : strerror(error));
            vae_pool_destroy(p);
            return NULL;
        }
    }
    return p;
}

struct pool *vae_pool_of_cpus(size_t threads, struct vae_error *e)
{
    return vae_pool_create(threads ? threads : vae_min_size(vae_cpus_allowed(), POOL_MAX_THREADS),
                           e);
}

void vae_pool_destroy(struct pool *p)
{
    if (!p) return;
    p->stop = true;
    event_signal(&p->started);
    for (size_t i = 1; i < p->threads; i++) pthread_join(p->worker[i].thread, NULL);
    event_destroy(&p->started);
    event_destroy(&p->arrived);
    free(p);
}

void vae_pool_run(struct pool *p, pool_part_fn *part, void *arg)
{
    if (!p || p->threads == 1) {
        part(arg, 0);
        return;
    }
    p->part = part;
    p->arg = arg;
    event_signal(&p->started);
    part(arg, 0);
    vae_pool_barrier(p, 0);
}
