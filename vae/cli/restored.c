#include "restored.h"
#include "../base/memory.h"
#include "../base/pool.h"
#include "../base/table_file.h"
#include "../base/text.h"
#include "../settings/option_table.h"
#include "commands.h"
#include "image_table.h"
#include "pictures.h"
#include "progress.h"
#include "stop.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* --- the file --- */

/* Bands of rows: originals if they are known, what was given, what was restored. */
static bool write_picture(const struct settings *s, const struct vae_restore *r,
                          struct vae_error *e)
{
    const struct vae_shape *shape = &r->model.shape;
    const size_t n = vae_inputs(shape), count = r->at.images;
    const size_t across = vae_min_size(s->across, count), bands = (count + across - 1) / across;
    const float *const all[] = {r->original, r->given, r->restored};
    const size_t first = s->corrupt ? 0 : 1, rows = 3 - first;
    float *grid = vae_memory_get(bands * rows * across * n * sizeof *grid);
    if (!grid) return vae_fail(e, "%s: not enough memory", s->out);
    for (size_t i = 0; i < count; i++)
        for (size_t row = 0; row < rows; row++)
            memcpy(grid + ((i / across * rows + row) * across + i % across) * n,
                   all[first + row] + i * n, n * sizeof *grid);
    const bool ok = vae_picture_grid(s->out, shape, across, bands * rows, grid, e);
    vae_memory_give(grid);
    return ok;
}

static bool write_file(const struct settings *s, const struct vae_restore *r, struct vae_error *e)
{
    if (!vae_table_named(s->out)) return write_picture(s, r, e);
    return vae_image_table_write(s->out, &r->model.shape, r->at.images, r->restored, e);
}

/* --- the errors --- */

static void print_errors(const struct vae_restore *r)
{
    const bool nats = r->model.shape.likelihood == VAE_BERNOULLI && r->how.result == RESTORED_MEAN;
    const struct vae_restore_error before =
        vae_restore_error(r, r->given, r->how.mask ? 0 : (double)r->how.noise);
    const struct vae_restore_error after = vae_restore_error(r, r->restored, 0);
    printf("%zu %s pixels: mean squared error %.5f before, %.5f after", before.pixels,
           r->how.mask ? "missing" : "noisy", before.mean_square, after.mean_square);
    if (nats) printf("; %.2f nats per image before, %.2f after", before.nats, after.nats);
    putchar('\n');
}

/* --- the command --- */

static bool run_chains(const struct settings *s, struct vae_restore *r, struct vae_error *e)
{
    struct progress p =
        vae_progress_start(s, "chains", 0, (uint64_t)r->at.images * r->at.steps, r->at.steps);
    vae_stop_on_signals();
    while (!*vae_stop_signal() && vae_restore_step(r))
        vae_progress_update(&p, vae_sweep_steps(&r->at), NAN);
    vae_progress_end(&p);
    return !*vae_stop_signal() || vae_stop_failed(e);
}

static bool restore(const struct settings *s, struct split_images *o,
                    const struct vae_restore_how *how, struct vae_error *e)
{
    const struct vae_run *run = &o->model.run;
    const struct vae_evaluation of = {&o->images, run->binarize, VAE_ESTIMATOR_B,
                                      vae_split_noise(s->split),
                                      s->seed_given ? s->seed : run->seed};
    struct vae_restore r;
    if (!vae_restore_create(&r, &o->model.model, &of, how, e)) return false;
    const bool ok = run_chains(s, &r, e) && write_file(s, &r, e);
    if (ok) {
        printf("wrote %s: %zu images, %zu moves of each chain\n", vae_text_shown(s->out).s,
               r.at.images, r.at.steps);
        if (s->corrupt) print_errors(&r);
    }
    vae_restore_destroy(&r);
    return ok;
}

static bool plan_and_restore(const struct settings *s, struct split_images *o,
                             restored_plan_fn *plan, struct vae_error *e)
{
    struct mask mask = {0};
    struct vae_restore_how how = {
        .steps = s->moves, .result = s->result, .mask = &mask, .corrupt = s->corrupt};
    if (vae_table_named(s->out) && vae_option_given(s, "across"))
        return vae_fail(e, "--across is of a picture; %s is an array", s->out);
    if (!vae_table_named(s->out) && !s->first)
        o->images.count = vae_min_size(s->across, o->images.count);
    if (!vae_table_named(s->out) && o->images.count > DECODE_MOST_PICTURES)
        return vae_fail(e, "--first %zu: a picture shows up to %d, write .npy or .csv", s->first,
                        DECODE_MOST_PICTURES);
    const bool ok = plan(s, o, &how, &mask, e) && restore(s, o, &how, e);
    vae_mask_free(&mask);
    return ok;
}

int vae_restored_run(struct settings *s, const char *name, restored_plan_fn *plan,
                     struct vae_error *e)
{
    struct split_images o;
    bool ok = false;
    struct pool *pool = vae_pool_of_cpus(s->threads, e);
    if (pool && vae_split_open(&o, s, pool, name, e)) {
        ok = plan_and_restore(s, &o, plan, e);
        vae_split_close(&o);
    }
    vae_pool_destroy(pool);
    return vae_stop_status(ok);
}
