/* Fuzzes the readers of safetensors and of checkpoints. What they accept must survive being written
 * and read again.
 *
 * An input that begins with a brace is a header up to the first line feed, then data; its length is
 * filled in, so that the fuzzer need not guess it. Any other input is the file as it stands. */
#include "../../vae/model/checkpoint.h"
#include "fuzz.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 1 << 20 };

static const char *write_input(const uint8_t *data, size_t size)
{
    static uint8_t bytes[MOST + 8];
    const uint8_t *end = size && size <= MOST && *data == '{' ? memchr(data, '\n', size) : NULL;
    if (!end) return fuzz_file(data, size);
    const uint64_t length = (uint64_t)(end - data);
    memcpy(bytes, &length, 8);
    memcpy(bytes + 8, data, length);
    memcpy(bytes + 8 + length, end + 1, size - length - 1);
    return fuzz_file(bytes, size + 7);
}

/* A batch of one row is enough; one from the file may need more memory than there is. */
static bool load(const struct st_file *f, const struct vae_run *run, bool statistics,
                 struct vae_model *m, struct vae_error *e)
{
    struct sv_choice k;
    MUST(sv_choice_default("generic", &k) == SV_OK, "generic");
    MUST(vae_create(m, &k, &run->shape, run->optimizer, 1, 1, NULL, e), e->line);
    if (vae_checkpoint_load(f, m, statistics, e)) return true;
    fuzz_must_say(e);
    vae_destroy(m);
    return false;
}

/* Compares effective values: a default may be given or not, and where a warm-up of no steps starts
 * does not matter. */
static bool same_schedule(const struct vae_run *a, const struct vae_run *b)
{
    bool same = vae_schedule_same_stages(&a->schedule, &b->schedule) &&
                a->schedule.warmup == b->schedule.warmup &&
                (!a->schedule.warmup || a->schedule.warmup_from == b->schedule.warmup_from);
    for (enum vae_optim_setting i = 0; i < OPTIM_SETTINGS; i++)
        same = same && vae_optim_value(&a->optim, a->optimizer, i) ==
                           vae_optim_value(&b->optim, b->optimizer, i);
    same = same && a->optim.epsilon_place == b->optim.epsilon_place;
    return same;
}

/* Compares field by field, since a struct has padding. */
static bool same_run(const struct vae_run *a, const struct vae_run *b)
{
    return vae_shapes_equal(&a->shape, &b->shape) && a->optimizer == b->optimizer &&
           a->binarize == b->binarize && a->batch == b->batch && a->samples == b->samples &&
           a->lr == b->lr && a->init_sd == b->init_sd && a->init == b->init &&
           a->init_bias == b->init_bias && a->seed == b->seed &&
           a->train_images == b->train_images && a->step == b->step &&
           a->seen.count == b->seen.count && a->seen.kl == b->seen.kl &&
           a->seen.recon == b->seen.recon && a->health.untrained == b->health.untrained &&
           a->health.worse == b->health.worse && same_schedule(a, b) &&
           !memcmp(&a->validation, &b->validation, sizeof a->validation) &&
           !memcmp(&a->past, &b->past, sizeof a->past) && a->id == b->id &&
           !strcmp(a->changed, b->changed);
}

static void must_come_back(const struct vae_model *m, const struct vae_run *run)
{
    static char dir[] = "/tmp/vae-fuzz-XXXXXX", path[64];
    struct vae_error e = {""};
    struct st_file f;
    struct vae_run again;
    struct vae_model n;
    const size_t bytes = m->params * sizeof *m->w;
    if (!*path) snprintf(path, sizeof path, "%s/model", mkdtemp(dir));
    MUST(vae_checkpoint_save(path, m, run, &e), e.line);
    MUST(vae_checkpoint_open(&f, path, &again, &e), e.line);
    MUST(same_run(run, &again), "settings");
    MUST(load(&f, &again, true, &n, &e), e.line);
    MUST(m->params == n.params && !memcmp(m->w, n.w, bytes), "weights");
    for (size_t i = 0; i < m->stats; i++) MUST(!memcmp(m->stat[i], n.stat[i], bytes), "statistics");
    vae_destroy(&n);
    vae_st_close(&f);
    unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct model_given nothing;
    const char *path = write_input(data, size);
    for (int whole = 0; whole < 2; whole++) {
        struct vae_error e = {""};
        struct st_file f;
        struct vae_run run;
        struct vae_model m;
        if (!(whole ? vae_checkpoint_open(&f, path, &run, &e)
                    : vae_checkpoint_open_model(&f, path, &nothing, &run, &e))) {
            fuzz_must_say(&e);
            continue;
        }
        if (load(&f, &run, whole, &m, &e)) {
            must_come_back(&m, &run);
            vae_destroy(&m);
        }
        vae_st_close(&f);
    }
    return 0;
}
