/* Checkpoints as others write them: other types, additional tensors, none of our settings. */
#include "../vae/model/checkpoint.h"
#include "cli.h"
#include "suites.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How a checkpoint is edited. Narrower types are made by truncating bits, which suffices here. */
struct edit {
    const char *from;                      /* NULL: out/model.safetensors */
    const char *dtype;                     /* of all tensors; NULL: F32 */
    const char *metadata;                  /* in place of ours; NULL: ours, "": none */
    const char *extra;                     /* one more tensor, of eight bytes */
    const char *leave_out, *only_dtype_of; /* part of tensors' names; the one that gets dtype */
};

static size_t put(unsigned char *to, const unsigned char *from, size_t count, const char *dtype)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        float x;
        uint32_t bits;
        memcpy(&x, from + 4 * i, 4);
        memcpy(&bits, &x, 4);
        const uint32_t exponent = bits >> 23 & 255;
        const double wide = x;
        const uint16_t bf16 = (uint16_t)(bits >> 16);
        const uint16_t f16 =
            exponent < 113
                ? 0
                : (uint16_t)((bits >> 16 & 0x8000) | (exponent - 112) << 10 | (bits >> 13 & 0x3ff));
        const int64_t whole = 0;
        const void *value = !strcmp(dtype, "F64")    ? (const void *)&wide
                            : !strcmp(dtype, "BF16") ? (const void *)&bf16
                            : !strcmp(dtype, "F16")  ? (const void *)&f16
                            : !strcmp(dtype, "I64")  ? (const void *)&whole
                                                     : &x;
        const size_t size = dtype[1] == '6' ? 8 : !strcmp(dtype, "F32") ? 4 : 2;
        memcpy(to + n, value, size);
        n += size;
    }
    return n;
}

/* Writes edited.safetensors. */
static void edit(const struct edit *how)
{
    unsigned char *bytes, *data;
    uint64_t length;
    json_t *tensor, *to = json_object();
    const char *name;
    size_t n = 0;
    const size_t size = cli_read(how->from ? how->from : "out/model.safetensors", &bytes);
    memcpy(&length, bytes, 8);
    json_t *from = json_loadb((char *)bytes + 8, length, 0, NULL);
    data = malloc(2 * size + 8);
    if (!how->metadata)
        json_object_set(to, "__metadata__", json_object_get(from, "__metadata__"));
    else if (*how->metadata)
        json_object_set_new(to, "__metadata__", json_loads(how->metadata, 0, NULL));
    json_object_foreach(from, name, tensor)
    {
        if (!strcmp(name, "__metadata__")) continue;
        if (how->leave_out && strstr(name, how->leave_out)) continue;
        json_t *o = json_object_get(tensor, "data_offsets");
        const size_t begin = (size_t)json_integer_value(json_array_get(o, 0));
        const size_t end = (size_t)json_integer_value(json_array_get(o, 1)), at = n;
        const bool mine = how->dtype && (!how->only_dtype_of || !strcmp(name, how->only_dtype_of));
        const char *dtype = mine ? how->dtype : "F32";
        n += put(data + n, bytes + 8 + length + begin, (end - begin) / 4, dtype);
        json_object_set_new(to, name,
                            json_pack("{s:s, s:O, s:[I, I]}", "dtype", dtype, "shape",
                                      json_object_get(tensor, "shape"), "data_offsets",
                                      (json_int_t)at, (json_int_t)n));
    }
    if (how->extra) {
        json_t *o = json_loads(how->extra, 0, NULL);
        ck_assert_ptr_nonnull(o);
        json_object_set_new(o, "data_offsets",
                            json_pack("[I, I]", (json_int_t)n, (json_int_t)(n + 8)));
        json_object_set_new(to, "extra", o);
        memset(data + n, 0, 8);
        n += 8;
    }
    char *text = json_dumps(to, JSON_COMPACT);
    length = strlen(text);
    FILE *f = fopen("edited.safetensors", "wb");
    ck_assert(fwrite(&length, 1, 8, f) == 8 && fwrite(text, 1, length, f) == length &&
              fwrite(data, 1, n, f) == n);
    fclose(f);
    json_decref(from);
    json_decref(to);
    free(text);
    free(data);
    free(bytes);
}

enum answer { SAME, READ, REFUSED };
static const struct {
    struct edit how;
    const char *options;
    enum answer answer;
    const char *says;
} files[] = {
    {{0}, "", SAME, ""},
    {{.dtype = "F64"}, "", SAME, ""},
    {{.dtype = "F16"}, "", READ, ""},
    {{.dtype = "BF16"}, "", READ, ""},
    {{.extra = "{\"dtype\":\"I64\",\"shape\":[]}"}, "", SAME, ""},
    {{.extra = "{\"dtype\":\"BOOL\",\"shape\":[2,4]}"}, "", SAME, ""},
    {{.extra = "{\"dtype\":\"F8_E4M3\",\"shape\":[8]}"}, "", SAME, ""},
    {{.extra = "{\"dtype\":\"TF19\",\"shape\":[3]}"}, "", SAME, ""},
    {{.leave_out = "optimizer."}, "", SAME, ""}, /* eval needs no statistics */
    {{.metadata = ""}, "--image 7x5", SAME, ""},
    {{.metadata = "{}"}, "--image 7x5", SAME, ""},
    {{.metadata = "{\"format\":\"pt\"}", .leave_out = "optimizer."}, "--image 7x5", SAME, ""},
    {{.metadata = "{\"format\":\"pt\"}"}, "--image 7x5 --likelihood bernoulli", SAME, ""},
    {{.metadata = ""}, "--image 7x5 --binarize threshold", READ, ""},
    {{.metadata = ""}, "--image 7x5 --binarize fixed", READ, ""},
    {{.metadata = ""}, "", REFUSED, "35 inputs are no square image; give its rows and columns"},
    {{.metadata = ""}, "--image 5x6", REFUSED, "edited.safetensors: has 35 inputs, not 5 x 6"},
    {{.metadata = ""}, "--image 5x7", REFUSED, "images of 7 x 5, but the checkpoint"},
    {{.metadata = ""},
     "--image 7x5 --likelihood gaussian",
     REFUSED,
     "decoder.mean.weight is missing"},
    {{.metadata = "", .leave_out = "decoder.logits"},
     "--image 7x5",
     REFUSED,
     "neither decoder.logits"},
    {{.metadata = "", .leave_out = "encoder.mean"},
     "--image 7x5",
     REFUSED,
     "no matrix encoder.mean.weight"},
    {{.metadata = "", .leave_out = "decoder.hidden"},
     "--image 7x5",
     REFUSED,
     "decoder.hidden.weight is missing"},
    {{.metadata = "{\"format\":\"vae 3\"}"}, "", REFUSED, "no known format"},
    {{0}, "--image 7x5 --likelihood bernoulli --binarize none", SAME, ""},
    {{0}, "--image 5x7", REFUSED, "its images are 7 x 5, not 5 x 7"},
    {{0}, "--likelihood gaussian", REFUSED, "its likelihood is bernoulli, not gaussian"},
    {{0}, "--binarize dynamic", REFUSED, "its binarisation is none, not dynamic"},
    {{.dtype = "I64", .only_dtype_of = "encoder.hidden.weight"},
     "",
     REFUSED,
     "tensor encoder.hidden.weight is I64; F32, F16, BF16 and F64 are read"},
};

START_TEST(test_file)
{
    char command[256];
    edit(&files[_i].how);
    snprintf(command, sizeof command, "eval edited.safetensors --data plain %s", files[_i].options);
    if (files[_i].answer == REFUSED) {
        cli_must_fail(command, 1, files[_i].says);
        return;
    }
    const struct outcome want = cli_run("eval out/model.safetensors --data plain");
    const struct outcome have = cli_run("%s", command);
    ck_assert_msg(have.status == 0, "%s", have.err);
    if (files[_i].answer == SAME) ck_assert_str_eq(have.out, want.out);
    ck_assert_ptr_nonnull(strstr(have.out, "test bound"));
}
END_TEST

/* The other commands accept them too; training does not resume from them. */
START_TEST(test_commands)
{
    edit(&(struct edit){.metadata = "{\"format\":\"pt\"}"});
    cli_must_work("sample edited.safetensors --out foreign.png --image 7x5 --likelihood bernoulli");
    cli_must_work("sample out/model.safetensors --out ours.png");
    ck_assert(cli_same_file("foreign.png", "ours.png"));
    cli_must_work("reconstruct edited.safetensors --data plain --out foreign.png --image 7x5");
    cli_must_work("reconstruct out/model.safetensors --data plain --out ours.png");
    ck_assert(cli_same_file("foreign.png", "ours.png"));
    cli_must_fail("manifold edited.safetensors --out x.png --image 7x5", 1, "--latent 2");
    cli_must_fail("train --data plain --out o --resume edited.safetensors", 1,
                  "no optimiser state of `vae train`");
    cli_must_fail("sample edited.safetensors --out x.png --image 7", 2, "--image 7: give rows");
    cli_must_fail("sample edited.safetensors --out x.png --image 0x7", 2, "--image 0x7: give rows");
    cli_must_fail("sample edited.safetensors --out x.png --image 7x5x1", 2, "--image 7x5x1: give");
    cli_must_fail("sample edited.safetensors --out x.png --likelihood poisson", 2, "give one of");
    edit(&(struct edit){.leave_out = "optimizer."});
    cli_must_fail("train --data plain --out o --resume edited.safetensors", 1,
                  "tensor optimizer.sum.encoder.hidden.weight is missing");
}
END_TEST

/* Layers are counted by their names; their activation must be given. */
static const struct {
    const char *train, *eval;
} networks[] = {
    {"--hidden 11,7", ""},
    {"--hidden 11,7 --decoder-hidden 5,6,7,8 --activation relu", "--activation relu"},
    {"--hidden none --decoder-hidden none", ""},
    {"--hidden none --decoder-hidden 9 --activation softplus", "--activation softplus"},
    {"--hidden 9,8,7,6 --decoder-hidden none --activation sigmoid", "--activation sigmoid"},
};

START_TEST(test_network)
{
    char command[256];
    snprintf(command, sizeof command,
             "train --data plain --out n --epochs 1 --batch 20 --latent 3 "
             "--quiet %s",
             networks[_i].train);
    cli_must_work(command);
    edit(&(struct edit){.from = "n/model.safetensors", .metadata = ""});
    const struct outcome want = cli_run("eval n/model.safetensors --data plain");
    const struct outcome have =
        cli_run("eval edited.safetensors --data plain --image 7x5 %s", networks[_i].eval);
    ck_assert_msg(have.status == 0, "%s", have.err);
    ck_assert_str_eq(have.out, want.out);
    snprintf(command, sizeof command, "eval n/model.safetensors --data plain %s",
             networks[_i].eval);
    cli_must_work(command);
    cli_must_fail("eval n/model.safetensors --data plain --activation tanhh", 2, "give one of");
    if (*networks[_i].eval)
        cli_must_fail("eval n/model.safetensors --data plain --activation tanh", 1,
                      "n/model.safetensors: its activation is");
}
END_TEST

/* Settings of ours that are malformed, or that do not fit the tensors. */
static const struct {
    const char *key, *value, *says;
    bool deep;
} settings[] = {
    {"hidden", "11,7,", "hidden is \"11,7,\" in its metadata; no list", true},
    {"hidden", "11", "tensor encoder.hidden.weight is missing", true},
    {"hidden", "11,8", "tensor encoder.hidden.1.weight has another shape", true},
    {"decoder_hidden", "7,0", "decoder_hidden is \"7,0\" in its metadata; no list", true},
    {"decoder_hidden", "none", "tensor decoder.logits.weight has another shape", true},
    {"activation", "gelu", "no known activation", true},
    {"format", "vae 1", "hidden is \"11,7\" in its metadata; no number", true},
    {"lr", "0.5garbage", "lr is \"0.5garbage\"", false},
    {"lr", "0x1p-3", "lr is \"0x1p-3\"", false},
    {"lr", " 0.5", "lr is \" 0.5\"", false},
    {"lr", "inf", "lr is \"inf\"", false},
    {"lr", "-1", "lr is \"-1\"", false},
    {"init_sd", "nan", "init_sd is \"nan\"", false},
    {"batch", "20x", "batch is \"20x\"", false},
    {"untrained_bound", "-0x1p3", "untrained_bound is \"-0x1p3\"", false},
    {"seed", "+1", "seed is \"+1\"", false},
    {"lr", "1\033[2J", "lr is \"1?[2J\"", false},
    {"hidden", "16384", "tensor encoder.hidden.weight has another shape", false},
    {"image_rows", "4096", "tensor encoder.hidden.weight has another shape", false},
    {"latent", "4096", "tensor encoder.mean.weight has another shape", false},
};

START_TEST(test_setting)
{
    const char *from = settings[_i].deep ? "deep/model.safetensors" : "out/model.safetensors";
    unsigned char *bytes;
    uint64_t length;
    if (settings[_i].deep)
        cli_must_work(
            "train --data plain --out deep --epochs 1 --batch 20 --hidden 11,7 --latent 3 "
            "--quiet");
    cli_read(from, &bytes);
    memcpy(&length, bytes, 8);
    json_t *header = json_loadb((char *)bytes + 8, length, 0, NULL);
    json_t *metadata = json_object_get(header, "__metadata__");
    json_object_set_new(metadata, settings[_i].key, json_string(settings[_i].value));
    char *text = json_dumps(metadata, 0);
    edit(&(struct edit){.from = from, .metadata = text});
    free(text);
    free(bytes);
    json_decref(header);
    cli_must_fail("eval edited.safetensors --data plain", 1, settings[_i].says);
}
END_TEST

Suite *suite_foreign(void)
{
    Suite *s = suite_create("foreign");
    TCase *t = tcase_create("foreign");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_loop_test(t, test_file, 0, sizeof files / sizeof *files);
    tcase_add_test(t, test_commands);
    tcase_add_loop_test(t, test_network, 0, sizeof networks / sizeof *networks);
    tcase_add_loop_test(t, test_setting, 0, sizeof settings / sizeof *settings);
    suite_add_tcase(s, t);
    return s;
}
