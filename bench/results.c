#include "results.h"
#include "../vae/base/replace_file.h"
#include "host.h"
#include "options.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool results_path(const char *name, char path[RESULTS_PATH], struct vae_error *e)
{
    char machine[HOST_NAME];
    host_folder(machine);
    snprintf(path, RESULTS_PATH, "results/%s", machine);
    if (mkdir(path, 0777) && errno != EEXIST)
        return vae_fail(e, "%s: %s: run the benchmark from the checkout's top folder", path,
                        strerror(errno));
    const size_t used = strlen(path);
    snprintf(path + used, RESULTS_PATH - used, "/%s.json", name);
    return true;
}

/* For jansson: a benchmark exits if its results do not fit in memory. */
static void *must_allocate(size_t bytes)
{
    void *p = malloc(bytes);
    if (p) return p;
    fputs("not enough memory for the results; nothing is written\n", stderr);
    exit(1);
}

json_t *results_new(void)
{
    json_set_alloc_funcs(must_allocate, free);
    return json_pack("{s:o, s:I, s:[]}", "host", host_json(), "rounds", (json_int_t)rounds_count(),
                     "rows");
}

json_t *results_spread(struct spread s, double unit)
{
    return json_pack("{s:f, s:[f, f], s:[f, f]}", "median", s.median * unit, "quartiles",
                     s.low * unit, s.high * unit, "interval", s.interval[0] * unit,
                     s.interval[1] * unit);
}

json_t *results_row(json_t *results, const char *what, const char *isa, const struct contender *c,
                    size_t n)
{
    json_t *row = json_pack("{s:s, s:s, s:[]}", "what", what, "isa", isa, "contenders");
    for (size_t i = 0; i < n; i++) {
        json_t *rates = json_array();
        for (size_t r = 0; r < rounds_count(); r++)
            json_array_append_new(rates, json_real(1e-9 * c[i].rates[r]));
        json_array_append_new(json_object_get(row, "contenders"),
                              json_pack("{s:s, s:o, s:o, s:o}", "name", c[i].name, "rates", rates,
                                        "rate", results_spread(contender_rate(&c[i]), 1e-9),
                                        "to_first",
                                        results_spread(contender_ratio(&c[i], &c[0]), 1)));
    }
    if (rounds_noisy(c, n)) json_object_set_new(row, "noisy", json_true());
    json_array_append_new(json_object_get(results, "rows"), row);
    return row;
}

static void write_value(struct replace_file *to, const json_t *value)
{
    char *text = json_dumps(value, JSON_REAL_PRECISION(5) | JSON_ENCODE_ANY);
    vae_replace_text(to, text);
    free(text);
}

/* Writes each member, and each element of an array, on a line of its own. */
static void write_members(json_t *results, struct replace_file *to)
{
    const char *key, *before = "{";
    json_t *value, *element;
    size_t i;
    json_object_foreach(results, key, value)
    {
        vae_replace_text(to, before);
        vae_replace_text(to, "\n\"");
        vae_replace_text(to, key);
        vae_replace_text(to, "\": ");
        before = ",";
        if (!json_is_array(value)) write_value(to, value);
        json_array_foreach(value, i, element)
        {
            vae_replace_text(to, i ? ",\n" : "[\n");
            write_value(to, element);
        }
        if (json_is_array(value)) vae_replace_text(to, json_array_size(value) ? "]" : "[]");
    }
    vae_replace_text(to, "\n}\n");
}

bool results_write(json_t *results, const char *name, struct vae_error *e)
{
    char path[RESULTS_PATH];
    struct replace_file file;
    const char *to = bench_out();
    bool ok = true;
    if (bench_lists() || (bench_only() && !to)) {
        if (bench_only() && !bench_lists())
            fprintf(stderr, "not all rows: nothing written; --out FILE\n");
    } else {
        ok = (to || results_path(name, path, e)) && vae_replace_begin(&file, to ? to : path, e);
        if (ok) write_members(results, &file);
        ok = ok && vae_replace_commit(&file, e);
    }
    json_decref(results);
    return ok;
}
