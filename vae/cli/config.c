#include "config.h"
#include "../base/input_file.h"
#include "../base/json.h"
#include "../base/number.h"
#include "../base/replace_file.h"
#include "../base/text.h"
#include "../base/version.h"
#include "../model/run_id.h"
#include "../settings/option_table.h"
#include "options.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 1 << 20 /* bytes of a file */ };
static const char about[] = "about";

/* --- reading --- */

static bool wrong(const struct settings *s, const char *key, const char *what, struct vae_error *e)
{
    return vae_fail(e, "%s: \"%s\": %s", s->config_file, key, what);
}

static const struct option_entry *option_named(enum command command, const char *name)
{
    for (size_t i = 0; i < vae_option_count; i++) {
        const struct option_entry *o = &vae_option_table[i];
        if (o->name && vae_command_takes(command, o) && !strcmp(o->name, name)) return o;
    }
    return NULL;
}

/* "1000000", as of 1e6 too; false if it is no whole number. */
static bool whole_text(const json_t *value, char text[OPTION_SHOWN])
{
    const double x = json_number_value(value);
    if (json_is_integer(value))
        snprintf(text, OPTION_SHOWN, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else
        snprintf(text, OPTION_SHOWN, "%.0f", x);
    return json_is_integer(value) || (json_is_real(value) && x == floor(x) && fabs(x) < 1e15);
}

/* "200,100", and "none" of an empty list. */
static bool list_text(const json_t *list, char text[OPTION_SHOWN])
{
    const size_t n = json_array_size(list);
    size_t used = 0;
    snprintf(text, OPTION_SHOWN, "none");
    for (size_t i = 0; i < n; i++) {
        char one[OPTION_SHOWN];
        if (!whole_text(json_array_get(list, i), one)) return false;
        if (used < OPTION_SHOWN)
            used += (size_t)snprintf(text + used, OPTION_SHOWN - used, "%s%s", i ? "," : "", one);
    }
    return json_is_array(list);
}

/* Makes of a value the text that the command line would have; NULL, and *what it should be, if it
 * is of another type. */
static const char *value_text(const struct option_entry *o, const json_t *value,
                              char text[OPTION_SHOWN], const char **what)
{
    switch (o->kind->json) {
    case OPTION_TEXT: *what = "give a string"; return json_string_value(value);
    case OPTION_FLAG: *what = "give true or false"; return json_is_boolean(value) ? "" : NULL;
    case OPTION_WHOLE: *what = "give a whole number"; return whole_text(value, text) ? text : NULL;
    case OPTION_LIST:
        *what = "give a list of whole numbers, such as [200, 100]";
        return list_text(value, text) ? text : NULL;
    default: break;
    }
    *what = "give a number";
    if (whole_text(value, text)) return text;
    vae_number_write_f64(json_real_value(value), text);
    return json_is_real(value) ? text : NULL;
}

/* The text replaces the value in s->config, which so owns it. */
static bool take(struct settings *s, const struct option_entry *o, void *member,
                 struct vae_error *e)
{
    char room[OPTION_SHOWN];
    const char *what;
    const char *text = value_text(o, json_object_iter_value(member), room, &what);
    struct vae_error why = {""};
    if (!text) return wrong(s, o->name, what, e);
    if (!strcmp(o->name, "config")) return wrong(s, o->name, "only on the command line", e);
    if (json_is_false(json_object_iter_value(member))) return true;
    if (text == room) {
        if (json_object_iter_set_new(s->config, member, json_string(text)))
            return wrong(s, o->name, vae_json_no_memory, e);
        text = json_string_value(json_object_iter_value(member));
    }
    return vae_options_take(s, o, o->argument ? text : NULL, &why) ||
           vae_fail(e, "%s: %s", s->config_file, why.line);
}

static bool take_all(struct settings *s, struct vae_error *e)
{
    for (void *m = json_object_iter(s->config); m; m = json_object_iter_next(s->config, m)) {
        const char *key = json_object_iter_key(m);
        const struct option_entry *o = option_named(s->command, key);
        if (!strcmp(key, about)) {
            if (!json_is_object(json_object_iter_value(m)))
                return wrong(s, key, "give an object, or leave it out", e);
        } else if (!o) {
            return wrong(s, key, "no such option; see `vae train --help`", e);
        } else if (!take(s, o, m, e)) {
            return false;
        }
    }
    return true;
}

static json_t *parse(const char *path, struct vae_error *e)
{
    static const char hint[] = "give a JSON object, such as {\"latent\": 20}";
    json_error_t error;
    const char *why;
    size_t n;
    char *text = vae_input_text(path, MOST, "a configuration", hint, &n, e);
    if (!text) return NULL;
    json_t *o = vae_json_parse(text, n, JSON_REJECT_DUPLICATES, &error, &why);
    free(text);
    if (!o && why == vae_json_no_memory)
        vae_fail(e, "%s: %s", path, why);
    else if (!o)
        vae_fail(e, "%s: line %d: %s", path, error.line, why);
    else if (!json_is_object(o))
        vae_fail(e, "%s: no object; %s", path, hint);
    if (json_is_object(o)) return o;
    json_decref(o);
    return NULL;
}

/* The file's options alone come first: what has no effect beside the others there is a mistake. */
bool vae_config_read(struct settings *s, struct vae_error *e)
{
    struct settings file = vae_settings_default(s->command);
    file.config_file = s->config_file;
    file.config = s->config = parse(s->config_file, e);
    if (!file.config || !take_all(&file, e)) return false;
    for (size_t i = 0; i < file.given_count; i++)
        if (!vae_option_given_applies(&file, i, e)) return false;
    return vae_options_merge(s, &file, e);
}

/* --- what the run of a file was --- */

static void image_text(uint64_t images, char text[RUN_ID_TEXT])
{
    snprintf(text, RUN_ID_TEXT, "%016" PRIx64, images);
}

/* Whether the command line says which images are read. */
static bool other_data(const struct settings *s)
{
    static const char *const names[] = {"data", "transpose", "channels", "resize", "test"};
    for (size_t i = 0; i < s->given_count; i++)
        for (size_t n = 0; !s->given[i].in_file && n < sizeof names / sizeof *names; n++)
            if (!strcmp(s->given[i].option->name, names[n])) return true;
    return false;
}

bool vae_config_check(const struct settings *s, uint64_t images, struct vae_error *e)
{
    const json_t *was = json_object_get(s->config, about);
    const char *sum = json_string_value(json_object_get(was, "images"));
    char text[RUN_ID_TEXT];
    image_text(images, text);
    if (sum && strcmp(sum, text) && !other_data(s))
        return vae_fail(e,
                        "%s: its run had other training images than %s has now; give --data, or "
                        "take \"%s\" out of the file",
                        s->config_file, s->data, about);
    if (json_is_true(json_object_get(was, "changed")))
        fprintf(stderr,
                "vae train: %s: its run was resumed with other settings; this one has the last of "
                "them from its start\n",
                vae_text_shown(s->config_file).s);
    return true;
}

/* --- writing --- */

/* Lists and numbers are as the option shows them, for numbers are as short as they can be there. */
static bool write_value(struct replace_file *r, const struct option_entry *o, const char *text)
{
    const enum option_json json = o->kind->json;
    if (json == OPTION_FLAG) {
        vae_replace_text(r, text ? "true" : "false");
    } else if (json == OPTION_TEXT) {
        char *quoted = vae_json_text(true, json_string(text), JSON_ENCODE_ANY);
        if (!quoted) return false;
        vae_replace_text(r, quoted);
        free(quoted);
    } else if (json == OPTION_LIST) {
        vae_replace_text(r, "[");
        vae_replace_text(r, strcmp(text, "none") ? text : "");
        vae_replace_text(r, "]");
    } else {
        vae_replace_text(r, text);
    }
    return true;
}

static bool write_options(struct replace_file *r, const struct settings *s)
{
    bool ok = true;
    for (size_t i = 0; ok && i < vae_option_count; i++) {
        const struct option_entry *o = &vae_option_table[i];
        char room[OPTION_SHOWN];
        struct vae_error why = {""};
        if (!o->name || !vae_command_takes(s->command, o) || o->traits & OPTION_HERE ||
            (o->applies && !o->applies(o, s, &why)))
            continue;
        const char *text = o->kind->show(o, s, room);
        if (text ? !vae_text_is_utf8(text) : o->kind->json != OPTION_FLAG) continue;
        vae_replace_text(r, "  \"");
        vae_replace_text(r, o->name);
        vae_replace_text(r, "\": ");
        ok = write_value(r, o, text);
        vae_replace_text(r, ",\n");
    }
    return ok;
}

bool vae_config_write(const char *path, const struct settings *s, uint64_t images,
                      struct vae_error *e)
{
    struct replace_file r;
    char id[RUN_ID_TEXT], sum[RUN_ID_TEXT], last[256];
    vae_run_id_text(&s->run, id);
    image_text(images, sum);
    snprintf(last, sizeof last,
             "  \"%s\": {\"version\": \"%s\", \"images\": \"%s\", \"run\": \"%s\", \"changed\": "
             "%s}\n}\n",
             about, vae_version, sum, id, s->run.id || s->run.past.steps ? "true" : "false");
    if (!vae_replace_begin(&r, path, e)) return false;
    vae_replace_text(&r, "{\n");
    if (!write_options(&r, s)) {
        vae_replace_abort(&r);
        return vae_fail(e, "%s: %s", path, vae_json_no_memory);
    }
    vae_replace_text(&r, last);
    return vae_replace_commit(&r, e);
}
