#include "cgroup.h"
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PATH = 4096 };

/* A control group of this process, and the smallest quota found. */
struct search {
    const char *root;
    const char *group;
    bool v2;
    /* seen: a mount shows the group; elsewhere: none does, so the mounts of others are read */
    bool seen, elsewhere;
    double least; /* in CPUs; 0: none found */
};

static void keep_least(struct search *s, double quota, double period)
{
    static const double MOST = 1e18; /* what the kernel counts in 64 bits */
    if (!(quota > 0 && quota < MOST && period > 0 && period < MOST)) return; /* v1: -1 is none */
    const double q = quota / period;
    if (s->least == 0 || q < s->least) s->least = q;
}

static int read_numbers(const char *dir, const char *name, double *a, double *b)
{
    char path[PATH + 32];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "re");
    if (!f) return 0;
    const int n = fscanf(f, "%lf %lf", a, b);
    fclose(f);
    return n;
}

static void ask_group(struct search *s, const char *dir)
{
    double quota, period, none;
    if (s->v2) { /* "max 100000" or "250000 100000" */
        if (read_numbers(dir, "cpu.max", &quota, &period) == 2) keep_least(s, quota, period);
    } else if (read_numbers(dir, "cpu.cfs_quota_us", &quota, &none) == 1 &&
               read_numbers(dir, "cpu.cfs_period_us", &period, &none) == 1) {
        keep_least(s, quota, period);
    }
}

/* Reads the quotas of mount/group and of its ancestors up to the mount. */
static void ask_groups(struct search *s, const char *mount, const char *group)
{
    char dir[PATH];
    const int top = snprintf(dir, sizeof dir, "%s%s", s->root, mount);
    if (top < 0 || (size_t)top + strlen(group) >= sizeof dir) return;
    strcpy(dir + top, group);
    for (;;) {
        ask_group(s, dir);
        char *slash = strrchr(dir + top, '/');
        if (!slash) return;
        *slash = 0;
    }
}

/* path relative to a mount's root; NULL if it lies outside. */
static const char *below(const char *path, const char *root)
{
    const size_t n = strcmp(root, "/") ? strlen(root) : 0;
    if (strncmp(path, root, n) || (path[n] && path[n] != '/')) return NULL;
    return path + n;
}

/* Whether a comma-separated list contains the word. */
static bool lists(const char *list, const char *word)
{
    const size_t n = strlen(word);
    for (; list; list = strchr(list, ',')) {
        list += *list == ',';
        if (!strncmp(list, word, n) && (!list[n] || list[n] == ',')) return true;
    }
    return false;
}

/* A ".." leads out of the cgroup namespace, to groups whose names are hidden. */
static bool climbs(const char *path)
{
    for (const char *p = path; (p = strstr(p, "/..")); p += 3)
        if (!p[3] || p[3] == '/') return true;
    return false;
}

/* Decodes mountinfo's octal escapes in place: \040 is a space. */
static void unescape(char *s)
{
    char *to = s;
    for (; *s; s++) {
        const char *d = s + 1;
        if (*s == '\\' && d[0] >= '0' && d[0] <= '3' && d[1] >= '0' && d[1] <= '7' && d[2] >= '0' &&
            d[2] <= '7') {
            *to++ = (char)((d[0] - '0') << 6 | (d[1] - '0') << 3 | (d[2] - '0'));
            s += 3;
        } else {
            *to++ = *s;
        }
    }
    *to = 0;
}

/* One line of mountinfo: id parent device ROOT POINT options [tags] - TYPE source OPTIONS */
static void ask_mount(struct search *s, char *line)
{
    char *root = NULL, *point = NULL, *save = NULL;
    char *tail = strstr(line, " - ");
    if (!tail) return;
    *tail = 0;
    strtok_r(line, " ", &save);
    for (int i = 1; i < 5; i++) {
        char *field = strtok_r(NULL, " ", &save);
        if (i == 3) root = field;
        if (i == 4) point = field;
    }
    tail += 3;
    /* the file system's options: the last field, as the source before it may be empty */
    const char *options = strrchr(tail, ' ');
    const char *type = strtok_r(tail, " ", &save);
    if (!point || !options++ || !type || strcmp(type, s->v2 ? "cgroup2" : "cgroup")) return;
    if (!s->v2 && !lists(options, "cpu")) return;
    unescape(root);
    unescape(point);
    const char *group = below(s->group, root);
    if (!group != s->elsewhere) return;
    s->seen = true;
    ask_groups(s, strcmp(point, "/") ? point : "", group && !climbs(group) ? group : "");
}

typedef void line_fn(void *arg, char *line);

static void each_line(const char *root, const char *name, line_fn *fn, void *arg)
{
    char path[PATH], *line = NULL;
    size_t size = 0;
    snprintf(path, sizeof path, "%s%s", root, name);
    FILE *f = fopen(path, "re");
    if (!f) return;
    while (getline(&line, &size, f) > 0) {
        line[strcspn(line, "\n")] = 0;
        fn(arg, line);
    }
    free(line);
    fclose(f);
}

static void mount_line(void *arg, char *line) { ask_mount(arg, line); }

/* "0::/group" (v2), "4:cpu,cpuacct:/group" (v1) */
static void group_line(void *arg, char *line)
{
    struct search *s = arg;
    char *controllers = strchr(line, ':'), *group;
    if (!controllers || !(group = strchr(++controllers, ':'))) return;
    *group++ = 0;
    if (*controllers && !lists(controllers, "cpu")) return;
    s->v2 = !*controllers;
    s->group = strcmp(group, "/") ? group : "";
    s->seen = s->elsewhere = false;
    each_line(s->root, "/proc/self/mountinfo", mount_line, s);
    s->elsewhere = !s->seen;
    if (s->elsewhere) each_line(s->root, "/proc/self/mountinfo", mount_line, s);
}

double vae_cgroup_cpu_quota(const char *root)
{
    struct search s = {.root = root};
    each_line(root, "/proc/self/cgroup", group_line, &s);
    return s.least;
}
