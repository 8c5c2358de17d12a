/* What the library's models refuse (vae/api/vae.h): a code, and a message in the names of
 * settings. */
#include "cli.h"
#include "nets.h"
#include "suites.h"
#include <math.h>
#include <unistd.h>

enum { LATENT = 3 };

static const struct {
    const char *name, *value, *says;
    enum vae_net_status status;
} settings[] = {
    {"latent", "0", "latent 0: give a whole number from 1", VAE_NET_SETTING},
    {"latent", "", "latent", VAE_NET_SETTING},
    {"likelihood", "poisson", "likelihood poisson: give one of bernoulli, gaussian",
     VAE_NET_SETTING},
    {"latnet", "3", "latnet: no such setting", VAE_NET_SETTING},
    {"out", "x", "out: no such setting", VAE_NET_SETTING},
    {"validation", "10", "validation: no such setting", VAE_NET_SETTING},
    {"image", "7", "image 7: give rows and columns", VAE_NET_SETTING},
    {NULL, "3", "give a name and a value", VAE_NET_ARGUMENT},
    {"latent", NULL, "give a name and a value", VAE_NET_ARGUMENT},
};

START_TEST(test_wrong_settings)
{
    struct vae_net *net = vae_net_create();
    net_must_fail(net, vae_net_set(net, settings[_i].name, settings[_i].value), settings[_i].status,
                  settings[_i].says);
    net_must(net, vae_net_set(net, "latent", "3"));
    vae_net_destroy(net);
}
END_TEST

/* Settings that show only when training begins; the handle then still works with others. */
static const struct {
    const char *words, *says, *instead;
} together[] = {
    {"sigma 0.1", "min-logvar and sigma are for likelihood gaussian", "likelihood gaussian"},
    {"optimizer adagrad beta1 0.8", "beta1: adagrad has no such setting", "optimizer adam"},
    {"image 5x5", "image: rows of 35 values", "image 5x7"},
    {"isa mmx", "isa mmx: give one of", "isa generic"},
};

START_TEST(test_settings_together)
{
    const struct vae_net_rows x = net_rows(&net_plain.train);
    struct vae_net *net = net_new(together[_i].words);
    net_must_fail(net, vae_net_train(net, &x, 100, NULL, NULL), VAE_NET_SETTING, together[_i].says);
    net_set_all(net, together[_i].instead);
    net_must(net, vae_net_train(net, &x, 100, NULL, NULL));
    net_must_fail(net, vae_net_set(net, "latent", "5"), VAE_NET_STATE, "latent: cannot change");
    net_must_fail(net, vae_net_set(net, "threads", "5"), VAE_NET_STATE, "threads: set it before");
    net_must(net, vae_net_set(net, "lr", "1e-5"));
    vae_net_destroy(net);
}
END_TEST

START_TEST(test_wrong_arguments)
{
    float values[3 * 35] = {0};
    struct vae_net_rows x = {.f32 = values, .n = 3, .d = 35}, none = x, both = x, wide = x;
    struct vae_net *net = net_new("");
    none.f32 = NULL;
    both.u8 = net_plain.train.pixels;
    wide.d = 5;
    net_must_fail(net, vae_net_train(net, NULL, 3, NULL, NULL), VAE_NET_ARGUMENT, "give rows");
    net_must_fail(net, vae_net_train(net, &none, 3, NULL, NULL), VAE_NET_ARGUMENT, "give rows");
    net_must_fail(net, vae_net_train(net, &both, 3, NULL, NULL), VAE_NET_ARGUMENT, "give rows");
    net_must_fail(net, vae_net_train(net, &x, 2, NULL, NULL), VAE_NET_ARGUMENT,
                  "2 samples: give 3");
    net_must(net, vae_net_train(net, &x, 3, NULL, NULL));
    net_must_fail(net, vae_net_train(net, &wide, 3, NULL, NULL), VAE_NET_ARGUMENT,
                  "rows of 5 values; the model's have 35");
    values[37] = NAN;
    net_must_fail(net, vae_net_train(net, &x, 3, NULL, NULL), VAE_NET_ARGUMENT,
                  "row 1, column 2: nan");
    values[37] = 255;
    net_must_fail(net, vae_net_bound(net, &x, NULL, NULL), VAE_NET_ARGUMENT,
                  "row 1, column 2: 255");
    values[37] = 1;
    net_must_fail(net, vae_net_log_p(net, &x, 0, NULL), VAE_NET_ARGUMENT, "0 draws");
    net_must_fail(net, vae_net_decode(net, NULL, 3, values), VAE_NET_ARGUMENT, "NULL");
    net_must(net, vae_net_bound(net, &x, NULL, NULL));
    vae_net_destroy(net);
    vae_net_destroy(NULL);
    ck_assert_int_eq((int)vae_net_set(NULL, "latent", "3"), VAE_NET_ARGUMENT);
    ck_assert_str_eq(vae_net_message(NULL), "not enough memory");
    ck_assert_str_ne(vae_version_text(), "");
}
END_TEST

START_TEST(test_wrong_order)
{
    const struct vae_net_rows x = net_rows(&net_plain.test);
    struct vae_net *net = vae_net_create();
    float z[40 * LATENT];
    net_must_fail(net, vae_net_save(net, "x.safetensors"), VAE_NET_STATE,
                  "nothing has been trained");
    net_must_fail(net, vae_net_encode(net, &x, z, NULL), VAE_NET_STATE, "no model");
    net_must_fail(net, vae_net_load(net, "nowhere.safetensors"), VAE_NET_FILE,
                  "nowhere.safetensors: ");
    net_must_fail(net, vae_net_resume(net, "cut.idx"), VAE_NET_FILE, "cut.idx: ");
    net_must(net, vae_net_load(net, "out/model.safetensors"));
    net_must_fail(net, vae_net_train(net, &x, 40, NULL, NULL), VAE_NET_STATE, "vae_net_resume");
    net_must_fail(net, vae_net_set(net, "lr", "1"), VAE_NET_STATE, "vae_net_resume");
    net_must_fail(net, vae_net_save(net, "x.safetensors"), VAE_NET_STATE,
                  "nothing has been trained");
    net_must_fail(net, vae_net_load(net, "out/model.safetensors"), VAE_NET_STATE, "create another");
    vae_net_destroy(net);
    net = net_new("");
    net_must_fail(net, vae_net_resume(net, "out/model.safetensors"), VAE_NET_SETTING,
                  "resume takes batch from the checkpoint");
    vae_net_destroy(net);
    net = net_new("likelihood gaussian min-logvar -3 sigma 0.1"); /* and the handle stays of use */
    net_must_fail(net, vae_net_train(net, &x, 40, NULL, NULL), VAE_NET_SETTING, "not both");
    ck_assert_uint_eq(vae_net_next_rows(net, 0), 0);
    net_set_all(net, "batch 20 hidden 11 latent 3 image 7x5");
    net_must_fail(net, vae_net_train(net, &x, 0, NULL, NULL), VAE_NET_ARGUMENT, "0 samples");
    ck_assert_uint_eq(vae_net_width(net), 0);
    ck_assert_uint_eq(vae_net_image_rows(net) + vae_net_image_columns(net) + vae_net_channels(net),
                      0);
    ck_assert_str_eq(vae_net_likelihood(net), "");
    ck_assert_str_eq(vae_net_isa(NULL), "");
    net_must(net, vae_net_train(net, &x, 40, NULL, NULL));
    net_must(net, vae_net_set(net, "beta1", "0.5"));
    ck_assert_int_eq((int)vae_net_train(net, &x, 40, NULL, NULL), VAE_NET_SETTING);
    net_must(net, vae_net_train(net, &x, 40, NULL, NULL));
    vae_net_destroy(net);
    net = net_new("optimizer sgd lr 1e30");
    net_must_fail(net, vae_net_train(net, &x, 40000, NULL, NULL), VAE_NET_DIVERGED,
                  "diverged at step");
    ck_assert_int_ne((int)vae_net_save(net, "x.safetensors"), VAE_NET_OK);
    ck_assert(access("x.safetensors", F_OK) != 0);
    vae_net_destroy(net);
}
END_TEST

Suite *suite_net_wrong(void)
{
    Suite *s = suite_create("net_wrong");
    TCase *t = tcase_create("net_wrong");
    tcase_add_checked_fixture(t, net_make_fixture, net_remove_fixture);
    tcase_set_tags(t, "program");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, test_wrong_settings, 0, (int)(sizeof settings / sizeof *settings));
    tcase_add_loop_test(t, test_settings_together, 0, (int)(sizeof together / sizeof *together));
    tcase_add_test(t, test_wrong_arguments);
    tcase_add_test(t, test_wrong_order);
    suite_add_tcase(s, t);
    return s;
}
