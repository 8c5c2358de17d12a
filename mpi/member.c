#include "member.h"
#include "../vae/cli/chosen.h"
#include "../vae/cli/commands.h"
#include "../vae/cli/data_open.h"
#include "../vae/cli/stop.h"
#include "../vae/cli/train_images.h"
#include "../vae/methods/serve.h"

struct member {
    struct dataset data;
    struct vae_trainer trainer;
    struct pool *pool;
};

/* Everything that can fail on this machine alone. s->run and images are rank 0's. */
static bool prepare(struct member *m, struct settings *s, uint64_t images, struct vae_error *e)
{
    struct sv_choice k;
    if (!vae_data_open(s, s->data, &m->data, e)) return false;
    if (vae_images_sum(&m->data.train) != images)
        return vae_fail(e, "%s has other images here than on rank 0; give all ranks the same data",
                        s->data);
    m->pool = vae_pool_of_cpus(s->threads, e);
    if (!m->pool || !vae_chosen_open(s->isa, &k, e) || !vae_train_images_choose(s, &m->data, e))
        return false;
    if (s->run.binarize == BINARIZE_FIXED) vae_dataset_draw(&m->data, &k, s->run.seed);
    return vae_trainer_create(&m->trainer, &k, &s->run, &m->data.train, m->pool, e) &&
           (s->ranks->all_images ||
            vae_dataset_share(&m->data, s->run.batch, s->ranks->rank, s->ranks->count, e));
}

int mpi_member(struct settings *s)
{
    struct member m = {0};
    struct vae_error e = {""};
    uint64_t images;
    if (!vae_serve_join(s->ranks, &s->run, &images, &e)) return EXIT_FAILED;
    vae_stop_on_signals();
    s->quiet = true;
    bool ok = !*e.line && prepare(&m, s, images, &e);
    ok = vae_serve_answer(&m.trainer, s->ranks, &e) && ok;
    const struct images *const sets[] = {[NOISE_TEST] = &m.data.test,
                                         [NOISE_POINTS] = &m.data.train,
                                         [NOISE_VALIDATION] = &m.data.validation};
    if (ok) vae_serve(&m.trainer, s->ranks, sets);
    if (m.trainer.images) vae_trainer_destroy(&m.trainer);
    vae_pool_destroy(m.pool);
    vae_dataset_free(&m.data);
    return ok ? EXIT_DONE : EXIT_FAILED;
}
