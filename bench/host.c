#include "host.h"
#include "../kernels/kernels.h"
#include <ctype.h>
#include <regex.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

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

void host_folder(char name[HOST_NAME])
{
    char cpu[128], family[32], model[32], all[HOST_NAME], *to = name;
    cpu_names(cpu, family, model);
    snprintf(all, sizeof all, "%s %s %s", cpu, family, model);
    for (const char *c = all; *c; c++)
        if (isalnum((unsigned char)*c))
            *to++ = (char)tolower((unsigned char)*c);
        else if (to > name && to[-1] != '-')
            *to++ = '-';
    *to = 0;
}

/* --- the core --- */

/* vendor-family-model-stepping or ARM-implementer-part, as in cores.def. */
static void core_key(char key[HOST_NAME])
{
    char cpu[128], family[32], model[32], stepping[32], implementer[32], part[32];
    cpu_names(cpu, family, model);
    cpu_info("stepping", stepping, sizeof stepping);
    cpu_info("CPU implementer", implementer, sizeof implementer);
    cpu_info("CPU part", part, sizeof part);
    cpu[strspn(cpu, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")] = 0;
    if (isdigit((unsigned char)*part))
        snprintf(key, HOST_NAME, "ARM-%lX-%lX", strtoul(implementer, NULL, 16),
                 strtoul(part, NULL, 16));
    else
        snprintf(key, HOST_NAME, "%s-%s-%lX-%lX", cpu, family, strtoul(model, NULL, 10),
                 strtoul(stepping, NULL, 10));
}

static bool matches(const char *pattern, const char *key)
{
    regex_t r;
    char whole[64];
    snprintf(whole, sizeof whole, "^%s", pattern);
    if (regcomp(&r, whole, REG_EXTENDED | REG_NOSUB)) return false;
    const bool is = !regexec(&r, key, 0, NULL, 0);
    regfree(&r);
    return is;
}

/* Of a CPU with cores of two kinds. Source: Intel, Software Developer's Manual (325383), CPUID leaf
 * 7, EDX bit 15, and leaf 1AH, EAX bits 31 to 24. */
static const char *hybrid_kind(void)
{
#if defined(__x86_64__)
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d >> 15 & 1)) return "";
    if (!__get_cpuid_count(0x1a, 0, &a, &b, &c, &d)) return "";
    return a >> 24 == 0x40 ? ", performance core" : a >> 24 == 0x20 ? ", efficiency core" : "";
#else
    return "";
#endif
}

void host_core(char name[HOST_NAME])
{
    static const struct {
        const char *pattern, *name;
    } cores[] = {
#define CORE(pattern, name) {pattern, name},
#include "cores.def"
#undef CORE
    };
    char key[HOST_NAME], cpu[128], family[32], model[32];
    core_key(key);
    for (size_t i = 0; i < sizeof cores / sizeof *cores; i++) {
        if (!matches(cores[i].pattern, key)) continue;
        snprintf(name, HOST_NAME, "%s%s", cores[i].name, hybrid_kind());
        return;
    }
    cpu_names(cpu, family, model);
    snprintf(name, HOST_NAME, "unknown core (family %s, model %s)%s", family, model, hybrid_kind());
}

json_t *host_json(void)
{
    char cpu[128], family[32], model[32], stepping[32], commit[128], date[32], governor[64];
    char core[HOST_NAME];
    cpu_names(cpu, family, model);
    cpu_info("stepping", stepping, sizeof stepping);
    host_core(core);
    first_line(fopen("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "r"), fclose,
               governor, sizeof governor);
    first_line(popen(commit_command, "r"), pclose, commit, sizeof commit);
    const time_t now = time(NULL);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:I, s:o, s:s, s:s, s:s, s:s, s:s}", "cpu", cpu,
                     "core", core, "family", family, "model", model, "stepping", stepping, "cpus",
                     (json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "caches", caches(), "compiler",
                     compiler, "governor", governor, "flags", BENCH_FLAGS, "commit", commit, "date",
                     date);
}
