/* Networks of any number of hidden layers as a user meets them: lists of widths, initial weights,
 * checkpoints of format 2, and every command. */
#include "../vae/model/checkpoint.h"
#include "cli.h"
#include "suites.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- lists of widths --- */

static const struct {
    const char *text;
    struct vae_widths widths; /* .count SIZE_MAX: refused */
} lists[] = {
    {"500", {1, {500}}},
    {"none", {0, {0}}},
    {"200,100", {2, {200, 100}}},
    {"1,16384,3,4", {4, {1, 16384, 3, 4}}},
    {"", {SIZE_MAX, {0}}},
    {"0", {SIZE_MAX, {0}}},
    {"16385", {SIZE_MAX, {0}}},
    {"5,", {SIZE_MAX, {0}}},
    {",5", {SIZE_MAX, {0}}},
    {"5,,5", {SIZE_MAX, {0}}},
    {"5, 5", {SIZE_MAX, {0}}},
    {"5,none", {SIZE_MAX, {0}}},
    {"-5", {SIZE_MAX, {0}}},
    {"1,2,3,4,5", {SIZE_MAX, {0}}},
    {"00000000000000000005", {SIZE_MAX, {0}}},
};

START_TEST(test_widths)
{
    struct vae_widths w;
    char text[VAE_WIDTHS_TEXT];
    const bool taken = lists[_i].widths.count != SIZE_MAX;
    ck_assert_int_eq(vae_widths_read(lists[_i].text, &w), taken);
    if (!taken) return;
    ck_assert(vae_widths_equal(&w, &lists[_i].widths));
    vae_widths_text(&w, text);
    ck_assert_str_eq(text, lists[_i].text);
    const struct vae_widths back = vae_widths_mirrored(&w);
    for (size_t i = 0; i < w.count; i++) ck_assert_uint_eq(back.of[w.count - 1 - i], w.of[i]);
}
END_TEST

/* --- initial weights --- */

static void create(struct vae_model *m, const struct vae_shape *s)
{
    struct sv_choice k;
    struct vae_error e = {""};
    ck_assert_int_eq(sv_choice_default(NULL, &k), SV_OK);
    ck_assert_msg(vae_create(m, &k, s, VAE_ADAM, 3, 1, NULL, &e), "%s", e.line);
    vae_init(m, 7, 0.1f);
}

/* Compares the rows and columns that both have. Draws are addressed by row and column, so a wider
 * row begins with the same values. */
static bool same_weights(const struct vae_model *a, const struct vae_layer *l,
                         const struct vae_model *b, const struct vae_layer *k)
{
    const size_t rows = l->w.rows < k->w.rows ? l->w.rows : k->w.rows;
    const size_t cols = l->w.cols < k->w.cols ? l->w.cols : k->w.cols;
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++) {
            const float x = a->w[vae_place(&l->w, i, j)], y = b->w[vae_place(&k->w, i, j)];
            if (x != y) return false;
        }
    return true;
}

/* Layers of the same role and depth start from the same weights in every network; others do not. */
START_TEST(test_first_weights)
{
    const struct vae_shape shallow = {
        .rows = 7, .cols = 5, .enc = {1, {37}}, .dec = {1, {37}}, .latent = 5};
    const struct vae_shape deep = {.rows = 7,
                                   .cols = 5,
                                   .enc = {4, {40, 33, 37, 20}},
                                   .dec = {3, {35, 36, 37}},
                                   .activation = VAE_RELU,
                                   .latent = 5};
    struct vae_model a, b;
    create(&a, &shallow);
    create(&b, &deep);
    for (size_t i = 0; i < b.layers; i++) {
        for (size_t j = 0; j < a.layers; j++) {
            const struct vae_layer *l = &b.layer[i], *k = &a.layer[j];
            const bool same = l->role == k->role && l->depth == k->depth;
            ck_assert_int_eq(same_weights(&b, l, &a, k), same);
        }
        for (size_t j = 0; j < b.layers; j++)
            ck_assert_int_eq(same_weights(&b, &b.layer[i], &b, &b.layer[j]), i == j);
    }
    vae_destroy(&a);
    vae_destroy(&b);
}
END_TEST

/* --- checkpoints and commands --- */

/* One checkpoint of format 1, as the first version wrote it, and two of format 2. The files lack
 * the header's length and have a line feed after the header. */
static const char *const corpus[] = {"aevb", "deep", "linear"};
enum { CORPUS = sizeof corpus / sizeof *corpus };

static void write_whole(const char *name, const char *path)
{
    char from[128];
    unsigned char *bytes;
    snprintf(from, sizeof from, "tests/fuzz/corpus/checkpoint/%s", name);
    const size_t n = cli_read(from, &bytes);
    const unsigned char *end = memchr(bytes, '\n', n);
    ck_assert_ptr_nonnull(end);
    const uint64_t length = (uint64_t)(end - bytes);
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert(fwrite(&length, sizeof length, 1, f) == 1 && fwrite(bytes, length, 1, f) == 1 &&
              fwrite(end + 1, n - length - 1, 1, f) == 1);
    fclose(f);
    free(bytes);
}

/* A checkpoint that is read and written again has the same bytes, so a run resumes from the same
 * state in the same format. */
START_TEST(test_format_is_kept)
{
    char old[] = "/tmp/vae-old-XXXXXX", again[] = "/tmp/vae-again-XXXXXX";
    struct st_file f;
    struct vae_run run;
    struct vae_model m;
    struct sv_choice k;
    struct vae_error e = {""};
    close(mkstemp(old));
    close(mkstemp(again));
    write_whole(corpus[_i], old);
    ck_assert_int_eq(sv_choice_default(NULL, &k), SV_OK);
    ck_assert_msg(vae_checkpoint_open(&f, old, &run, &e), "%s", e.line);
    ck_assert(vae_create(&m, &k, &run.shape, run.optimizer, 1, 1, NULL, &e));
    ck_assert_msg(vae_checkpoint_load(&f, &m, true, &e), "%s", e.line);
    ck_assert_msg(vae_checkpoint_save(again, &m, &run, &e), "%s", e.line);
    ck_assert_msg(cli_same_file(old, again), "%s: written otherwise", corpus[_i]);
    vae_destroy(&m);
    vae_st_close(&f);
    unlink(old);
    unlink(again);
}
END_TEST

static const struct {
    const char *options, *holds[3], *lacks;
} networks[] = {
    {"--hidden 11",
     {"\"format\":\"vae 1\"", "\"hidden\":\"11\"", "encoder.hidden.weight"},
     "decoder_hidden"},
    {"--hidden 11,7",
     {"\"decoder_hidden\":\"7,11\"", "\"activation\":\"tanh\"", "encoder.hidden.1.weight"},
     "encoder.hidden.weight"},
    {"--hidden 11 --activation relu",
     {"\"format\":\"vae 2\"", "\"activation\":\"relu\"", "encoder.hidden.weight"},
     "hidden.0"},
    {"--hidden none --activation softplus --likelihood gaussian",
     {"\"hidden\":\"none\"", "\"decoder_hidden\":\"none\"", "decoder.logvar.weight"},
     "hidden.weight"},
    {"--hidden none --decoder-hidden 4,3,8,17 --optimizer adam",
     {"\"hidden\":\"none\"", "\"decoder_hidden\":\"4,3,8,17\"", "exp_avg_sq.decoder.hidden.3.bias"},
     "encoder.hidden"},
    {"--hidden 17,8,3,4 --decoder-hidden 9 --activation sigmoid --optimizer sgd --sigma 0.3 "
     "--likelihood gaussian",
     {"\"hidden\":\"17,8,3,4\"", "\"sigma\"", "decoder.hidden.weight"},
     "decoder.hidden.0"},
};
enum { NETWORKS = sizeof networks / sizeof *networks };

/* Trains in one part and in two, and gives the checkpoint to every command. */
START_TEST(test_network)
{
    static const char train[] = "train --data one.idx --batch 9 --latent 2 --samples-per-x 2 "
                                "--quiet";
    char command[512];
    snprintf(command, sizeof command, "%s %s --samples 540 --out whole", train,
             networks[_i].options);
    cli_must_work(command);
    snprintf(command, sizeof command, "%s %s --samples 270 --out part --threads 2 --isa generic",
             train, networks[_i].options);
    cli_must_work(command);
    cli_must_work("train --data one.idx --out part --resume part/model.safetensors --samples 540 "
                  "--quiet --threads 3");
    ck_assert(cli_same_file("whole/model.safetensors", "part/model.safetensors"));
    for (size_t i = 0; i < 3; i++)
        ck_assert_msg(cli_header_holds("whole/model.safetensors", networks[_i].holds[i]),
                      "%s: no %s", networks[_i].options, networks[_i].holds[i]);
    ck_assert_msg(!cli_header_holds("whole/model.safetensors", networks[_i].lacks), "%s: %s",
                  networks[_i].options, networks[_i].lacks);
    cli_must_work("eval whole/model.safetensors --data one.idx");
    cli_must_work("sample whole/model.safetensors --out whole.png");
    cli_must_work("reconstruct whole/model.safetensors --data one.idx --out whole.png");
    cli_must_work("manifold whole/model.safetensors --out whole.png");
}
END_TEST

START_TEST(test_profile_of_a_deep_network)
{
    const struct outcome o = cli_run("train --data plain --out deep --epochs 1 --batch 20 --hidden "
                                     "9,8,7 --latent 3 --profile");
    ck_assert_int_eq(o.status, 0);
    ck_assert_ptr_nonnull(strstr(o.out, "encoder.hidden dX"));
    ck_assert_ptr_nonnull(strstr(o.out, "decoder.hidden dX"));
}
END_TEST

Suite *suite_layers(void)
{
    Suite *s = suite_create("layers");
    TCase *t = tcase_create("layers");
    tcase_add_loop_test(t, test_widths, 0, sizeof lists / sizeof *lists);
    tcase_add_test(t, test_first_weights);
    tcase_add_loop_test(t, test_format_is_kept, 0, CORPUS);
    suite_add_tcase(s, t);
    TCase *commands = tcase_create("commands");
    tcase_set_timeout(commands, 120);
    tcase_set_tags(commands, "threads-program program");
    tcase_add_unchecked_fixture(commands, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(commands, test_network, 0, NETWORKS);
    tcase_add_test(commands, test_profile_of_a_deep_network);
    suite_add_tcase(s, commands);
    return s;
}
