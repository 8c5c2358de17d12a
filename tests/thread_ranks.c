#include "thread_ranks.h"
#include "each.h"
#include <check.h>
#include <pthread.h>
#include <sched.h>
#include <string.h>

enum { MOST = 4096 };
enum end { FREE, SENT, WANTED, DONE };

/* One end of a message; `number` orders those of one sender, or receiver. */
struct message {
    enum end end;
    enum vae_channel channel;
    size_t part, from, to, bytes, number;
    void *at;
};

static struct {
    pthread_mutex_t lock;
    struct message message[MOST];
    size_t used; /* of message: later ones have never been */
    size_t numbers;
} post = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct rank {
    struct vae_ranks ranks;
    thread_rank_fn *body;
    void *arg;
};

static size_t put(struct message m)
{
    size_t i = 0;
    pthread_mutex_lock(&post.lock);
    while (post.message[i].end != FREE) each(++i < MOST);
    if (post.used <= i) post.used = i + 1;
    m.number = post.numbers++;
    post.message[i] = m;
    pthread_mutex_unlock(&post.lock);
    return i;
}

static size_t send(void *arg, enum vae_channel c, size_t part, size_t to, const void *from,
                   size_t bytes)
{
    const struct rank *r = arg;
    return put(
        (struct message){SENT, c, part, r->ranks.rank, to, bytes, 0, (void *)(uintptr_t)from});
}

static size_t receive(void *arg, enum vae_channel c, size_t part, size_t from, void *to,
                      size_t bytes)
{
    const struct rank *r = arg;
    return put((struct message){WANTED, c, part, from, r->ranks.rank, bytes, 0, to});
}

/* The earliest message of that end between the same ranks, on the same channel and part. */
static struct message *earliest(enum end end, const struct message *like)
{
    struct message *first = NULL;
    for (size_t i = 0; i < post.used; i++) {
        struct message *m = &post.message[i];
        const bool same = m->end == end && m->channel == like->channel && m->part == like->part &&
                          m->from == like->from && m->to == like->to;
        if (same && (!first || m->number < first->number)) first = m;
    }
    return first;
}

/* Takes the sent message that belongs to the earliest one wanted. */
static void take(const struct message *like)
{
    struct message *sent = earliest(SENT, like), *wanted = earliest(WANTED, like);
    if (!sent || !wanted) return;
    each(sent->bytes == wanted->bytes);
    memcpy(wanted->at, sent->at, sent->bytes);
    sent->end = wanted->end = DONE;
}

static bool done(void *arg, size_t message, bool wait)
{
    (void)arg;
    struct message *m = &post.message[message];
    for (;;) {
        pthread_mutex_lock(&post.lock);
        if (m->end == WANTED) take(m);
        const bool is = m->end == DONE;
        if (is) m->end = FREE;
        pthread_mutex_unlock(&post.lock);
        if (is || !wait) return is;
        sched_yield();
    }
}

static void *run(void *arg)
{
    struct rank *r = arg;
    r->body(r->arg, &r->ranks);
    return NULL;
}

static void nobody(int signal) { ck_abort_msg("signal %d", signal); }

void thread_ranks_run(size_t count, thread_rank_fn *body, void *arg)
{
    static const volatile sig_atomic_t none;
    struct rank rank[THREAD_RANKS];
    pthread_t thread[THREAD_RANKS];
    ck_assert_uint_le(count, THREAD_RANKS);
    for (size_t i = 0; i < count; i++) {
        rank[i] = (struct rank){.body = body, .arg = arg};
        rank[i].ranks = (struct vae_ranks){.rank = i,
                                           .count = count,
                                           .signal = &none,
                                           .heard = nobody,
                                           .arg = &rank[i],
                                           .send = send,
                                           .receive = receive,
                                           .done = done};
        ck_assert_int_eq(pthread_create(&thread[i], NULL, run, &rank[i]), 0);
    }
    for (size_t i = 0; i < count; i++) pthread_join(thread[i], NULL);
    for (size_t i = 0; i < MOST; i++) each(post.message[i].end == FREE);
}
