/* Building JSON where any call may find memory short: each step notes its failure in *ok and the rest go
 * on without harm, so that one question at the end is enough. Whatever fails, nothing leaks. */
#ifndef VAE_JSON_H
#define VAE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* A member of an object, an element of an array. Takes the value. Either may be NULL, what jansson gives
 * for want of memory: then *ok becomes false. */
void vae_json_put(bool *ok, json_t *object, const char *key, json_t *value);
void vae_json_add(bool *ok, json_t *array, json_t *value);

/* A real; null where x is not finite, for which JSON has no word. */
json_t *vae_json_number(double x);

/* A real: the shortest decimal that reads back as x, 0.01 and not 0.00999999978. */
json_t *vae_json_float(float x);

/* The value, or NULL, and then nothing of it is left. */
json_t *vae_json_whole(bool ok, json_t *value);

/* The text, to be freed; NULL where memory was short. Takes the value. flags: jansson's. */
char *vae_json_text(bool ok, json_t *value, size_t flags);

/* Parses n bytes. NULL: *why says what is wrong with them, or vae_json_no_memory. */
extern const char vae_json_no_memory[];
json_t *vae_json_parse(const char *bytes, size_t n, size_t flags, json_error_t *error,
                       const char **why);

#endif
