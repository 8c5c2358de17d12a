/* Threads: every thread runs, barriers hold, work is split without gap or overlap, and a step
 * allocates nothing. */
#include "../reference/verify/data.h"
#include "../reference/verify/verify.h"
#include "../vae/base/pool.h"
#include "../vae/base/split.h"
#include "../vae/methods/train.h"
#include "allocations.h"
#include "each.h"
#include "suites.h"
#include <stdlib.h>
#include <string.h>

enum { MOST = 9, ROUNDS = 300, MEETINGS = 5 };

/* Each thread writes its own place; after each barrier all must see what the others wrote. */
struct meeting {
    struct pool *pool;
    size_t threads, wrong[MOST];
    size_t place[MOST];
};

static void meet(void *arg, size_t thread)
{
    struct meeting *m = arg;
    for (size_t i = 0; i < MEETINGS; i++) {
        m->place[thread]++;
        vae_pool_barrier(m->pool, thread);
        for (size_t t = 0; t < m->threads; t++) m->wrong[thread] += m->place[t] != m->place[thread];
        vae_pool_barrier(m->pool, thread);
    }
}

/* On _i + 1 threads, which may exceed the CPUs. */
START_TEST(test_meetings)
{
    struct vae_error e = {""};
    struct meeting m = {.threads = (size_t)_i + 1};
    m.pool = vae_pool_create(m.threads, &e);
    ck_assert_msg(m.pool != NULL, "%s", e.line);
    ck_assert_uint_eq(vae_pool_threads(m.pool), m.threads);
    for (size_t round = 1; round <= ROUNDS; round++) {
        vae_pool_run(m.pool, meet, &m);
        for (size_t t = 0; t < m.threads; t++) {
            ck_assert_uint_eq(m.place[t], round * MEETINGS);
            ck_assert_uint_eq(m.wrong[t], 0);
        }
    }
    vae_pool_destroy(m.pool);
}
END_TEST

START_TEST(test_no_pool_is_one_thread)
{
    struct meeting m = {.threads = 1};
    vae_pool_run(NULL, meet, &m);
    ck_assert_uint_eq(m.place[0], MEETINGS);
    ck_assert_uint_eq(vae_pool_threads(NULL), 1);
}
END_TEST

/* Each cell belongs to exactly one share; no share is off the mean by more than about a unit. */
START_TEST(test_split)
{
    enum { ROWS = 60, PANELS = 40 };
    struct source s = {verify_seed()};
    for (int trial = 0; trial < 2000; trial++) {
        const size_t rows = source_next(&s) % (ROWS + 1), panels = source_next(&s) % (PANELS + 1);
        const size_t unit = 1 + source_next(&s) % 9, n = 1 + source_next(&s) % 12;
        unsigned char owner[ROWS][PANELS] = {{0}};
        for (size_t i = 0; i < n; i++) {
            struct block b[SPLIT_MOST];
            size_t cells = 0;
            for (size_t k = 0, count = vae_split(rows, panels, unit, i, n, b); k < count; k++)
                for (size_t r = b[k].row; r < b[k].row + b[k].rows; r++)
                    for (size_t p = b[k].panel; p < b[k].panel + b[k].panels; p++, cells++)
                        each_msg(r < rows && p < panels && owner[r][p]++ == 0,
                                 "%zu x %zu by %zu: share %zu of %zu", rows, panels, unit, i, n);
            each(cells <= rows * panels / n + unit + 1);
            each(rows * panels / n <= cells + unit + 1);
        }
        for (size_t r = 0; r < rows; r++)
            for (size_t p = 0; p < panels; p++) each(owner[r][p] == 1);
    }
}
END_TEST

/* _i: bit 0: Gaussian; bit 1: two draws and dynamic binarisation. On one thread and on two. */
START_TEST(test_a_step_allocates_nothing)
{
    enum { COUNT = 50 };
    static uint8_t pixels[COUNT * 35];
    const struct images images = {.count = COUNT, .rows = 7, .cols = 5, .pixels = pixels};
    const struct vae_run run = {.shape = {.rows = 7,
                                          .cols = 5,
                                          .enc = {1, {37}},
                                          .dec = {1, {37}},
                                          .latent = 3,
                                          .likelihood = _i & 1 ? VAE_GAUSSIAN : VAE_BERNOULLI},
                                .optimizer = VAE_ADAM,
                                .binarize = _i & 2 ? BINARIZE_DYNAMIC : BINARIZE_NONE,
                                .batch = 19,
                                .samples = _i & 2 ? 2 : 1,
                                .lr = 1e-3f,
                                .init_sd = 0.01f,
                                .seed = 1,
                                .train_images = COUNT};
    for (size_t threads = 1; threads <= 2; threads++) {
        struct sv_choice k;
        struct vae_error e = {""};
        struct vae_trainer t;
        struct vae_bound b = {0};
        struct pool *pool = vae_pool_create(threads, &e);
        ck_assert(pool && sv_choice_default(NULL, &k) == SV_OK);
        const size_t before_create = allocations();
        ck_assert(vae_trainer_create(&t, &k, &run, &images, pool, &e));
#ifdef __linux__
        ck_assert_uint_gt(allocations(), before_create); /* the counter works */
#endif
        const size_t before = allocations();
        for (int i = 0; i < 20; i++) vae_trainer_step(&t, &b);
        ck_assert_uint_eq(allocations(), before);
        vae_trainer_destroy(&t);
        vae_pool_destroy(pool);
    }
}
END_TEST

Suite *suite_pool(void)
{
    Suite *s = suite_create("pool");
    TCase *t = tcase_create("pool");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "threads");
    tcase_add_loop_test(t, test_meetings, 0, MOST);
    tcase_add_test(t, test_no_pool_is_one_thread);
    tcase_add_test(t, test_split);
    tcase_add_loop_test(t, test_a_step_allocates_nothing, 0, 4);
    suite_add_tcase(s, t);
    return s;
}
