#include "json.h"
#include <errno.h>
#include <math.h>

const char json_no_memory[] = "not enough memory";

void json_put(bool *ok, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value)) *ok = false;
}

void json_add(bool *ok, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value)) *ok = false;
}

json_t *json_number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

json_t *json_whole(bool ok, json_t *value)
{
    if (ok) return value;
    json_decref(value);
    return NULL;
}

char *json_text(bool ok, json_t *value, size_t flags)
{
    char *text = ok && value ? json_dumps(value, flags) : NULL;
    json_decref(value);
    return text;
}

/* jansson's own code for want of memory is not set everywhere; malloc's errno is. */
json_t *json_parse(const char *bytes, size_t n, size_t flags, json_error_t *error, const char **why)
{
    errno = 0;
    json_t *value = json_loadb(bytes, n, flags, error);
    if (!value) *why = errno == ENOMEM ? json_no_memory : error->text;
    return value;
}
