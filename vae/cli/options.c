#include "options.h"
#include "../base/text.h"
#include "../settings/option_table.h"
#include "config.h"
#include <getopt.h>
#include <string.h>

const struct command_entry vae_commands[COMMANDS] = {
#define COMMAND(name, argument, summary, about) {#name, argument, summary, about},
#include "../settings/commands.def"
#undef COMMAND
};

enum command vae_command_named(const char *name)
{
    unsigned c = 0;
    while (c < COMMANDS && strcmp(name, vae_commands[c].name)) c++;
    return (enum command)c;
}

const char *vae_command_name(enum command command) { return vae_commands[command].name; }

/* --- parsing --- */

enum { MOST = SETTINGS_GIVEN, HELP = 0x100, FIRST }; /* beyond what getopt_long returns itself */

/* A command's options as getopt_long wants them. */
static void list_options(enum command command, struct option list[MOST + 2])
{
    size_t n = 0;
    list[n++] = (struct option){"help", no_argument, NULL, HELP};
    for (size_t i = 0; i < vae_option_count && n <= MOST; i++) {
        const struct option_entry *o = &vae_option_table[i];
        if (o->name && vae_command_takes(command, o))
            list[n++] = (struct option){o->name, o->argument ? required_argument : no_argument,
                                        NULL, FIRST + (int)i};
    }
    list[n] = (struct option){0};
}

/* Counts the options of `command` that the first n letters of `name` may abbreviate; *o is the
 * last, `list` names them. A full name stands only for itself. */
static size_t meant(enum command command, const char *name, size_t n, const struct option_entry **o,
                    char list[256])
{
    size_t count = 0, used = 0;
    for (size_t i = 0; i < vae_option_count; i++) {
        const struct option_entry *is = &vae_option_table[i];
        if (!is->name || !vae_command_takes(command, is) || strncmp(is->name, name, n)) continue;
        *o = is;
        if (strlen(is->name) == n) return 1;
        if (used < 256)
            used +=
                (size_t)snprintf(list + used, 256 - used, "%s--%s", count ? ", " : "", is->name);
        count++;
    }
    return count;
}

/* Says why getopt_long rejected a word. */
static bool not_taken(enum command command, const char *word, struct vae_error *e)
{
    const char *name = word + strspn(word, "-"), *is = vae_command_name(command);
    const size_t n = strcspn(name, "=");
    const struct option_entry *o = NULL;
    char list[256] = "";
    const size_t count = n ? meant(command, name, n, &o, list) : 0;
    if (count == 1 && o->argument)
        return vae_fail(e, "--%s: its value is missing; give --%s %s", o->name, o->name,
                        o->argument);
    if (count == 1) return vae_fail(e, "--%s: takes no value", o->name);
    if (count > 1) return vae_fail(e, "%s: ambiguous, one of %s", word, list);
    for (unsigned c = 0; n && c < COMMANDS; c++)
        if (meant((enum command)c, name, n, &o, list) == 1 && strlen(o->name) == n)
            return vae_fail(e, "%s: unknown option, one of `vae %s`; see `vae %s --help`", word,
                            vae_commands[c].name, is);
    return vae_fail(e, "%s: unknown option; see `vae %s --help`", word, is);
}

/* Takes the non-option argument, if the command has one. */
static bool take_argument(int argc, char *const *argv, int index, struct settings *s,
                          struct vae_error *e)
{
    const char *what = vae_commands[s->command].argument;
    const bool several = what && strstr(what, "...");
    if (what && index >= argc)
        return vae_fail(e, "give %s%s; see `vae %s --help`",
                        strstr(what, ".safetensors") && !several ? "a checkpoint, " : "", what,
                        vae_command_name(s->command));
    s->files = argv + index;
    s->file_count = several ? (size_t)(argc - index) : what ? 1 : 0;
    if (what) s->file = argv[index];
    index += (int)s->file_count;
    if (index < argc) return vae_fail(e, "%s: one argument too many; see --help", argv[index]);
    return true;
}

static bool needed_given(const struct settings *s, struct vae_error *e)
{
    for (size_t i = 0; i < vae_option_count; i++) {
        const struct option_entry *o = &vae_option_table[i];
        if (!vae_command_takes(s->command, o) || !(o->traits & OPTION_NEEDED)) continue;
        size_t g = 0;
        while (g < s->given_count && s->given[g].option != o) g++;
        if (g == s->given_count)
            return vae_fail(e, "give --%s %s; see `vae %s --help`", o->name, o->argument,
                            vae_command_name(s->command));
    }
    return true;
}

bool vae_options_parse(enum command command, int argc, char **argv, struct settings *s,
                       struct vae_error *e)
{
    struct option list[MOST + 2];
    *s = vae_settings_default(command);
    list_options(command, list);
    opterr = 0;
    for (int opt; (opt = getopt_long_only(argc, argv, "", list, NULL)) != -1;) {
        if (opt == HELP) return false;
        if (opt < FIRST)
            return not_taken(command, optind > 0 && argv[optind - 1] ? argv[optind - 1] : "?", e);
        const struct option_entry *o = &vae_option_table[opt - FIRST];
        const char *value = o->argument ? optarg : NULL;
        if (!o->kind->parse(o, value, s, e)) return false;
        vae_settings_note(s, o, value, false);
    }
    return take_argument(argc, argv, optind, s, e) && (!s->config_file || vae_config_read(s, e)) &&
           needed_given(s, e);
}

void vae_options_free(struct settings *s)
{
    json_decref(s->config);
    s->config = NULL;
}

/* --- configurations --- */

bool vae_options_take(struct settings *s, const struct option_entry *o, const char *value,
                      struct vae_error *e)
{
    vae_settings_note(s, o, value, true);
    return o->kind->parse(o, value, s, e);
}

static bool has_option(const struct settings *s, const struct option_entry *o)
{
    size_t i = 0;
    while (i < s->given_count && s->given[i].option != o) i++;
    return i < s->given_count;
}

/* Parses s->given, from the defaults on. */
static bool parse_anew(struct settings *s, struct vae_error *e)
{
    struct settings anew = vae_settings_default(s->command);
    memcpy(anew.given, s->given, sizeof anew.given);
    anew.given_count = s->given_count;
    anew.file = s->file;
    anew.config = s->config;
    *s = anew;
    for (size_t g = 0; g < s->given_count; g++)
        if (!s->given[g].option->kind->parse(s->given[g].option, s->given[g].value, s, e))
            return false;
    return true;
}

/* Takes the first option of the file that has no effect off s->given; false if all have one. */
static bool drop_idle(struct settings *s)
{
    struct vae_error why = {""};
    size_t i = 0;
    while (i < s->given_count && (!s->given[i].in_file || vae_option_given_applies(s, i, &why)))
        i++;
    if (i == s->given_count) return false;
    s->given_count--;
    memmove(s->given + i, s->given + i + 1, (s->given_count - i) * sizeof *s->given);
    return true;
}

/* The file's come first: where two exclude each other, the last counts. */
bool vae_options_merge(struct settings *s, const struct settings *file, struct vae_error *e)
{
    const struct settings line = *s;
    s->given_count = 0;
    for (size_t i = 0; i < file->given_count; i++)
        if (!has_option(&line, file->given[i].option)) s->given[s->given_count++] = file->given[i];
    memcpy(s->given + s->given_count, line.given, line.given_count * sizeof *line.given);
    s->given_count += line.given_count;
    do {
        if (!parse_anew(s, e)) return false;
    } while (drop_idle(s));
    return true;
}

/* --- resuming --- */

/* Unsafe characters become escapes in $'...', which bash, zsh and POSIX 2024 know. */
void vae_option_print_quoted(FILE *to, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "_-./:=+,@%";
    const bool safe = vae_text_is_safe(word);
    if (*word && !word[strspn(word, plain)]) {
        fputs(word, to);
        return;
    }
    fputs(safe ? "'" : "$'", to);
    for (const char *c = word; *c; c++)
        if (*c == '\'')
            fputs(safe ? "'\\''" : "\\'", to);
        else if (!safe && (*c == '\\' || *c < ' ' || *c > '~'))
            fprintf(to, "\\%03o", (unsigned)(unsigned char)*c);
        else
            putc(*c, to);
    putc('\'', to);
}

void vae_options_print_again(FILE *to, const struct settings *s)
{
    for (size_t i = 0; i < s->given_count; i++) {
        if (!(s->given[i].option->traits & OPTION_AGAIN)) continue;
        fprintf(to, " --%s", s->given[i].option->name);
        if (!s->given[i].value) continue;
        putc(' ', to);
        vae_option_print_quoted(to, s->given[i].value);
    }
}
