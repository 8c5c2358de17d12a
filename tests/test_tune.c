/* The choice of kernels: classes, survey, tuning cache, known answers. */
#include "../reference/verify/known.h"
#include "../vae/cli/chosen.h"
#include "../vae/cli/survey_view.h"
#include "../vae/tuning/kernels_check.h"
#include "../vae/tuning/profile.h"
#include "../vae/tuning/survey.h"
#include "../vae/tuning/timing.h"
#include "cli.h"
#include "picks.h"
#include "suites.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- classes of shapes --- */

START_TEST(test_timed_shapes_lie_in_their_class)
{
    static const size_t caches[][2] = {{16 << 10, 256 << 10}, {64 << 10, 4 << 20}};
    struct sv_choice c;
    ck_assert_int_eq(sv_choice_default("generic", &c), SV_OK);
    for (size_t machine = 0; machine < 3; machine++) {
        if (machine) c.l1 = caches[machine - 1][0], c.l2 = caches[machine - 1][1];
        for (size_t id = 0; id < SV_KERNEL_COUNT; id++)
            for (int cls = 0; cls < SV_CLASSES; cls++) {
                const struct shape s = vae_timing_shape(verify_case(id), (enum sv_class)cls);
                ck_assert_msg((int)sv_class_of(&c, s.m, s.n, s.k) == cls, "%s %s",
                              sv_kernel_names[id], sv_class_names[cls]);
            }
    }
}
END_TEST

/* --- picks --- */

static void write_new(char *path, const struct machine *m, const struct candidates *c,
                      const struct pick *p)
{
    struct vae_error e = {""};
    close(mkstemp(path));
    ck_assert_msg(vae_profile_write(path, m, c, p, &e), "%s", e.line);
}

START_TEST(test_profile_comes_back)
{
    char path[] = "/tmp/vae-profile-XXXXXX";
    struct candidates c;
    struct machine m;
    struct pick got;
    struct vae_error e = {""};
    vae_machine_this(&m);
    vae_candidates_of_build(&c);
    const struct pick p = random_pick(&c, verify_seed(), false);
    write_new(path, &m, &c, &p);
    ck_assert_msg(vae_profile_read(path, &m, &c, &got, &e), "%s", e.line);
    ck_assert_int_eq(memcmp(&got, &p, sizeof p), 0);
    unlink(path);
}
END_TEST

/* The cache must be refused with a line that contains `says`, and *p stay unchanged. */
static void must_refuse(const char *path, const struct machine *m, const struct candidates *c,
                        const char *says)
{
    struct pick p, before;
    struct vae_error e = {""};
    memset(&p, 0x5a, sizeof p);
    before = p;
    ck_assert_msg(!vae_profile_read(path, m, c, &p, &e), "accepted, not \"%s\"", says);
    ck_assert_msg(strstr(e.line, says) != NULL, "no \"%s\" in: %s", says, e.line);
    ck_assert_int_eq(memcmp(&p, &before, sizeof p), 0);
}

START_TEST(test_foreign_profile_is_refused)
{
    char path[] = "/tmp/vae-profile-XXXXXX";
    struct candidates c;
    struct machine m;
    vae_machine_this(&m);
    vae_candidates_of_build(&c);
    const struct pick p = random_pick(&c, verify_seed(), false);
    write_new(path, &m, &c, &p);
    struct machine other = m;
    other.cpu[0]++;
    must_refuse(path, &other, &c, "another CPU or build");
    other = m;
    other.build[0]++;
    must_refuse(path, &other, &c, "another CPU or build");
    struct candidates without = c;
    without.supported[p.candidate[SV_KERNEL_exp][SV_LARGE]] = false;
    must_refuse(path, &m, &without, "lacks");
    struct sv_kernels gap = *c.table[p.candidate[SV_KERNEL_exp][SV_LARGE]];
    gap.exp = NULL;
    without = c;
    without.table[p.candidate[SV_KERNEL_exp][SV_LARGE]] = &gap;
    must_refuse(path, &m, &without, "no candidate for exp");
    unlink(path);
    must_refuse(path, &m, &c, "No such file");
}
END_TEST

/* Each row replaces a member of the tuning cache, or removes it (NULL). */
static const struct {
    const char *outer, *inner, *member, *value, *says;
} edits[] = {
    {NULL, NULL, "format", "2", "not a profile"},
    {NULL, NULL, "format", NULL, "not a profile"},
    {NULL, NULL, "cpu", NULL, "another CPU"},
    {NULL, NULL, "build", "7", "another CPU"},
    {NULL, NULL, "kernels", "[1]", "no candidate for exp"},
    {"kernels", NULL, "tanh", NULL, "no candidate for tanh"},
    {"kernels", "adam", "medium", NULL, "no candidate for adam"},
    {"kernels", "adam", "medium", "\"avx2\"", "no candidate for adam"},
    {"kernels", "kl", "small", "{\"isa\":\"avx3\",\"variant\":\"base\"}",
     "avx3 base is no candidate"},
    {"kernels", "kl", "small", "{\"isa\":\"generic\",\"variant\":\"fast\"}", "generic fast is no"},
    {"kernels", "kl", "small", "{\"isa\":\"generic\"}", "no candidate for kl"},
};
enum { EDITS = sizeof edits / sizeof *edits };

START_TEST(test_edited_profile_is_refused)
{
    char path[] = "/tmp/vae-profile-XXXXXX";
    struct candidates c;
    struct machine m;
    vae_machine_this(&m);
    vae_candidates_of_build(&c);
    const struct pick p = random_pick(&c, verify_seed(), false);
    write_new(path, &m, &c, &p);
    json_t *o = json_load_file(path, 0, NULL), *at = o;
    if (edits[_i].outer) at = json_object_get(at, edits[_i].outer);
    if (edits[_i].inner) at = json_object_get(at, edits[_i].inner);
    ck_assert_ptr_nonnull(json_object_get(at, edits[_i].member));
    if (edits[_i].value)
        json_object_set_new(at, edits[_i].member,
                            json_loads(edits[_i].value, JSON_DECODE_ANY, NULL));
    else
        json_object_del(at, edits[_i].member);
    ck_assert_int_eq(json_dump_file(o, path, 0), 0);
    must_refuse(path, &m, &c, edits[_i].says);
    json_decref(o);
    unlink(path);
}
END_TEST

START_TEST(test_truncated_profile_is_refused)
{
    char path[] = "/tmp/vae-profile-XXXXXX", part[] = "/tmp/vae-profile-XXXXXX";
    struct candidates c;
    struct machine m;
    vae_machine_this(&m);
    vae_candidates_of_build(&c);
    const struct pick p = random_pick(&c, verify_seed(), false);
    write_new(path, &m, &c, &p);
    close(mkstemp(part));
    for (size_t i = 0; i < 64; i++) {
        cli_truncate_copy(path, part, i, 64);
        must_refuse(part, &m, &c, "damaged");
    }
    unlink(path);
    unlink(part);
}
END_TEST

/* --- the survey --- */

static void does_nothing(size_t n, const float *x, float *y) { (void)n, (void)x, (void)y; }
static void crashes(size_t n, const float *x, float *y)
{
    (void)x;
    if (n == 17) abort();
    y[0] = 0;
}
static void drifts_by_a_bit(size_t n, const float *x, float *y)
{
    sv_candidate(0)->exp(n, x, y);
    if (n > 200) y[200] = y[100];
}

static sv_map_fn *const wrong[] = {does_nothing, crashes, drifts_by_a_bit};
enum { WRONG = sizeof wrong / sizeof *wrong };

/* A candidate that fails is never chosen, however fast, and is named. */
START_TEST(test_failing_candidate_is_never_chosen)
{
    static struct survey s;
    char said[512] = "";
    struct sv_kernels broken = {.isa = "generic", .variant = "broken", .exp = wrong[_i]};
    struct candidates c;
    struct vae_error e = {""};
    struct pick p;
    vae_candidates_of_build(&c);
    c.supported[c.count] = true;
    c.table[c.count++] = &broken;
    s.candidates = &c;
    s.first = SV_KERNEL_exp;
    s.last = SV_KERNEL_exp + 1;
    ck_assert_uint_eq(vae_survey_verify(&s), 1);
    vae_survey_time(&s);
    ck_assert_int_eq(s.kernel[SV_KERNEL_exp].standing[c.count - 1], STANDING_FAILED);
    ck_assert_msg(vae_survey_pick(&s, &p, &e), "%s", e.line);
    for (int cls = 0; cls < SV_CLASSES; cls++) {
        const size_t chosen = p.candidate[SV_KERNEL_exp][cls];
        ck_assert_uint_lt(chosen, c.count - 1);
        ck_assert_int_eq(s.kernel[SV_KERNEL_exp].standing[chosen], STANDING_VERIFIED);
        ck_assert(s.kernel[SV_KERNEL_exp].seconds[cls][chosen] > 0);
        ck_assert(s.kernel[SV_KERNEL_exp].seconds[cls][c.count - 1] == 0);
    }
    FILE *f = fmemopen(said, sizeof said, "w");
    vae_survey_name_failed(&s, f);
    fclose(f);
    ck_assert_msg(strstr(said, "FAILED: kernel exp of generic, variant broken") != NULL, "%s",
                  said);
}
END_TEST

/* With only a broken candidate and one that the CPU does not support, nothing is chosen. */
START_TEST(test_no_verified_candidate)
{
    static struct survey s;
    struct sv_kernels broken = {.isa = "generic", .variant = "broken", .exp = does_nothing};
    struct candidates c = {2, {&broken, sv_candidate(0)}, {true, false}};
    struct vae_error e = {""};
    struct pick p;
    s.candidates = &c;
    s.first = SV_KERNEL_exp;
    s.last = SV_KERNEL_exp + 1;
    ck_assert_uint_eq(vae_survey_verify(&s), 1);
    vae_survey_time(&s);
    ck_assert_int_eq(s.kernel[SV_KERNEL_exp].standing[1], STANDING_NO_CPU);
    ck_assert(!vae_survey_pick(&s, &p, &e));
    ck_assert_msg(strstr(e.line, "exp: no candidate passed") != NULL, "%s", e.line);
}
END_TEST

/* --- known answers --- */

START_TEST(test_every_candidate_gives_the_known_answer)
{
    for (size_t i = 0; sv_candidate(i); i++)
        for (size_t id = 0; sv_candidate_supported(i) && id < SV_KERNEL_COUNT; id++)
            if (sv_has(sv_candidate(i), id))
                ck_assert_msg(known_holds(id, sv_candidate(i)) == KNOWN_RIGHT,
                              "%s [%s %s]: not as in known.def; if its contract or case changed, "
                              "make known-answers",
                              sv_kernel_names[id], sv_candidate(i)->isa, sv_candidate(i)->variant);
}
END_TEST

static void one_element_one_bit(size_t n, const float *x, float *y)
{
    sv_candidate(0)->exp(n, x, y);
    uint32_t bits;
    memcpy(&bits, y + n / 2, sizeof bits);
    bits ^= n == 37;
    memcpy(y + n / 2, &bits, sizeof bits);
}
static void forgets_a_row(const struct sv_gemm *g)
{
    struct sv_gemm part = *g;
    if (g->m > 12) part.m--;
    sv_candidate(0)->gemm_tn(&part);
}

START_TEST(test_check_finds_a_broken_kernel)
{
    struct sv_choice c;
    struct vae_error e = {""};
    for (int cls = 0; cls < SV_CLASSES; cls++) {
        ck_assert_int_eq(sv_choice_default(NULL, &c), SV_OK);
        ck_assert_msg(vae_kernels_check(&c, &e), "%s", e.line);
        c.by_class[cls].exp = one_element_one_bit;
        ck_assert(!vae_kernels_check(&c, &e));
        ck_assert_msg(strstr(e.line, "kernel exp of ") != NULL, "%s", e.line);
        ck_assert_int_eq(sv_choice_default("generic", &c), SV_OK);
        c.by_class[cls].gemm_tn = forgets_a_row;
        ck_assert(!vae_kernels_check(&c, &e));
        ck_assert_msg(strstr(e.line, "kernel gemm_tn of generic") != NULL, "%s", e.line);
    }
}
END_TEST

Suite *suite_tune(void)
{
    Suite *s = suite_create("tune");
    TCase *t = tcase_create("tune");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, test_timed_shapes_lie_in_their_class);
    tcase_add_test(t, test_profile_comes_back);
    tcase_add_test(t, test_foreign_profile_is_refused);
    tcase_add_loop_test(t, test_edited_profile_is_refused, 0, EDITS);
    tcase_add_test(t, test_truncated_profile_is_refused);
    tcase_add_loop_test(t, test_failing_candidate_is_never_chosen, 0, WRONG);
    tcase_add_test(t, test_no_verified_candidate);
    tcase_add_test(t, test_every_candidate_gives_the_known_answer);
    tcase_add_test(t, test_check_finds_a_broken_kernel);
    suite_add_tcase(s, t);
    return s;
}
