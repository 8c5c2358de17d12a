/* vae tune: verifies and times every candidate, and keeps the fastest as a tuning profile. */
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

int vae_cmd_tune(struct settings *settings, struct vae_error *e)
{
    static struct survey s;
    char dir[PROFILE_PATH], path[PROFILE_PATH];
    struct survey_view view;
    struct candidates c;
    struct machine m;
    struct pick p;
    vae_machine_this(&m);
    vae_candidates_of_build(&c);
    if (!vae_chosen_profile_folder(dir, e) || !vae_profile_path(&m, dir, path, e) ||
        !vae_make_directory(dir, e))
        return EXIT_FAILED;
    s.candidates = &c;
    s.log = stderr;
    vae_survey_watch(&s, &view, settings);
    s.last = SV_KERNEL_COUNT;
    const size_t failed = vae_survey_verify(&s);
    vae_survey_name_failed(&s, stderr);
    vae_survey_time(&s);
    if (!vae_survey_pick(&s, &p, e) || !vae_profile_write(path, &m, &c, &p, e)) return EXIT_FAILED;
    print_pick(&c, &p);
    printf("wrote %s\n", vae_text_shown(path).s);
    return failed ? EXIT_FAILED : EXIT_DONE;
}
