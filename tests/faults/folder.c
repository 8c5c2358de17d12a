#include "folder.h"
#include <dirent.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void shell(const char *format, ...)
{
    char line[4 * FOLDER_PATH];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (system(line) == 0) return;
    fprintf(stderr, "faults: failed: %s\n", line);
    exit(2);
}

bool file_exists(const char *format, ...)
{
    char path[FOLDER_PATH];
    va_list args;
    va_start(args, format);
    vsnprintf(path, sizeof path, format, args);
    va_end(args);
    return access(path, F_OK) == 0;
}

static bool same_bytes(FILE *a, FILE *b)
{
    int x, y;
    do {
        x = getc(a);
        y = getc(b);
    } while (x == y && x != EOF);
    return x == y;
}

/* The next line as an object without its times; NULL at the end, or if it is not JSON. */
static json_t *next_line(FILE *f, bool *end)
{
    static const char *const times[] = {"samples_per_s", "gflops", "profile"};
    char *line = NULL;
    size_t room = 0;
    const ssize_t n = getline(&line, &room, f);
    *end = n < 0;
    json_t *o = n > 0 && line[n - 1] == '\n' ? json_loadb(line, (size_t)n, 0, NULL) : NULL;
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) json_object_del(o, times[i]);
    free(line);
    return o;
}

static bool same_lines(FILE *a, FILE *b)
{
    for (;;) {
        bool end_a, end_b;
        json_t *x = next_line(a, &end_a), *y = next_line(b, &end_b);
        const bool same = end_a == end_b && (end_a || (x && json_equal(x, y)));
        json_decref(x);
        json_decref(y);
        if (!same || end_a) return same;
    }
}

bool same_file(const char *a, const char *b)
{
    FILE *x = fopen(a, "rb"), *y = fopen(b, "rb");
    const bool lines = strstr(a, ".jsonl") != NULL;
    const bool same = x && y ? (lines ? same_lines : same_bytes)(x, y) : !x && !y;
    if (x) fclose(x);
    if (y) fclose(y);
    return same;
}

/* Whether b holds the same as a for each entry of a; *n: the number of entries. */
static bool holds(const char *a, const char *b, size_t *n)
{
    bool same = true;
    DIR *d = opendir(a);
    *n = 0;
    for (const struct dirent *e; d && (e = readdir(d));) {
        char x[FOLDER_PATH], y[FOLDER_PATH];
        if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")) continue;
        ++*n;
        snprintf(x, sizeof x, "%.200s/%s", a, e->d_name);
        snprintf(y, sizeof y, "%.200s/%s", b, e->d_name);
        same = same && same_file(x, y);
    }
    if (d) closedir(d);
    return d && same;
}

bool same_folder(const char *a, const char *b)
{
    size_t n, m;
    return holds(a, b, &n) && holds(b, a, &m) && n == m;
}

size_t temporaries(const char *folder)
{
    size_t n = 0;
    DIR *d = opendir(folder);
    for (const struct dirent *e; d && (e = readdir(d));) n += strstr(e->d_name, ".tmp") != NULL;
    if (d) closedir(d);
    return n;
}

bool is_json(const char *path)
{
    json_t *o = json_load_file(path, 0, NULL);
    json_decref(o);
    return o != NULL;
}
