/* Builds JSON where any allocation may fail. A step that fails sets *ok to false and the next ones
 * stay harmless, so one check at the end is enough. Whatever fails, nothing leaks. */
#ifndef VAE_JSON_H
#define VAE_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* Sets a member of an object; appends an element to an array. Takes ownership of value. Container
 * and value may be NULL, which jansson returns when out of memory; *ok then becomes false. */
void vae_json_put(bool *ok, json_t *object, const char *key, json_t *value);
void vae_json_add(bool *ok, json_t *array, json_t *value);

/* A real; null if x is not finite, which JSON cannot express. */
json_t *vae_json_number(double x);

/* The same, with the shortest decimal that reads back as x: 0.01, not 0.00999999978. */
json_t *vae_json_float(float x);

/* Returns value if ok; otherwise frees it and returns NULL. */
json_t *vae_json_whole(bool ok, json_t *value);

/* The text, for the caller to free; NULL if !ok or out of memory. Takes ownership of value. flags
 * are jansson's. */
char *vae_json_text(bool ok, json_t *value, size_t flags);

/* Parses n bytes. On failure returns NULL, and *why says what is wrong with them or is
 * vae_json_no_memory. */
extern const char vae_json_no_memory[];
json_t *vae_json_parse(const char *bytes, size_t n, size_t flags, json_error_t *error,
                       const char **why);

#endif
