#include "best_model.h"
#include "../base/input_file.h"
#include "../base/replace_file.h"
#include "../model/checkpoint.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The path of OUT_BEST_MODEL in the folder of `file`. */
static bool beside(const char *file, char to[OUT_PATH], struct vae_error *e)
{
    const char *slash = strrchr(file, '/');
    const int n =
        snprintf(to, OUT_PATH, "%.*s%s", slash ? (int)(slash + 1 - file) : 0, file, OUT_BEST_MODEL);
    return n < OUT_PATH || vae_fail(e, "%.64s...: name too long", file);
}

/* *is: the file is the checkpoint of the run's best report, neither missing nor another run's. */
static bool look(const char *path, const struct vae_run *run, bool *is, struct vae_error *e)
{
    const struct vae_validation *v = &run->validation;
    struct st_file f;
    struct vae_run found;
    *is = false;
    if (access(path, F_OK) && errno == ENOENT) return true;
    if (!vae_checkpoint_open(&f, path, &found, e)) return false;
    vae_st_close(&f);
    *is = vae_run_points(&found) == v->points && found.validation.points == v->points &&
          found.validation.best == v->best;
    return true;
}

bool vae_best_model_find(struct best_model *b, const char *resume, const struct vae_run *run,
                         bool *there, struct vae_error *e)
{
    const struct vae_validation *v = &run->validation;
    *b->from = 0;
    *there = true;
    if (!v->points) return true;
    if (v->points == vae_run_points(run)) {
        snprintf(b->from, sizeof b->from, "%s", resume);
        return true;
    }
    if (!beside(resume, b->from, e) || !look(b->from, run, there, e)) return false;
    if (!*there) *b->from = 0;
    return true;
}

static bool same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* Copies the rest of `in` into the new file. False: errno says why. */
static bool copy(int in, struct replace_file *to)
{
    char room[1 << 14];
    for (;;) {
        const ssize_t n = read(in, room, sizeof room);
        if (n <= 0) return n == 0;
        vae_replace_write(to, room, (size_t)n);
    }
}

bool vae_best_model_bring(struct best_model *b, struct vae_error *e)
{
    struct replace_file r;
    if (!*b->from || same_file(b->from, b->path)) return true;
    const int in = vae_input_open(b->from, false, "it was there when the run began", e);
    bool ok = in >= 0 && vae_replace_begin(&r, b->path, e);
    if (ok && copy(in, &r)) {
        ok = vae_replace_commit(&r, e);
    } else if (ok) {
        ok = vae_fail(e, "%s: %s", b->from, strerror(errno));
        vae_replace_abort(&r);
    }
    if (in >= 0) close(in);
    return ok;
}

bool vae_best_model_clear(const struct best_model *b, const struct vae_run *run,
                          struct vae_error *e)
{
    if (run->validation.points || unlink(b->path) == 0 || errno == ENOENT) return true;
    return vae_fail(e, "%s: of an earlier run, and cannot be removed: %s", b->path,
                    strerror(errno));
}
