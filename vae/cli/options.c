#include "options.h"
#include "../base/text.h"
#include "../settings/option_table.h"
#include <getopt.h>
#include <string.h>

static const struct {
    const char *name, *argument, *summary, *about;
} commands[COMMANDS] = {
#define COMMAND(name, argument, summary, about) {#name, argument, summary, about},
#include "../settings/commands.def"
#undef COMMAND
};

enum command vae_command_named(const char *name)
{
    unsigned c = 0;
    while (c < COMMANDS && strcmp(name, commands[c].name)) c++;
    return (enum command)c;
}

const char *vae_command_name(enum command command) { return commands[command].name; }

static bool takes(enum command command, const struct option_entry *o)
{
    return o->commands >> command & 1;
}

/* --- parsing --- */

enum { MOST = SETTINGS_GIVEN, HELP = 0x100, FIRST }; /* beyond what getopt_long returns itself */

/* A command's options as getopt_long wants them. */
static void list_options(enum command command, struct option list[MOST + 2])
{
    size_t n = 0;
    list[n++] = (struct option){"help", no_argument, NULL, HELP};
    for (size_t i = 0; i < vae_option_count && n <= MOST; i++) {
        const struct option_entry *o = &vae_option_table[i];
        if (o->name && takes(command, o))
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
        if (!is->name || !takes(command, is) || strncmp(is->name, name, n)) continue;
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
                            commands[c].name, is);
    return vae_fail(e, "%s: unknown option; see `vae %s --help`", word, is);
}

/* Takes the non-option argument, if the command has one. */
static bool take_argument(int argc, char *const *argv, int index, struct settings *s,
                          struct vae_error *e)
{
    const char *what = commands[s->command].argument;
    if (what && index >= argc)
        return vae_fail(e, "give %s%s; see `vae %s --help`",
                        strstr(what, ".safetensors") ? "a checkpoint, " : "", what,
                        vae_command_name(s->command));
    if (what) s->file = argv[index++];
    if (index < argc) return vae_fail(e, "%s: one argument too many; see --help", argv[index]);
    return true;
}

static bool needed_given(const struct settings *s, struct vae_error *e)
{
    for (size_t i = 0; i < vae_option_count; i++) {
        const struct option_entry *o = &vae_option_table[i];
        if (!takes(s->command, o) || !(o->traits & OPTION_NEEDED)) continue;
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
        if (!o->parse(o, value, s, e)) return false;
        vae_settings_note(s, o, value);
    }
    return take_argument(argc, argv, optind, s, e) && needed_given(s, e);
}

/* --- help --- */

void vae_options_usage(FILE *to)
{
    fputs("usage: vae <command> [options]\n\n"
          "Variational autoencoders on verified SIMD kernels.\n\n",
          to);
    for (unsigned c = 0; c < COMMANDS; c++)
        fprintf(to, "  %-12s %s\n", commands[c].name, commands[c].summary);
    fputs("\n`vae <command> --help` lists a command's options. SV_ISA=NAME chooses the kernels.\n",
          to);
}

/* Prints words from column `indent` on, where the line already is, wrapped at OPTIONS_WIDTH. */
static void print_wrapped(FILE *to, const char *text, size_t indent)
{
    for (size_t column = indent, n; *text; text += n + (text[n] == ' ')) {
        n = strcspn(text, " ");
        const bool first = column == indent;
        if (!first && column + 1 + n > OPTIONS_WIDTH) {
            fprintf(to, "\n%*s", (int)indent, "");
            column = indent;
        } else if (!first) {
            putc(' ', to);
            column++;
        }
        fprintf(to, "%.*s", (int)n, text);
        column += n;
    }
    putc('\n', to);
}

/* "usage: vae eval FILE.safetensors --data PATH|synthetic [options]" */
static void print_usage_of(FILE *to, enum command command)
{
    char usage[256];
    const char *argument = commands[command].argument;
    size_t used = (size_t)snprintf(usage, sizeof usage, "vae %s%s%s", vae_command_name(command),
                                   argument ? " " : "", argument ? argument : "");
    bool others = false;
    for (size_t i = 0; i < vae_option_count && used < sizeof usage; i++) {
        const struct option_entry *o = &vae_option_table[i];
        if (!takes(command, o)) continue;
        if (o->traits & OPTION_NEEDED)
            used += (size_t)snprintf(usage + used, sizeof usage - used, " --%s %s", o->name,
                                     o->argument);
        else
            others = true;
    }
    if (others && used < sizeof usage) snprintf(usage + used, sizeof usage - used, " [options]");
    fputs("usage: ", to);
    print_wrapped(to, usage, strlen("usage: "));
}

/* "data PATH" */
static size_t label(const struct option_entry *o, char text[64])
{
    return (size_t)snprintf(text, 64, "%s%s%s", o->name, o->argument ? " " : "",
                            o->argument ? o->argument : "");
}

void vae_options_help(FILE *to, enum command command)
{
    char text[64];
    size_t width = 0;
    print_usage_of(to, command);
    putc('\n', to);
    print_wrapped(to, commands[command].about, 0);
    for (size_t i = 0; i < vae_option_count; i++)
        if (vae_option_table[i].name && takes(command, &vae_option_table[i])) {
            const size_t n = label(&vae_option_table[i], text);
            if (n > width) width = n;
        }
    if (width) putc('\n', to);
    for (size_t i = 0; i < vae_option_count; i++) {
        const struct option_entry *o = &vae_option_table[i];
        if (!takes(command, o)) continue;
        if (!o->name) {
            fprintf(to, "\n%s\n", o->help);
            continue;
        }
        label(o, text);
        fprintf(to, "  --%-*s  ", (int)width, text);
        print_wrapped(to, o->help, width + 6);
    }
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
