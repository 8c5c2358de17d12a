/* The bits of a run do not depend on kernels, threads or interruptions, nor those of a bound on the
 * batch size. */
#include "../reference/verify/verify.h"
#include "../vae/methods/train.h"
#include "../vae/model/checkpoint.h"
#include "cli.h"
#include "odd_runs.h"
#include "picks.h"
#include "suites.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- all ways to run hundreds of steps end in the same checkpoint --- */

/* One way to run: kernels and threads. */
struct way {
    char name[64];
    struct sv_choice k;
    size_t threads;
};

static void train_to(const struct way *way, const struct vae_run *run, const struct images *images,
                     uint64_t from_step, uint64_t to_step, const char *path)
{
    struct vae_trainer t;
    struct vae_error e = {""};
    struct vae_bound b = {0};
    struct pool *pool = vae_pool_create(way->threads, &e);
    ck_assert_msg(pool != NULL, "%s", e.line);
    ck_assert(vae_trainer_create(&t, &way->k, run, images, pool, &e));
    if (from_step) {
        struct st_file f;
        ck_assert_msg(vae_checkpoint_open(&f, path, &t.run, &e), "%s", e.line);
        ck_assert_uint_eq(t.run.step, from_step);
        ck_assert_msg(vae_checkpoint_load(&f, &t.model, true, &e), "%s", e.line);
        vae_st_close(&f);
    }
    while (t.run.step < to_step) vae_trainer_step(&t, &b);
    ck_assert_msg(vae_checkpoint_save(path, &t.model, &t.run, &e), "%s", e.line);
    vae_trainer_destroy(&t);
    vae_pool_destroy(pool);
}

/* Every ISA of this machine, and candidates picked at random, as a tuning cache might, on 1, 2, 3
 * and 5 threads (1 and 3 in a quick run). Unless `generic` is set, that ISA is left out, as it would
 * take minutes. */
static size_t list_ways(struct way *ways, bool generic)
{
    static const size_t threads[] = {1, 2, 3, 5};
    struct candidates c;
    size_t n = 0;
    vae_candidates_of_build(&c);
    for (size_t i = 0; i == 0 || sv_isa_name(i - 1); i++)
        for (size_t t = 0; t < 4; t += quick_run() ? 2 : 1) {
            const char *isa = sv_isa_name(i);
            struct way *w = &ways[n];
            if (isa && (!sv_isa_supported(i) || (!generic && !strcmp(isa, "generic")))) continue;
            ck_assert_int_eq(sv_choice_default(isa, &w->k), SV_OK);
            if (!isa) {
                const struct pick p = random_pick(&c, verify_seed() + t, !generic);
                vae_pick_apply(&p, &c, &w->k);
            }
            w->threads = threads[t];
            snprintf(w->name, sizeof w->name, "%s on %zu threads", isa ? isa : "picked",
                     w->threads);
            n++;
        }
    return n;
}

/* Every second way is stopped after a third of the steps and resumed with another way. */
START_TEST(test_same_bits)
{
    enum { MOST_WAYS = 4 * 8 };
    const uint64_t steps = slow_run() ? 12 : quick_run() ? 60 : 200, cut = steps / 3;
    const struct vae_run run = odd_run(_i);
    struct images images = random_images(run.train_images, run.shape.rows, run.shape.cols);
    struct way *ways = malloc(MOST_WAYS * sizeof *ways);
    const size_t count = list_ways(ways, run.shape.enc.of[0] < 100);
    unsigned char *want = NULL, *got;
    size_t want_size = 0, got_size;
    char path[] = "/tmp/vae-bits-XXXXXX";
    close(mkstemp(path));
    for (size_t i = 0; i < count; i++) {
        const struct way *first = &ways[i], *rest = &ways[(i * 7 + 3) % count];
        if (i % 2) {
            train_to(first, &run, &images, 0, cut, path);
            train_to(rest, &run, &images, cut, steps, path);
        } else {
            train_to(first, &run, &images, 0, steps, path);
        }
        got_size = cli_read(path, &got);
        if (!want) {
            want = got;
            want_size = got_size;
            continue;
        }
        ck_assert_msg(got_size == want_size && !memcmp(got, want, got_size),
                      "%s%s%s: other bits than %s", first->name, i % 2 ? ", resumed with " : "",
                      i % 2 ? rest->name : "", ways[0].name);
        free(got);
    }
    free(want);
    free(ways);
    unlink(path);
    vae_images_free(&images);
}
END_TEST

/* The test bound depends on the data alone, not on the batch size. */
START_TEST(test_bound_does_not_depend_on_batch)
{
    struct vae_run run = odd_run(_i);
    struct images images = random_images(run.train_images, run.shape.rows, run.shape.cols);
    struct vae_bound first = {0};
    for (size_t batch = 19; batch < 24; batch++) {
        struct sv_choice k;
        struct vae_trainer t;
        struct vae_error e;
        struct vae_bound b;
        sv_choice_default(NULL, &k);
        run.batch = batch;
        ck_assert(vae_trainer_create(&t, &k, &run, &images, NULL, &e));
        ck_assert(vae_evaluate(&t.model, &images, &run, NOISE_TEST, run.seed, NULL, &b));
        if (!first.count) first = b;
        ck_assert(b.kl == first.kl && b.recon == first.recon && b.log_mean == first.log_mean);
        ck_assert_uint_eq(b.count, images.count);
        vae_trainer_destroy(&t);
    }
    vae_images_free(&images);
}
END_TEST

/* The training bound of --points has noise of its own. _i = 0: pixels are not binarised at random,
 * so the KL, which depends on the images alone, agrees with that of the test bound. _i = 1: they
 * are, and it differs. */
START_TEST(test_noise_of_points)
{
    struct vae_run run = odd_run(0);
    struct images images = random_images(run.train_images, run.shape.rows, run.shape.cols);
    struct sv_choice k;
    struct vae_trainer t;
    struct vae_error e;
    struct vae_bound test, points, again;
    run.binarize = _i ? BINARIZE_DYNAMIC : BINARIZE_NONE;
    sv_choice_default(NULL, &k);
    ck_assert(vae_trainer_create(&t, &k, &run, &images, NULL, &e));
    ck_assert(vae_evaluate(&t.model, &images, &run, NOISE_TEST, run.seed, NULL, &test));
    ck_assert(vae_evaluate(&t.model, &images, &run, NOISE_POINTS, run.seed, NULL, &points));
    ck_assert(vae_evaluate(&t.model, &images, &run, NOISE_POINTS, run.seed, NULL, &again));
    ck_assert(points.recon == again.recon && points.kl == again.kl);
    ck_assert(points.recon != test.recon);
    ck_assert_int_eq(points.kl != test.kl, _i);
    vae_trainer_destroy(&t);
    vae_images_free(&images);
}
END_TEST

Suite *suite_bits(void)
{
    Suite *s = suite_create("bits");
    TCase *t = tcase_create("bits");
    tcase_set_timeout(t, 300);
    tcase_set_tags(t, "threads training");
    tcase_add_loop_test(t, test_same_bits, 0, ODD_RUNS);
    tcase_add_loop_test(t, test_bound_does_not_depend_on_batch, 0, ODD_RUNS);
    tcase_add_loop_test(t, test_noise_of_points, 0, 2);
    suite_add_tcase(s, t);
    return s;
}
