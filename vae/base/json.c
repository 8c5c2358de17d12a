#include "json.h"
#include "number.h"
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

const char vae_json_no_memory[] = "not enough memory";

void vae_json_put(bool *ok, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value)) *ok = false;
}

void vae_json_add(bool *ok, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value)) *ok = false;
}

json_t *vae_json_number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

json_t *vae_json_float(float x)
{
    char text[NUMBER_TEXT];
    double shortest = (double)x;
    vae_number_write_f32(x, text);
    vae_number_f64(text, &shortest);
    return vae_json_number(shortest);
}

json_t *vae_json_whole(bool ok, json_t *value)
{
    if (ok) return value;
    json_decref(value);
    return NULL;
}

/* --- text --- */

struct text {
    char *s;
    size_t used, room;
    bool failed;
};

static int append(const char *bytes, size_t n, void *to)
{
    struct text *t = to;
    if (t->used + n >= t->room) {
        const size_t room = 2 * (t->used + n) + 256;
        char *s = realloc(t->s, room);
        if (!s) t->failed = true;
        if (!s) return -1;
        t->s = s;
        t->room = room;
    }
    memcpy(t->s + t->used, bytes, n);
    t->used += n;
    t->s[t->used] = 0;
    return 0;
}

/* Not json_dumps: jansson 2.14 goes on after it failed to write a key, and leaves out part of the
 * output. */
char *vae_json_text(bool ok, json_t *value, size_t flags)
{
    struct text t = {.s = NULL};
    ok = ok && value && json_dump_callback(value, append, &t, flags) == 0 && !t.failed;
    json_decref(value);
    if (ok) return t.s;
    free(t.s);
    return NULL;
}

/* --- parsing --- */

static _Thread_local bool refused;

/* The functions in jansson are the process's: one thread parses at a time, and what others allocate
 * meanwhile still comes from the allocator that was there. */
static pthread_mutex_t parsing = PTHREAD_MUTEX_INITIALIZER;
static json_malloc_t before;

/* After one failure all allocations fail. jansson drops a character that it has no memory for; if
 * that is a closing quote, and its copy is then allocated, it copies past the string's end. */
static void *noted_malloc(size_t n)
{
    void *p = refused ? NULL : before(n);
    if (!p) refused = true;
    return p;
}

/* jansson 2.14 does not always report a failed allocation, may go on without a member, and resets
 * errno. So its allocations are watched. */
json_t *vae_json_parse(const char *bytes, size_t n, size_t flags, json_error_t *error,
                       const char **why)
{
    json_free_t give;
    pthread_mutex_lock(&parsing);
    json_get_alloc_funcs(&before, &give);
    json_set_alloc_funcs(noted_malloc, give);
    refused = false;
    json_t *value = json_loadb(bytes, n, flags, error);
    json_set_alloc_funcs(before, give);
    pthread_mutex_unlock(&parsing);
    *why = refused ? vae_json_no_memory : error->text;
    return vae_json_whole(!refused, value);
}
