/* The schedule of a run: stages of the step size as text; examples and epochs. */
#include "../vae/model/run.h"
#include "suites.h"

/* --- stages as text --- */

static const struct {
    const char *text, *written; /* NULL: refused */
} stages[] = {
    {"", ""},
    {"1:1e-3,10:3e-4", "1:0.001,10:0.0003"},
    {"7:0.25", "7:0.25"},
    {"1000000:1.17549435e-38", "1000000:1.1754944e-38"},
    {"1:1,2:1,3:1,4:1,5:1,6:1,7:1,8:1,9:1,10:1,11:1,12:1,13:1,14:1,15:1,16:1",
     "1:1,2:1,3:1,4:1,5:1,6:1,7:1,8:1,9:1,10:1,11:1,12:1,13:1,14:1,15:1,16:1"},
    {"1:1,2:1,3:1,4:1,5:1,6:1,7:1,8:1,9:1,10:1,11:1,12:1,13:1,14:1,15:1,16:1,17:1", NULL},
    {"1:1e-3,", NULL},
    {",1:1e-3", NULL},
    {"1:1e-3,,2:1", NULL},
    {"1", NULL},
    {"1:", NULL},
    {":1", NULL},
    {"1,2:1", NULL},
    {"0:1", NULL},
    {"1000001:1", NULL},
    {"1:0", NULL},
    {"1:-1", NULL},
    {"1:inf", NULL},
    {"1:1x", NULL},
    {"1:1:1", NULL},
    {"2:1,2:1", NULL},
    {"2:1,1:1", NULL},
    {"00000000000000000001:1", NULL},
    {"1:0.000000000000000000000000000000001", NULL},
};

START_TEST(test_stages)
{
    struct vae_schedule s = {.stage = {{5, 0.5f}}, .stages = 1}, before = s;
    char text[SCHEDULE_TEXT];
    const bool taken = vae_schedule_read_stages(stages[_i].text, &s);
    ck_assert_int_eq(taken, stages[_i].written != NULL);
    ck_assert(taken || vae_schedule_same_stages(&s, &before));
    vae_schedule_write_stages(&s, text);
    ck_assert_str_eq(text, taken ? stages[_i].written : "5:0.5");
}
END_TEST

/* The longest text fits SCHEDULE_TEXT and reads back. */
START_TEST(test_longest_stages)
{
    struct vae_schedule s = {.stages = SCHEDULE_STAGES}, again = {0};
    char text[SCHEDULE_TEXT];
    for (size_t i = 0; i < SCHEDULE_STAGES; i++)
        s.stage[i] = (struct vae_stage){SCHEDULE_MOST_EPOCH - SCHEDULE_STAGES + i, 1.17549435e-38f};
    vae_schedule_write_stages(&s, text);
    ck_assert(vae_schedule_read_stages(text, &again) && vae_schedule_same_stages(&s, &again));
}
END_TEST

/* --- examples and epochs of a run resumed with other data --- */

START_TEST(test_past)
{
    struct vae_run r = {.batch = 20, .train_images = 100, .step = 7}; /* an epoch and two fifths */
    ck_assert(vae_run_points(&r) == 140 && vae_run_epoch(&r) == 1 && vae_run_epochs_begun(&r) == 2);
    vae_run_new_data(&r, 50); /* three steps an epoch */
    ck_assert(vae_run_points(&r) == 140 && vae_run_epoch(&r) == 2 && vae_run_epochs_begun(&r) == 2);
    ck_assert(vae_run_step_of_epoch(&r) == 0 && vae_run_points_of_epochs(&r, 4) == 240);
    ck_assert(vae_run_points_of_epochs(&r, 1) == 140);
    r.step += 4;
    ck_assert(vae_run_points(&r) == 210 && vae_run_epoch(&r) == 3 &&
              vae_run_step_of_epoch(&r) == 1);
    vae_run_new_data(&r, 100);
    r.step += 5;
    ck_assert(vae_run_points(&r) == 310 && vae_run_epoch(&r) == 5 && vae_run_epochs_begun(&r) == 5);
}
END_TEST

Suite *suite_schedule(void)
{
    Suite *s = suite_create("schedule");
    TCase *t = tcase_create("schedule");
    tcase_set_tags(t, "training");
    tcase_add_loop_test(t, test_stages, 0, sizeof stages / sizeof *stages);
    tcase_add_test(t, test_longest_stages);
    tcase_add_test(t, test_past);
    suite_add_tcase(s, t);
    return s;
}
