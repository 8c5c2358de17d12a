#include "log_curves.h"
#include "../base/input_file.h"
#include "../base/json.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const vae_log_set_names[LOG_SETS] = {"training", "test", "validation", "test, IWAE"};
static const struct {
    const char *key;
    bool needed;
} sets[LOG_SETS] = {{"train_bound", true},
                    {"test_bound", true},
                    {"validation_bound", false},
                    {"iwae_bound", false}};

static bool add(const char *path, const struct log_point *p, struct log_curves *c,
                struct vae_error *e)
{
    if (c->count == c->room) {
        const size_t room = c->room ? 2 * c->room : 64;
        struct log_point *larger = realloc(c->point, room * sizeof *larger);
        if (!larger) return vae_fail(e, "%s: not enough memory", path);
        c->point = larger;
        c->room = room;
    }
    c->point[c->count++] = *p;
    return true;
}

/* In nats; no run that is of use gets near. */
static const double MOST_BOUND = 1e15;

/* A bound that was no number is null in the log. */
static bool read_bounds(const char *path, size_t line, const json_t *o, struct log_point *p,
                        struct vae_error *e)
{
    for (size_t i = 0; i < LOG_SETS; i++) {
        const json_t *bound = json_object_get(o, sets[i].key);
        p->bound[i] = json_is_number(bound) ? json_number_value(bound) : NAN;
        if (fabs(p->bound[i]) > MOST_BOUND)
            return vae_fail(e, "%s: line %zu: %s is %g nats; the run diverged", path, line,
                            sets[i].key, p->bound[i]);
        if (json_is_number(bound) || (!bound && !sets[i].needed)) continue;
        if (json_is_null(bound))
            return vae_fail(e, "%s: line %zu: %s is no number; the run diverged", path, line,
                            sets[i].key);
        return vae_fail(e, "%s: line %zu has no %s; give a log of `vae train`", path, line,
                        sets[i].key);
    }
    return true;
}

static bool read_line(const char *path, size_t line, const char *text, size_t n,
                      struct log_curves *c, struct vae_error *e)
{
    json_error_t where;
    const char *why;
    json_t *o = vae_json_parse(text, n, 0, &where, &why);
    if (!o && why == vae_json_no_memory) return vae_fail(e, "%s: %s", path, why);
    const json_t *samples = json_object_get(o, "samples");
    struct log_point p = {.samples = (double)json_integer_value(samples)};
    bool ok = o || vae_fail(e, "%s: line %zu is cut short, or no JSON; take it out", path, line);
    if (ok && !(p.samples >= 1))
        ok = vae_fail(e, "%s: line %zu has no number of samples; give a log of `vae train`", path,
                      line);
    ok = ok && read_bounds(path, line, o, &p, e) && add(path, &p, c, e);
    json_decref(o);
    return ok;
}

bool vae_log_curves_read(const char *path, struct log_curves *out, struct vae_error *e)
{
    char *text = NULL;
    size_t room = 0;
    *out = (struct log_curves){0};
    const int fd = vae_input_open(path, false, "give a log of `vae train`", e);
    if (fd < 0) return false;
    FILE *f = fdopen(fd, "rb");
    if (!f) {
        close(fd);
        return vae_fail(e, "%s: not enough memory", path);
    }
    bool ok = true;
    errno = 0;
    for (ssize_t n; ok && (n = getline(&text, &room, f)) > 0;)
        ok = read_line(path, out->count + 1, text, (size_t)n, out, e);
    if (ok && !feof(f)) ok = vae_fail(e, "%s: %s", path, strerror(errno));
    if (ok && !out->count) ok = vae_fail(e, "%s: the log is empty", path);
    free(text);
    fclose(f);
    if (!ok) vae_log_curves_free(out);
    return ok;
}

void vae_log_curves_free(struct log_curves *c)
{
    free(c->point);
    *c = (struct log_curves){0};
}
