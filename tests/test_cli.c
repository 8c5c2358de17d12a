/* The program as a user meets it: what it writes, interruption, resumption. */
#include "../kernels/kernels.h"
#include "cli.h"
#include "suites.h"
#include <jansson.h>
#include <math.h>
#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- what it writes --- */

START_TEST(test_pictures)
{
    static const struct {
        const char *path;
        uint32_t width, height;
    } pictures[] = {{"out/samples.png", 10 * 12 + 2, 10 * 16 + 2},
                    {"out/reconstructions.png", 10 * 12 + 2, 8 * 16 + 2},
                    {"grid.png", 3 * 12 + 2, 2 * 16 + 2},
                    {"pairs.png", 4 * 12 + 2, 2 * 16 + 2},
                    {"plane.png", 5 * 12 + 2, 5 * 16 + 2}};
    cli_must_work("sample out/model.safetensors --out grid.png --across 3 --down 2 --seed 5");
    cli_must_work("train --data one.idx --out plane --samples 40 --batch 20 --hidden 8 --latent 2");
    cli_must_work("manifold plane/model.safetensors --out plane.png --side 5");
    cli_must_work(
        "reconstruct out/model.safetensors --data one.idx --out pairs.png --across 4 --pairs 1");
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        png_image image = {.version = PNG_IMAGE_VERSION};
        ck_assert_msg(png_image_begin_read_from_file(&image, pictures[i].path), "%s: %s",
                      pictures[i].path, image.message);
        ck_assert_uint_eq(image.width, pictures[i].width);
        ck_assert_uint_eq(image.height, pictures[i].height);
        png_image_free(&image);
    }
}
END_TEST

START_TEST(test_log)
{
    static const char *const keys[] = {"epoch", "samples", "train_bound",   "test_bound",
                                       "kl",    "recon",   "samples_per_s", "gflops",
                                       "isa",   "threads", "seed"};
    FILE *f = fopen("out/log.jsonl", "r");
    char line[1024];
    int lines = 0;
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f)) {
        json_t *o = json_loads(line, 0, NULL);
        ck_assert_msg(json_is_object(o), "not JSON: %s", line);
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            ck_assert_msg(json_object_get(o, keys[i]) != NULL, "no %s in %s", keys[i], line);
        ck_assert_int_eq(json_integer_value(json_object_get(o, "epoch")), ++lines);
        const double bound = json_real_value(json_object_get(o, "test_bound"));
        const double parts = json_real_value(json_object_get(o, "recon")) -
                             json_real_value(json_object_get(o, "kl"));
        ck_assert_double_le(fabs(bound - parts), 1e-6 * fabs(bound));
        json_decref(o);
    }
    fclose(f);
    ck_assert_int_eq(lines, 3);
}
END_TEST

/* Returns the number of lines of a log written with --points; the last one's samples and bounds. */
static int read_points(const char *path, double *samples, double bounds[2])
{
    FILE *f = fopen(path, "r");
    char line[1024];
    int lines = 0;
    ck_assert_ptr_nonnull(f);
    for (; fgets(line, sizeof line, f); lines++) {
        json_t *o = json_loads(line, 0, NULL);
        const double now = (double)json_integer_value(json_object_get(o, "samples"));
        ck_assert(!lines || now > *samples);
        *samples = now;
        bounds[0] = json_real_value(json_object_get(o, "train_bound"));
        bounds[1] = json_real_value(json_object_get(o, "test_bound"));
        json_decref(o);
    }
    fclose(f);
    return lines;
}

/* Reports come at 1, 10, 100 and 1000 examples and at the end; a stop between changes nothing. */
START_TEST(test_points)
{
    static const char *const model = "--batch 10 --hidden 8 --latent 2 --points 1 --quiet";
    char command[256];
    double samples, bounds[2], resumed, resumed_bounds[2];
    snprintf(command, sizeof command, "train --data one.idx --out p --samples 1200 %s", model);
    cli_must_work(command);
    ck_assert_int_eq(read_points("p/log.jsonl", &samples, bounds), 4);
    ck_assert(samples > 1180 && samples <= 1200);
    snprintf(command, sizeof command, "train --data one.idx --out q --samples 400 %s", model);
    cli_must_work(command);
    cli_must_work("train --data one.idx --out q --samples 1200 --points 1 --resume "
                  "q/model.safetensors --quiet");
    ck_assert_int_eq(read_points("q/log.jsonl", &resumed, resumed_bounds), 5);
    ck_assert(cli_same_file("p/model.safetensors", "q/model.safetensors"));
    ck_assert_double_eq(bounds[0], resumed_bounds[0]);
    ck_assert_double_eq(bounds[1], resumed_bounds[1]);
}
END_TEST

/* --init-sd scales the initial weights, and the checkpoint records it. */
START_TEST(test_init_sd)
{
    cli_must_work(
        "train --data one.idx --out s1 --samples 10 --batch 10 --hidden 8 --latent 2 --quiet");
    cli_must_work(
        "train --data one.idx --out s2 --samples 10 --batch 10 --hidden 8 --latent 2 --quiet "
        "--init-sd 0.01");
    ck_assert(cli_same_file("s1/model.safetensors", "s2/model.safetensors"));
    cli_must_work(
        "train --data one.idx --out s3 --samples 10 --batch 10 --hidden 8 --latent 2 --quiet "
        "--init-sd 0.5");
    ck_assert(!cli_same_file("s1/model.safetensors", "s3/model.safetensors"));
    double samples, near[2], far[2];
    read_points("s1/log.jsonl", &samples, near);
    read_points("s3/log.jsonl", &samples, far);
    ck_assert_double_lt(far[1], near[1]);
}
END_TEST

/* eval finds the last test bound of training. */
START_TEST(test_eval_agrees_with_training)
{
    char line[1024] = "", last[1024] = "";
    FILE *f = fopen("out/log.jsonl", "r");
    while (fgets(line, sizeof line, f)) strcpy(last, line);
    fclose(f);
    const struct outcome o = cli_run("eval out/model.safetensors --data plain --json");
    ck_assert_int_eq(o.status, 0);
    json_t *log = json_loads(last, 0, NULL), *eval = json_loads(o.out, 0, NULL);
    ck_assert(json_is_object(log) && json_is_object(eval));
    ck_assert_double_eq(json_real_value(json_object_get(log, "test_bound")),
                        json_real_value(json_object_get(eval, "test_bound")));
    json_decref(log);
    json_decref(eval);
}
END_TEST

/* Neither the packaging of the data nor the ISA affects the result. */
START_TEST(test_same_checkpoint)
{
    cli_must_work("train --data zipped --out z --epochs 3 --batch 20 --hidden 11 --latent 3 --isa "
                  "generic --quiet");
    ck_assert(cli_same_file("out/model.safetensors", "z/model.safetensors"));
    cli_must_work("train --data one.idx --out g --likelihood gaussian --optimizer adam --epochs 1 "
                  "--batch 9 --hidden 5 --latent 2 --samples-per-x 3 --binarize dynamic --quiet");
    cli_must_work("eval g/model.safetensors --data one.idx");
    cli_must_work("sample g/model.safetensors --out g.png");
}
END_TEST

/* The log names the instruction set that --isa or SV_ISA asked for. */
START_TEST(test_isa_is_logged)
{
    char options[256];
    for (size_t i = 0; sv_isa_name(i); i++)
        for (int by_option = 0; by_option < 2 && sv_isa_supported(i); by_option++) {
            const char *isa = sv_isa_name(i);
            setenv("SV_ISA", by_option ? "" : isa, 1);
            snprintf(options, sizeof options,
                     "train --data one.idx --out isa --epochs 1 --batch 20 --hidden 5 --latent 2 "
                     "--quiet %s %s",
                     by_option ? "--isa" : "", by_option ? isa : "");
            cli_must_work(options);
            json_t *o = json_load_file("isa/log.jsonl", 0, NULL);
            ck_assert_str_eq(json_string_value(json_object_get(o, "isa")), isa);
            json_decref(o);
        }
}
END_TEST

START_TEST(test_help)
{
    static const char *const commands[] = {"train",   "eval", "sample",  "reconstruct",
                                           "kernels", "tune", "manifold"};
    cli_must_work("--help");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const struct outcome o = cli_run("%s --help", commands[i]);
        ck_assert_int_eq(o.status, 0);
        ck_assert_ptr_nonnull(strstr(o.out, "usage: vae"));
    }
}
END_TEST

/* --- threads and insight --- */

/* A run stopped by --samples and resumed ends in the same checkpoint. */
START_TEST(test_resume)
{
    cli_must_work(
        "train --data plain --out r --samples 130 --batch 20 --hidden 11 --latent 3 --quiet");
    ck_assert(!cli_same_file("out/model.safetensors", "r/model.safetensors"));
    cli_must_work("train --data plain --out r --resume r/model.safetensors --samples 300 --quiet");
    ck_assert(cli_same_file("out/model.safetensors", "r/model.safetensors"));
}
END_TEST

START_TEST(test_threads)
{
    for (int threads = 1; threads <= 5; threads++) {
        char command[256];
        snprintf(command, sizeof command,
                 "train --data plain --out th --epochs 3 --batch 20 --hidden 11 --latent 3 --quiet "
                 "--threads %d",
                 threads);
        cli_must_work(command);
        ck_assert(cli_same_file("out/model.safetensors", "th/model.safetensors"));
        json_t *o = json_load_file("th/log.jsonl", JSON_DISABLE_EOF_CHECK, NULL);
        ck_assert_int_eq(json_integer_value(json_object_get(o, "threads")), threads);
        json_decref(o);
        snprintf(command, sizeof command, "eval th/model.safetensors --data plain --threads %d",
                 threads);
        cli_must_work(command);
    }
    cli_must_fail("train --data plain --out th --threads 0", 2, "--threads");
    cli_must_fail("eval th/model.safetensors --data plain --threads many", 2, "--threads");
}
END_TEST

/* The log has every phase of the steps, the output a line for each; their sum does not exceed the
 * total time. */
START_TEST(test_profile)
{
    const struct outcome o = cli_run(
        "train --data plain --out pr --epochs 2 --batch 20 --hidden 11 --latent 3 --profile");
    ck_assert_int_eq(o.status, 0);
    json_t *line = json_load_file("pr/log.jsonl", JSON_DISABLE_EOF_CHECK, NULL);
    json_t *profile = json_object_get(line, "profile"), *phase;
    ck_assert_uint_ge(json_object_size(profile), 15);
    const double all = json_number_value(json_object_get(line, "samples")) /
                       json_number_value(json_object_get(line, "samples_per_s"));
    const char *name;
    double sum = 0;
    json_object_foreach(profile, name, phase)
    {
        ck_assert_msg(strstr(o.out, name) != NULL, "no line for %s", name);
        sum += json_number_value(json_object_get(phase, "seconds"));
    }
    ck_assert_double_gt(sum, 0);
    ck_assert_double_le(sum, all);
    ck_assert_ptr_nonnull(strstr(o.out, "of the FMA peak"));
    json_decref(line);
}
END_TEST

Suite *suite_cli(void)
{
    Suite *s = suite_create("cli");
    TCase *t = tcase_create("cli");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "threads-program program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_test(t, test_pictures);
    tcase_add_test(t, test_log);
    tcase_add_test(t, test_points);
    tcase_add_test(t, test_init_sd);
    tcase_add_test(t, test_eval_agrees_with_training);
    tcase_add_test(t, test_same_checkpoint);
    tcase_add_test(t, test_isa_is_logged);
    tcase_add_test(t, test_help);
    tcase_add_test(t, test_resume);
    tcase_add_test(t, test_threads);
    tcase_add_test(t, test_profile);
    suite_add_tcase(s, t);
    return s;
}
