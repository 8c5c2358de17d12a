#include "results.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#ifdef __clang__
static const char compiler[] = __VERSION__;
#else
static const char compiler[] = "gcc " __VERSION__;
#endif

/* The first line of a stream without its end, "unknown" if there is none; closes it. */
static void first_line(FILE *f, int (*close)(FILE *), char *line, size_t size)
{
    if (!f || !fgets(line, (int)size, f)) snprintf(line, size, "unknown");
    line[strcspn(line, "\n")] = 0;
    if (f) close(f);
}

/* What follows `key ... : ` in /proc/cpuinfo. */
static void cpu_info(const char *key, char *value, size_t size)
{
    char line[512];
    snprintf(value, size, "unknown");
    FILE *f = fopen("/proc/cpuinfo", "r");
    while (f && fgets(line, sizeof line, f)) {
        const char *colon = strchr(line, ':');
        if (strncmp(line, key, strlen(key)) || !colon) continue;
        snprintf(value, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
        break;
    }
    if (f) fclose(f);
}

/* Data caches in bytes, as the kernels know them. */
static json_t *caches(void)
{
    const struct sv_caches c = sv_caches();
    return json_pack("{s:I, s:I, s:I}", "l1", (json_int_t)c.l1, "l2", (json_int_t)c.l2, "l3",
                     (json_int_t)c.l3);
}

json_t *results_new(void)
{
    char cpu[256], family[32], model[32], commit[128], date[32];
    cpu_info("model name", cpu, sizeof cpu);
    cpu_info("cpu family", family, sizeof family);
    cpu_info("model\t", model, sizeof model);
    first_line(popen("git describe --always --dirty 2>/dev/null", "r"), pclose, commit,
               sizeof commit);
    const time_t now = time(NULL);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    return json_pack("{s:{s:s, s:s, s:s, s:I, s:o, s:s, s:s, s:s, s:s}, s:i, s:[]}", //
                     "host", "cpu", cpu, "family", family, "model", model, "cpus",
                     (json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "caches", caches(), "compiler",
                     compiler, "flags", BENCH_FLAGS, "commit", commit, "date", date, "rounds",
                     ROUNDS, "rows");
}

json_t *results_spread(struct spread s, double unit)
{
    return json_pack("{s:f, s:[f, f]}", "median", s.median * unit, "quartiles", s.low * unit,
                     s.high * unit);
}

json_t *results_row(json_t *results, const char *what, const char *isa, const struct contender *c,
                    size_t n)
{
    json_t *row = json_pack("{s:s, s:s, s:[]}", "what", what, "isa", isa, "contenders");
    for (size_t i = 0; i < n; i++)
        json_array_append_new(json_object_get(row, "contenders"),
                              json_pack("{s:s, s:o, s:o}", "name", c[i].name, "rate",
                                        results_spread(contender_rate(&c[i]), 1e-9), "to_first",
                                        results_spread(contender_ratio(&c[i], &c[0]), 1)));
    json_array_append_new(json_object_get(results, "rows"), row);
    return row;
}

/* A member per line, and of an array an element per line. */
static void write_members(json_t *results, FILE *f)
{
    enum { FLAGS = JSON_REAL_PRECISION(5) | JSON_ENCODE_ANY };
    const char *key, *before = "{";
    json_t *value, *element;
    size_t i;
    json_object_foreach(results, key, value)
    {
        fprintf(f, "%s\n\"%s\": ", before, key);
        before = ",";
        if (!json_is_array(value)) json_dumpf(value, f, FLAGS);
        json_array_foreach(value, i, element)
        {
            fputs(i ? ",\n" : "[\n", f);
            json_dumpf(element, f, FLAGS);
        }
        if (json_is_array(value)) fputs(json_array_size(value) ? "]" : "[]", f);
    }
    fputs("\n}\n", f);
}

bool results_write(json_t *results, const char *path, struct vae_error *e)
{
    FILE *f = fopen(path, "w");
    if (f) write_members(results, f);
    const bool written = f && !ferror(f), closed = f && !fclose(f);
    const int reason = errno;
    json_decref(results);
    if (written && closed) return true;
    return vae_fail(e, "%s: %s: run the benchmark from the checkout's top folder", path,
                    strerror(reason));
}
