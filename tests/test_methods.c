/* Runs of other methods than AEVB, and of noise per pixel: what they log, that they go on to the same
 * bits, and what they refuse. */
#include "cli.h"
#include "suites.h"
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define MODEL "--batch 20 --hidden 11 --latent 3 --quiet "

START_TEST(test_methods_logged)
{
    cli_must_work("train --data plain --out w --epochs 2 --method wake-sleep " MODEL);
    cli_must_work("train --data plain --out v --epochs 1 --method wake-sleep " MODEL);
    cli_must_say("train --data plain --out v --resume v/model.safetensors --epochs 2 --quiet",
                 NULL);
    ck_assert(cli_same_file("w/model.safetensors", "v/model.safetensors"));
    cli_must_log("v/log.jsonl", 1, "method", "wake-sleep", 0);
    const struct outcome o =
        cli_run("train --data plain --out v --resume v/model.safetensors --kl-weight 2");
    ck_assert_int_eq(o.status, 1);
    ck_assert_ptr_nonnull(strstr(o.err, "--kl-weight and --kl-warmup are of --method aevb"));
    cli_must_work("train --data plain --out m --samples 4500 --method mcem " MODEL);
    cli_must_work("train --data plain --out c --epochs 15 --method mcem " MODEL);
    cli_must_say("train --data plain --out c --resume c/model.safetensors --samples 4500 --quiet",
                 NULL);
    ck_assert(cli_same_file("m/model.safetensors", "c/model.safetensors"));
    cli_must_log("c/log.jsonl", 1, "epoch", NULL, 30);
    cli_must_log("c/log.jsonl", 1, "samples", NULL, 3000);
    cli_must_log("c/log.jsonl", 1, "method", "mcem", 0);
    cli_must_log("c/log.jsonl", 0, "hmc_step", NULL, 0.1 * 1.25);
    ck_assert(cli_header_holds("c/model.safetensors", "\"leapfrog\":\"10\",\"m_steps\":\"5\""));
    cli_must_work("train --data plain --out f --epochs 3 --method full-vb " MODEL);
    cli_must_work("train --data plain --out g --epochs 2 --method full-vb " MODEL);
    cli_must_say("train --data plain --out g --resume g/model.safetensors --epochs 3 --quiet",
                 NULL);
    ck_assert(cli_same_file("f/model.safetensors", "g/model.safetensors"));
    ck_assert(cli_header_holds("f/model.safetensors", "posterior.logvar.decoder.logits.weight"));
    ck_assert(cli_header_holds("f/model.safetensors",
                               "optimizer.sum.posterior.logvar.decoder.logits.bias"));
    const struct outcome decay = cli_run("train --data plain --out g --resume g/model.safetensors "
                                         "--epochs 4 --weight-decay 0");
    ck_assert_int_eq(decay.status, 1);
    ck_assert_ptr_nonnull(strstr(decay.err, "the prior of --method full-vb is N(0, 1)"));
    json_t *line = cli_log_line("f/log.jsonl", 2);
    ck_assert_double_gt(json_number_value(json_object_get(line, "theta_kl")), 100);
    json_decref(line);
    const struct outcome other =
        cli_run("train --data synthetic --out c --resume c/model.safetensors");
    ck_assert_int_eq(other.status, 1);
    cli_must_work("train --data plain --out u --epochs 1 --method aevb " MODEL);
    cli_must_log("u/log.jsonl", 0, "method", NULL, 0);
}
END_TEST

/* Noise that is the pixels' own: its parameters are biases in the checkpoint, from which the run goes on. */
static const struct {
    const char *name;
    bool uniform;
} noises[] = {{"per-pixel", false}, {"mixture", true}};

START_TEST(test_noise)
{
    char command[256];
#define NOISE(options)                                                                             \
    snprintf(command, sizeof command,                                                              \
             "train --data plain --likelihood gaussian --noise %s " MODEL options,                 \
             noises[_i].name);                                                                     \
    cli_must_work(command)
    NOISE("--out w --epochs 3");
    NOISE("--out v --epochs 1");
    cli_must_say("train --data plain --out v --resume v/model.safetensors --epochs 3 --quiet",
                 NULL);
    ck_assert(cli_same_file("w/model.safetensors", "v/model.safetensors"));
    snprintf(command, sizeof command, "\"noise\":\"%s\"", noises[_i].name);
    ck_assert(cli_header_holds("w/model.safetensors", command));
    ck_assert(cli_header_holds("w/model.safetensors", "\"decoder.logvar.bias\""));
    ck_assert(!cli_header_holds("w/model.safetensors", "decoder.logvar.weight"));
    ck_assert(cli_header_holds("w/model.safetensors", "\"decoder.uniform.bias\"") ==
              noises[_i].uniform);
    cli_must_work("eval w/model.safetensors --data plain --hmc --importance-samples 20");
    cli_must_work("sample w/model.safetensors --out s.png");
    NOISE("--out x --epochs 1 --method wake-sleep");
    NOISE("--out y --samples 1500 --method mcem");
    NOISE("--out z --epochs 1 --method full-vb");
}
END_TEST

/* Posteriors other than the normal go on to the same bits, and importance sampling of them runs. */
START_TEST(test_posterior)
{
    cli_must_work(
        "train --data plain --out p --epochs 3 --posterior laplace --samples-per-x 2 " MODEL);
    cli_must_work(
        "train --data plain --out q --epochs 1 --posterior laplace --samples-per-x 2 " MODEL);
    cli_must_say("train --data plain --out q --resume q/model.safetensors --epochs 3 --quiet",
                 NULL);
    ck_assert(cli_same_file("p/model.safetensors", "q/model.safetensors"));
    ck_assert(cli_header_holds("p/model.safetensors", "\"posterior\":\"laplace\""));
    cli_must_work(
        "eval p/model.safetensors --data plain --grey --importance-samples 20 --per-dimension");
    cli_must_work(
        "train --data plain --out r --epochs 1 --posterior logistic --method full-vb " MODEL);
}
END_TEST

Suite *suite_methods(void)
{
    Suite *s = suite_create("methods");
    TCase *t = tcase_create("methods");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_test(t, test_methods_logged);
    tcase_add_loop_test(t, test_noise, 0, sizeof noises / sizeof *noises);
    tcase_add_test(t, test_posterior);
    suite_add_tcase(s, t);
    return s;
}
