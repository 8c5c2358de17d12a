#include "results.h"
#include "../vae/base/replace_file.h"
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#ifdef __clang__
static const char compiler[] = __VERSION__;
#else
static const char compiler[] = "gcc " __VERSION__;
#endif

/* The first line of a stream without its newline, "unknown" if there is none; closes the stream. */
static void first_line(FILE *f, int (*close)(FILE *), char *line, size_t size)
{
    if (!f || !fgets(line, (int)size, f)) snprintf(line, size, "unknown");
    line[strcspn(line, "\n")] = 0;
    if (f) close(f);
}

/* The value of `key` in /proc/cpuinfo. */
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

/* Data caches in bytes, as the kernels see them. */
static json_t *caches(void)
{
    const struct sv_caches c = sv_caches();
    return json_pack("{s:I, s:I, s:I}", "l1", (json_int_t)c.l1, "l2", (json_int_t)c.l2, "l3",
                     (json_int_t)c.l3);
}

/* "-dirty": sources of the programs have changed. Results and documents do not count. */
static const char commit_command[] =
    "[ -e .git ] && c=$(git rev-parse --short HEAD 2>/dev/null) || exit 0; "
    "git diff --quiet HEAD -- Makefile kernels reference vae "
    "tests bench/*.[ch]* bench/peers || c=$c-dirty; "
    "echo $c";

static void cpu_names(char cpu[128], char family[32], char model[32])
{
    cpu_info("model name", cpu, 128);
    cpu_info("cpu family", family, 32);
    cpu_info("model\t", model, 32);
}

/* "AMD EPYC", "26", "2": amd-epyc-26-2. */
static void name_machine(char machine[RESULTS_PATH])
{
    char cpu[128], family[32], model[32], name[256], *to = machine;
    cpu_names(cpu, family, model);
    snprintf(name, sizeof name, "%s %s %s", cpu, family, model);
    for (const char *c = name; *c; c++)
        if (isalnum((unsigned char)*c))
            *to++ = (char)tolower((unsigned char)*c);
        else if (to > machine && to[-1] != '-')
            *to++ = '-';
    *to = 0;
}

bool results_path(const char *name, char path[RESULTS_PATH], struct vae_error *e)
{
    char machine[RESULTS_PATH];
    name_machine(machine);
    snprintf(path, RESULTS_PATH, "results/%.256s", machine);
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
    char cpu[128], family[32], model[32], stepping[32], commit[128], date[32], governor[64];
    cpu_names(cpu, family, model);
    cpu_info("stepping", stepping, sizeof stepping);
    first_line(fopen("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "r"), fclose,
               governor, sizeof governor);
    first_line(popen(commit_command, "r"), pclose, commit, sizeof commit);
    const time_t now = time(NULL);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    return json_pack("{s:{s:s, s:s, s:s, s:s, s:I, s:o, s:s, s:s, s:s, s:s, s:s}, s:i, s:[]}", //
                     "host", "cpu", cpu, "family", family, "model", model, "stepping", stepping,
                     "cpus", (json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "caches", caches(),
                     "compiler", compiler, "governor", governor, "flags", BENCH_FLAGS, "commit",
                     commit, "date", date, "rounds", ROUNDS, "rows");
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
        for (int r = 0; r < ROUNDS; r++)
            json_array_append_new(rates, json_real(1e-9 * c[i].rates[r]));
        json_array_append_new(json_object_get(row, "contenders"),
                              json_pack("{s:s, s:o, s:o, s:o}", "name", c[i].name, "rates", rates,
                                        "rate", results_spread(contender_rate(&c[i]), 1e-9),
                                        "to_first",
                                        results_spread(contender_ratio(&c[i], &c[0]), 1)));
    }
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
    bool ok = results_path(name, path, e) && vae_replace_begin(&file, path, e);
    if (ok) {
        write_members(results, &file);
        ok = vae_replace_commit(&file, e);
    }
    json_decref(results);
    return ok;
}
