#include "trained.h"
#include "picks.h"

struct vae_trainer trained_on_noise(int shape, size_t latent, struct images *images, size_t steps)
{
    struct vae_run run = {.shape = pair_shapes[shape],
                          .optimizer = VAE_ADAM,
                          .binarize = BINARIZE_DYNAMIC,
                          .batch = 50,
                          .samples = 2,
                          .lr = 3e-3f,
                          .seed = TRAINED_SEED,
                          .train_images = TRAINED_IMAGES};
    struct vae_bound ignored = {0};
    run.shape.rows = run.shape.cols = TRAINED_SIDE;
    run.shape.latent = latent;
    run.init_sd = pair_init_sd(&run.shape);
    *images = random_images(TRAINED_IMAGES, TRAINED_SIDE, TRAINED_SIDE);
    struct vae_trainer t = pair_trainer(&run, images);
    while (t.run.step < steps) vae_trainer_step(&t, &ignored);
    return t;
}

bool trained_on_isa(struct vae_model *m, size_t way)
{
    struct vae_error e = {""};
    if (!sv_isa_supported(way)) return false;
    ck_assert_int_eq(sv_choice_default(sv_isa_name(way), &m->k), SV_OK);
    m->pool = vae_pool_create(way % 3 + 1, &e);
    ck_assert_msg(m->pool != NULL, "%s", e.line);
    return true;
}

void trained_on_one_thread(struct vae_model *m)
{
    vae_pool_destroy(m->pool);
    m->pool = NULL;
}

struct vae_evaluation trained_evaluation(const struct images *images)
{
    return (struct vae_evaluation){images, BINARIZE_DYNAMIC, VAE_ESTIMATOR_B, NOISE_TEST,
                                   TRAINED_SEED};
}

void trained_binarised(struct vae_model *m, const struct vae_evaluation *of, size_t image,
                       double x[TRAINED_PIXELS])
{
    const struct vae_source from = vae_evaluation_source(of, image);
    vae_gather(m, &from, 0, 1);
    for (size_t j = 0; j < TRAINED_PIXELS; j++) x[j] = (double)m->work.x[j];
}
