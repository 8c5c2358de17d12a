#include "golden_training.h"
#include "../../reference/verify/data.h"
#include "../../vae/methods/train.h"
#include "../../vae/model/checkpoint.h"
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { STEPS = 200, IMAGES = 101, ROWS = 7, COLS = 5 };

/* Sizes that leave tails, and a batch that does not divide the data. */
static const struct {
    const char *name;
    struct vae_run run;
} runs[] = {
    {"training adagrad",
     {.shape = {.rows = ROWS, .cols = COLS, .enc = {1, {37}}, .dec = {1, {37}}, .latent = 1},
      .optimizer = VAE_ADAGRAD,
      .binarize = BINARIZE_DYNAMIC,
      .samples = 2,
      .lr = 0.01f,
      .init_sd = 0.01f}},
    {"training adam",
     {.shape = {.rows = ROWS,
                .cols = COLS,
                .enc = {1, {50}},
                .dec = {1, {50}},
                .latent = 7,
                .likelihood = VAE_GAUSSIAN},
      .optimizer = VAE_ADAM,
      .binarize = BINARIZE_NONE,
      .samples = 1,
      .lr = 0.001f,
      .init_sd = 0.01f}},
    {"training sgd",
     {.shape = {.rows = ROWS, .cols = COLS, .enc = {1, {20}}, .dec = {1, {20}}, .latent = 5},
      .optimizer = VAE_SGD,
      .binarize = BINARIZE_THRESHOLD,
      .samples = 1,
      .lr = 0.001f,
      .init_sd = 0.01f}},
    {"training relu",
     {.shape = {.rows = ROWS,
                .cols = COLS,
                .enc = {3, {37, 20, 9}},
                .dec = {2, {11, 33}},
                .activation = VAE_RELU,
                .latent = 5},
      .optimizer = VAE_ADAM,
      .binarize = BINARIZE_DYNAMIC,
      .samples = 3,
      .lr = 0.001f,
      .init_sd = 0.3f}},
    {"training softplus",
     {.shape = {.rows = ROWS,
                .cols = COLS,
                .enc = {0},
                .dec = {4, {5, 16, 17, 31}},
                .activation = VAE_SOFTPLUS,
                .latent = 3,
                .likelihood = VAE_GAUSSIAN,
                .variance = VARIANCE_LIMITED,
                .variance_at = -2},
      .optimizer = VAE_ADAGRAD,
      .binarize = BINARIZE_NONE,
      .samples = 1,
      .lr = 0.003f,
      .init_sd = 0.3f}},
    {"training sigmoid",
     {.shape = {.rows = ROWS,
                .cols = COLS,
                .enc = {2, {33, 18}},
                .dec = {0},
                .activation = VAE_SIGMOID,
                .latent = 4},
      .optimizer = VAE_SGD,
      .binarize = BINARIZE_THRESHOLD,
      .samples = 2,
      .lr = 0.001f,
      .init_sd = 0.3f}},
    {"training wake-sleep",
     {.shape = {.rows = ROWS, .cols = COLS, .enc = {1, {37}}, .dec = {2, {20, 33}}, .latent = 5},
      .optimizer = VAE_ADAGRAD,
      .binarize = BINARIZE_DYNAMIC,
      .method = VAE_WAKE_SLEEP,
      .samples = 2,
      .lr = 0.01f,
      .init_sd = 0.1f}},
    {"training mcem",
     {.shape = {.rows = ROWS, .cols = COLS, .enc = {1, {5}}, .dec = {1, {37}}, .latent = 3},
      .optimizer = VAE_ADAGRAD,
      .binarize = BINARIZE_THRESHOLD,
      .method = VAE_MCEM,
      .cycle = {4, 2},
      .samples = 1,
      .lr = 0.01f,
      .init_sd = 0.1f}},
    {"training full-vb",
     {.shape = {.rows = ROWS, .cols = COLS, .enc = {1, {20}}, .dec = {1, {37}}, .latent = 5},
      .optimizer = VAE_ADAM,
      .binarize = BINARIZE_DYNAMIC,
      .method = VAE_FULL_VB,
      .samples = 1,
      .lr = 0.001f,
      .init_sd = 0.1f}},
};

const char *golden_run(size_t i) { return i < sizeof runs / sizeof *runs ? runs[i].name : NULL; }

static bool sum_file(const char *path, char hex[SHA256_HEX], struct vae_error *e)
{
    struct sha256 sum;
    unsigned char bytes[4096];
    FILE *f = fopen(path, "rb");
    if (!f) return vae_fail(e, "%s cannot be read", path);
    sha256_start(&sum);
    for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;) sha256_take(&sum, bytes, n);
    sha256_end(&sum, hex);
    return fclose(f) == 0;
}

static bool train(const struct vae_run *run, const char *isa, const char *path, struct vae_error *e)
{
    static uint8_t pixels[IMAGES * ROWS * COLS];
    const struct images images = {.count = IMAGES, .rows = ROWS, .cols = COLS, .pixels = pixels};
    struct source source = {20131220};
    struct sv_choice k;
    struct vae_trainer t;
    struct vae_bound bound = {0};
    for (size_t i = 0; i < sizeof pixels; i++) {
        const uint64_t word = source_next(&source);
        pixels[i] = word >> 63 ? 0 : (uint8_t)word;
    }
    if (sv_choice_default(isa, &k) != SV_OK) return vae_fail(e, "%s does not run here", isa);
    if (!vae_trainer_create(&t, &k, run, &images, NULL, e)) return false;
    while (t.run.step < STEPS) vae_trainer_step(&t, &bound);
    const bool saved = vae_checkpoint_save(path, &t.model, &t.run, e);
    vae_trainer_destroy(&t);
    return saved;
}

/* In a folder of its own: emscripten's file system keeps a file's name for taken when a rename has put another in
 * its place, and its mkstemp knows a thousand names. */
bool golden_training(size_t i, const char *isa, char hex[SHA256_HEX], struct vae_error *e)
{
    char folder[] = "/tmp/vae-golden-XXXXXX", path[64];
    struct vae_run run = runs[i].run;
    if (!mkdtemp(folder)) return vae_fail(e, "no temporary folder can be made");
    snprintf(path, sizeof path, "%s/model.safetensors", folder);
    run.batch = 19;
    run.seed = 1234567890123;
    run.train_images = IMAGES;
    const bool done = train(&run, isa, path, e) && sum_file(path, hex, e);
    unlink(path);
    return (rmdir(folder) == 0 || vae_fail(e, "%s cannot be removed", folder)) && done;
}
