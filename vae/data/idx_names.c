#include "idx_names.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MAX_SETS = 32, STEM = 64, NO_RANK = 99 };

/* A set of images; its files differ only in role. stem: "emnist-letters-", "" for MNIST. */
struct set {
    char stem[STEM];
    int rank[IDX_ROLES]; /* of the best file so far; lower is better; NO_RANK: none */
    struct idx_pair file;
};

struct sets {
    size_t count;
    struct set set[MAX_SETS];
};

struct name {
    char stem[STEM];
    int role, rank;
};

/* --- one name --- */

/* Preferred in this order: -images-idx3-ubyte, the same with .gz, -images.idx3-ubyte, its .gz. */
static bool parse_tail(const char *tail, int *rank)
{
    static const char images[] = "-images";
    if (strncmp(tail, images, sizeof images - 1) != 0) return false;
    tail += sizeof images - 1;
    if (*tail != '-' && *tail != '.') return false;
    *rank = *tail == '.' ? 2 : 0;
    if (strncmp(++tail, "idx", 3) != 0 || !strchr("234", tail[3]) || !tail[3] || tail[4] != '-')
        return false;
    tail += 5;
    const size_t type = strspn(tail, "abcdefghijklmnopqrstuvwxyz0123456789");
    if (type == 0) return false;
    if (!strcmp(tail + type, ".gz")) ++*rank;
    return !tail[type] || !strcmp(tail + type, ".gz");
}

static bool parse_name(const char *text, struct name *n)
{
    static const struct {
        const char *word;
        int role;
    } roles[] = {{"train", IDX_TRAIN}, {"t10k", IDX_TEST}, {"test", IDX_TEST}};
    const char *images = strstr(text, "-images");
    for (size_t i = 0; images && i < sizeof roles / sizeof *roles; i++) {
        const size_t word = strlen(roles[i].word), before = (size_t)(images - text);
        if (before < word || strncmp(images - word, roles[i].word, word) != 0) continue;
        const size_t stem = before - word;
        if (stem >= STEM || (stem && text[stem - 1] != '-')) continue;
        snprintf(n->stem, sizeof n->stem, "%.*s", (int)stem, text);
        n->role = roles[i].role;
        return parse_tail(images, &n->rank);
    }
    return false;
}

/* --- one directory --- */

static bool join(char to[IDX_PATH], const char *dir, const char *name)
{
    const int n = snprintf(to, IDX_PATH, "%s/%s", dir, name);
    return n > 0 && n < IDX_PATH;
}

static void keep(struct sets *s, const struct name *n, const char *path)
{
    size_t i = 0;
    while (i < s->count && strcmp(s->set[i].stem, n->stem) != 0) i++;
    if (i == MAX_SETS) return;
    struct set *set = &s->set[i];
    if (i == s->count) {
        *set = (struct set){.rank = {NO_RANK, NO_RANK}};
        strcpy(set->stem, n->stem);
        s->count++;
    }
    char *have = set->file.path[n->role];
    if (n->rank > set->rank[n->role] || (n->rank == set->rank[n->role] && strcmp(path, have) >= 0))
        return;
    set->rank[n->role] = n->rank;
    strcpy(have, path);
}

/* of: NULL, or the parsed name of the directory itself. Then only the file of that name is looked
 * for, and one beside the directory is preferred. */
static void scan(const char *dir, const struct name *of, struct sets *s)
{
    enum { INSIDE = 4 };
    DIR *d = opendir(dir);
    if (!d) return;
    for (const struct dirent *entry; (entry = readdir(d));) {
        char path[IDX_PATH];
        struct name n;
        struct stat st;
        if (!parse_name(entry->d_name, &n) || !join(path, dir, entry->d_name) || stat(path, &st))
            continue;
        if (of && (strcmp(n.stem, of->stem) != 0 || n.role != of->role)) continue;
        if (of) n.rank += INSIDE;
        if (!S_ISDIR(st.st_mode))
            keep(s, &n, path);
        else if (!of)
            scan(path, &n, s);
    }
    closedir(d);
}

/* --- which set --- */

static bool complete(const struct set *s, const struct idx_wanted *w)
{
    return (!w->test || s->rank[IDX_TEST] != NO_RANK) &&
           (!w->train || s->rank[IDX_TRAIN] != NO_RANK);
}

/* The name of the set whose stem is empty. */
static const char plain[] = "mnist";

static bool is_called(const struct set *s, const char *wanted)
{
    const size_t n = strlen(wanted);
    if (!*s->stem) return !strcmp(wanted, plain);
    return !strncmp(s->stem, wanted, n) && (!s->stem[n] || !strcmp(s->stem + n, "-"));
}

static void list(char *to, size_t size, const char *text, size_t length)
{
    const size_t used = strlen(to);
    snprintf(to + used, size - used, "%s%.*s", used ? ", " : "", (int)length, text);
}

static int by_stem(const void *a, const void *b)
{
    return strcmp(((const struct set *)a)->stem, ((const struct set *)b)->stem);
}

/* wanted: NULL, or the set's name. */
static bool choose(const char *dir, struct sets *s, const char *wanted, const struct idx_wanted *w,
                   struct idx_pair *found, struct vae_error *e)
{
    char names[1024] = "";
    const struct set *one = NULL;
    size_t fit = 0;
    qsort(s->set, s->count, sizeof *s->set, by_stem);
    for (size_t i = 0; i < s->count; i++) {
        const struct set *set = &s->set[i];
        if (wanted && !is_called(set, wanted)) continue;
        if (!one || complete(set, w)) one = set;
        if (!complete(set, w)) continue;
        fit++;
        if (*set->stem)
            list(names, sizeof names, set->stem, strlen(set->stem) - 1);
        else
            list(names, sizeof names, plain, strlen(plain));
    }
    if (fit > 1)
        return vae_fail(e, "%s: holds several sets; give one of them a name, as in %s/%.*s (%s)",
                        dir, dir, (int)strcspn(names, ","), names, names);
    if (wanted && !one)
        return vae_fail(e, "%s/%s: no such file, and no set of that name in %s", dir, wanted, dir);
    if (!one || !complete(one, w)) {
        const bool train = one && one->rank[IDX_TRAIN] != NO_RANK;
        return vae_fail(e, "%s: no %s-images-idx3-ubyte in it, plain or .gz; %s", dir,
                        train ? "t10k" : "train",
                        train ? "to use the file alone, name it itself"
                              : "nor PNG pictures; `make data` fetches MNIST");
    }
    *found = one->file;
    return true;
}

/* Scans the folders of torchvision's layout; root is its root or, for instance, its MNIST. dir
 * becomes the folder found. */
static bool scan_below(const char *root, char dir[IDX_PATH], struct sets *s, struct vae_error *e)
{
    static const char *const below[] = {"raw",        "MNIST/raw",  "FashionMNIST/raw",
                                        "KMNIST/raw", "EMNIST/raw", "QMNIST/raw"};
    char names[256] = "";
    size_t found = 0;
    for (size_t i = 0; i < sizeof below / sizeof *below; i++) {
        char path[IDX_PATH];
        struct sets *here = calloc(1, sizeof *here);
        if (!here) return vae_fail(e, "%s: not enough memory", root);
        if (join(path, root, below[i])) scan(path, NULL, here);
        if (here->count) {
            found++;
            *s = *here;
            strcpy(dir, path);
            list(names, sizeof names, below[i], strlen(below[i]));
        }
        free(here);
    }
    return found < 2 || vae_fail(e, "%s: holds %s; give one of them", root, names);
}

/* Splits DIRECTORY/SET, unless such a path exists. Returns SET, or NULL. */
static const char *split_source(const char *source, char dir[IDX_PATH])
{
    struct stat st;
    snprintf(dir, IDX_PATH, "%s", source);
    if (stat(source, &st) == 0) return NULL;
    char *slash = strrchr(dir, '/');
    if (!slash) {
        strcpy(dir, ".");
        return source;
    }
    *slash = 0;
    if (slash == dir) strcpy(dir, "/");
    return source + (strrchr(source, '/') - source) + 1;
}

bool vae_idx_find(const char *source, const struct idx_wanted *w, struct idx_pair *found,
                  struct vae_error *e)
{
    char dir[IDX_PATH];
    found->any = false;
    if (strlen(source) >= IDX_PATH) return vae_fail(e, "%.64s...: name too long", source);
    const char *wanted = split_source(source, dir);
    struct sets *s = calloc(1, sizeof *s);
    if (!s) return vae_fail(e, "%s: not enough memory", source);
    scan(dir, NULL, s);
    bool ok = s->count > 0 || wanted || scan_below(source, dir, s, e);
    found->any = !ok || s->count > 0;
    if (ok && wanted && s->count == 0)
        ok = vae_fail(e, "%s: %s; give a directory, an IDX, .npy or .csv file, or `synthetic`",
                      source, strerror(ENOENT));
    ok = ok && choose(dir, s, wanted, w, found, e);
    free(s);
    return ok;
}
