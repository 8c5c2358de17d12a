/* Each allocation of each writer and reader fails in turn: one line must say so, and the old file
 * must stay as it was. The C library's own allocations are left to `make faults`. */
#include "../vae/api/vae.h"
#include "../vae/cli/config.h"
#include "../vae/cli/insight.h"
#include "../vae/cli/options.h"
#include "../vae/cli/report.h"
#include "../vae/cli/train_log.h"
#include "../vae/data/image_file.h"
#include "../vae/data/png_export.h"
#include "../vae/data/png_grid.h"
#include "../vae/methods/train.h"
#include "../vae/model/checkpoint.h"
#include "../vae/tuning/profile.h"
#include "allocations.h"
#include "cli.h"
#include "suites.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct vae_model model;
static struct vae_run run = {
    .shape = {.rows = 4, .cols = 3, .enc = {1, {5}}, .dec = {1, {5}}, .latent = 2},
    .optimizer = VAE_ADAM,
    .batch = 10,
    .samples = 1,
    .lr = 0.001f,
    .init_sd = 0.01f,
    .seed = 1,
    .train_images = 20};

static const char file[] = "file";
static const char log_text[] = "{\"samples\": 10}\n{\"samples\": 4000000000}\n";

static bool write_checkpoint(struct vae_error *e)
{
    return vae_checkpoint_save(file, &model, &run, e);
}

static bool write_picture(struct vae_error *e)
{
    static const float grey[6 * 12];
    return vae_png_grid(file, &(struct png_grid){3, 2, 4, 3, CHANNELS_GRAY}, grey, e);
}

static bool write_profile(struct vae_error *e)
{
    struct candidates c;
    const struct machine m = {"cpu", "build"};
    static const struct pick p;
    vae_candidates_of_build(&c);
    return vae_profile_write(file, &m, &c, &p, e);
}

static bool read_profile(struct vae_error *e)
{
    struct candidates c;
    const struct machine m = {"cpu", "build"};
    struct pick p;
    vae_candidates_of_build(&c);
    return vae_profile_read("profile", &m, &c, &p, e);
}

static bool read_checkpoint(struct vae_error *e)
{
    struct st_file f;
    struct vae_run r;
    if (!vae_checkpoint_open(&f, "checkpoint", &r, e)) return false;
    const bool ok = vae_checkpoint_load(&f, &model, true, e);
    vae_st_close(&f);
    return ok;
}

static bool read_images(struct vae_error *e)
{
    struct images images;
    if (!vae_image_file_read("zipped/train-images-idx3-ubyte.gz", &(struct images_wanted){0},
                             &images, e))
        return false;
    vae_images_free(&images);
    return true;
}

static bool read_table(struct vae_error *e)
{
    struct images images;
    if (!vae_image_file_read("labelled.csv", &(struct images_wanted){.labels = true}, &images, e))
        return false;
    vae_images_free(&images);
    return true;
}

/* A folder of pictures is complete or not there. */
static bool write_pictures(struct vae_error *e)
{
    static uint8_t pixels[2 * 12];
    const struct images two = {.count = 2, .rows = 4, .cols = 3, .pixels = pixels};
    const bool ok = vae_png_export("pictures", &(struct dataset){.train = two, .test = two},
                                   &(struct png_export){0}, e);
    const bool there = access("pictures/test/00001.png", F_OK) == 0;
    if (access("pictures.part", F_OK) == 0 || there != ok) return vae_fail(e, "a part stays");
    return ok && system("rm -r pictures") == 0;
}

static bool make_trainer(struct vae_error *e)
{
    static uint8_t pixels[20 * 12];
    const struct images images = {.count = 20, .rows = 4, .cols = 3, .pixels = pixels};
    struct vae_run r = run;
    struct vae_trainer t;
    struct sv_choice k;
    sv_choice_default("generic", &k);
    r.init_bias = INIT_BIAS_DATA;
    if (!vae_trainer_create(&t, &k, &r, &images, NULL, e)) return false;
    vae_trainer_destroy(&t);
    return true;
}

/* A line of the log, with or without the phases table. */
static bool make_line(bool profiled, struct vae_error *e)
{
    static const struct insight phase[] = {{"one", 1, 2, 0}, {"two", 1, 0, 3}};
    struct epoch_report r = {.epoch = 1, .test_bound = NAN, .isa = "generic", .profiled = profiled};
    if (profiled) r.profile = vae_insight_json(phase, 2, 1e9);
    char *line = vae_epoch_line(&r);
    free(line);
    return line || vae_fail(e, "not enough memory");
}

static bool make_plain_line(struct vae_error *e) { return make_line(false, e); }
static bool make_full_line(struct vae_error *e) { return make_line(true, e); }

/* A resumed run reads each line of its log, and drops one here. */
static bool go_on_with_log(struct vae_error *e)
{
    struct train_log log;
    const bool ok = vae_train_log_open(&log, "log", &run, true, e);
    vae_train_log_close(&log);
    return ok;
}

static const char config[] = "{\"data\": \"d\", \"latent\": 3, \"hidden\": [7, 5], \"lr\": 0.5}";

/* A configuration, read and written. */
static bool write_config(struct vae_error *e)
{
    struct settings s = vae_settings_default(COMMAND_train);
    s.config_file = "config";
    const bool ok = vae_config_read(&s, e) && vae_config_write(file, &s, 1, e);
    vae_options_free(&s);
    return ok;
}

/* A model's life by the library, the check of its kernels included. */
static bool use_library(struct vae_error *e)
{
    static const unsigned char pixels[20 * 12];
    const struct vae_net_rows x = {.u8 = pixels, .n = 20, .d = 12};
    double log_p[20];
    float mu[20 * 2], images[3 * 12];
    struct vae_net *net = vae_net_create();
    const bool ok = net && !vae_net_set(net, "latent", "2") && !vae_net_set(net, "hidden", "5") &&
                    !vae_net_set(net, "threads", "1") && !vae_net_set(net, "isa", "generic") &&
                    !vae_net_set(net, "binarize", "fixed") &&
                    !vae_net_train(net, &x, 40, NULL, NULL) &&
                    !vae_net_bound(net, &x, NULL, NULL) && !vae_net_log_p(net, &x, 3, log_p) &&
                    !vae_net_encode(net, &x, mu, NULL) && !vae_net_sample(net, 3, 1, images) &&
                    !vae_net_save(net, file);
    if (!ok) vae_fail(e, "%s", vae_net_message(net));
    vae_net_destroy(net);
    return ok;
}

static const struct {
    bool (*does)(struct vae_error *);
    const char *writes;
    size_t least; /* allocations that it makes, at least */
    size_t every; /* one in so many fails, each in a run */
} jobs[] = {{write_checkpoint, file, 300, 1}, {write_picture, file, 5, 1},
            {write_profile, file, 1000, 1},   {make_plain_line, NULL, 20, 1},
            {make_full_line, NULL, 30, 1},    {go_on_with_log, NULL, 10, 1},
            {read_profile, NULL, 300, 1},     {read_checkpoint, NULL, 300, 1},
            {read_images, NULL, 4, 1},        {make_trainer, NULL, 1, 1},
            {write_config, file, 20, 1},      {read_table, NULL, 3, 1},
            {write_pictures, NULL, 8, 1},     {use_library, file, 1000, 61}};
enum { JOBS = sizeof jobs / sizeof *jobs };

static void check_untouched(const char *path, size_t n)
{
    unsigned char *bytes;
    const size_t length = cli_read(path, &bytes);
    ck_assert_msg(length == 3 && !memcmp(bytes, "old", 3), "allocation %zu: file changed", n);
    free(bytes);
}

START_TEST(test_every_allocation)
{
    struct vae_error e;
    size_t n = 0;
    for (bool reached = true; reached;) {
        cli_write(file, "old", 3);
        cli_write("log", log_text, sizeof log_text - 1);
        e = (struct vae_error){""};
        const size_t before = allocations();
        n += jobs[_i].every;
        allocations_fail(n);
        const bool done = jobs[_i].does(&e);
        allocations_fail(0);
        if (allocations() == before) return; /* not counted on this system */
        reached = allocations() - before >= n;
        ck_assert_msg(done == !reached, "allocation %zu: %s %s", n, done ? "done" : "failed",
                      e.line);
        ck_assert_msg(done || strstr(e.line, "memory"), "allocation %zu: %s", n, e.line);
        if (!done && jobs[_i].writes) check_untouched(jobs[_i].writes, n);
    }
    ck_assert_msg(n > jobs[_i].least, "no more than %zu allocations", n);
    ck_assert_int_eq(system("test -z \"$(ls -A | grep tmp)\""), 0);
}
END_TEST

static void enter(void)
{
    struct vae_error e = {""};
    struct sv_choice k;
    cli_make_fixture();
    sv_choice_default("generic", &k);
    ck_assert(vae_create(&model, &k, &run.shape, run.optimizer, 10, 1, NULL, &e));
    vae_init(&model, run.seed, run.init_sd);
    cli_write("labelled.csv", "label,a,b\n1,2,3\n4,5,6\n", 22);
    ck_assert(write_checkpoint(&e) && rename(file, "checkpoint") == 0);
    ck_assert(write_profile(&e) && rename(file, "profile") == 0);
    cli_write("config", config, sizeof config - 1);
}

static void leave(void)
{
    vae_destroy(&model);
    cli_remove_fixture();
}

Suite *suite_short_memory(void)
{
    Suite *s = suite_create("short_memory");
    TCase *t = tcase_create("short_memory");
    tcase_set_tags(t, "allocations");
    tcase_set_timeout(t, 120);
    tcase_add_unchecked_fixture(t, enter, leave);
    tcase_add_loop_test(t, test_every_allocation, 0, JOBS);
    suite_add_tcase(s, t);
    return s;
}
