/* vae tune: verifies and times every candidate of every kernel, keeps the fastest as a profile. */
#include "../base/replace_file.h"
#include "../base/text.h"
#include "../tuning/profile.h"
#include "../tuning/survey.h"
#include "chosen.h"
#include "commands.h"
#include "survey_view.h"

static void print_pick(const struct candidates *c, const struct pick *p)
{
    printf("%-18s", "fastest");
    for (int cls = 0; cls < SV_CLASSES; cls++) printf("  %-20s", sv_class_names[cls]);
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++) {
        printf("\n%-18s", sv_kernel_names[id]);
        for (int cls = 0; cls < SV_CLASSES; cls++) {
            const struct sv_kernels *t = c->table[p->candidate[id][cls]];
            char name[64];
            snprintf(name, sizeof name, "%s %s", t->isa, t->variant);
            printf("  %-20s", name);
        }
    }
    printf("\n");
}

int cmd_tune(struct settings *settings, struct vae_error *e)
{
    static struct survey s;
    char dir[PROFILE_PATH], path[PROFILE_PATH];
    struct candidates c;
    struct machine m;
    struct pick p;
    (void)settings;
    machine_this(&m);
    candidates_of_build(&c);
    if (!chosen_profile_folder(dir, e) || !profile_path(&m, dir, path, e) ||
        !make_directory(dir, e))
        return EXIT_FAILED;
    s.candidates = &c;
    s.log = stderr;
    s.progress = survey_progress();
    s.last = SV_KERNEL_COUNT;
    const size_t failed = survey_verify(&s);
    survey_name_failed(&s, stderr);
    survey_time(&s);
    if (!survey_pick(&s, &p, e) || !profile_write(path, &m, &c, &p, e)) return EXIT_FAILED;
    print_pick(&c, &p);
    printf("wrote %s\n", text_shown(path).s);
    return failed ? EXIT_FAILED : EXIT_DONE;
}
