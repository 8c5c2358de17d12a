#include "pages.h"
#include <string.h>

/* Text within single quotes and, escaped, within the brackets or between the colons of _arguments.
 * */
static void print_escaped(FILE *to, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strchr("[]:\\", text[i])) putc('\\', to);
        fputs(text[i] == '\'' ? "'\\''" : (char[2]){text[i], 0}, to);
    }
}

/* The first words of a help text, up to a mark that ends a thought. */
static void print_summary(FILE *to, const char *help)
{
    size_t n = 0;
    while (help[n] && !(strchr(":;,(", help[n]) && n > 3)) n++;
    while (n && help[n - 1] == ' ') n--;
    print_escaped(to, help, n);
}

/* ":message:action" of a value. */
static void print_value(FILE *to, const char *argument, const struct value_words *v)
{
    char glob[sizeof v->endings];
    snprintf(glob, sizeof glob, "%s", v->endings);
    for (char *c = glob; *c; c++)
        if (*c == ' ') *c = c[1] ? '|' : 0;
    putc(':', to);
    print_escaped(to, argument, strlen(argument));
    putc(':', to);
    if (*v->words && v->files)
        fprintf(to, "{compadd -- %s; _files}", v->words);
    else if (*v->words)
        fprintf(to, "(%.*s)", (int)strlen(v->words) - 1, v->words);
    else if (v->files)
        fputs("_files", to);
    else if (*glob)
        fprintf(to, strchr(glob, '|') ? "_files -g \"*.(%s)\"" : "_files -g \"*.%s\"", glob);
    else if (v->folders)
        fputs("_files -/", to);
    else
        putc(' ', to); /* nothing to offer */
}

static void print_option(FILE *to, const struct option_entry *o)
{
    const struct value_words v = completion_words_of(o);
    fprintf(to, "                '--%s%s[", o->name, o->argument ? "=" : "");
    print_summary(to, o->help);
    putc(']', to);
    if (o->argument) print_value(to, o->argument, &v);
    fputs("' \\\n", to);
}

static void print_command(FILE *to, enum command c)
{
    const char *argument = vae_commands[c].argument;
    const struct value_words v = completion_words(argument);
    fprintf(to, "        %s)\n            _arguments -S \\\n", vae_commands[c].name);
    for (size_t i = 0; i < vae_option_count; i++)
        if (vae_option_table[i].name && vae_command_takes(c, &vae_option_table[i]))
            print_option(to, &vae_option_table[i]);
    if (argument) {
        fputs("                '1", to);
        print_value(to, argument, &v);
        fputs("' \\\n", to);
    }
    fputs("                '(- *)--help[what the command does, and its options]' ;;\n", to);
}

void completion_zsh(FILE *to)
{
    fputs("#compdef vae\n# made from the tables of `vae --help`\n\n_vae()\n{\n"
          "    local -a commands=(\n",
          to);
    for (unsigned c = 0; c < COMMANDS; c++) {
        fprintf(to, "        '%s:", vae_commands[c].name);
        print_escaped(to, vae_commands[c].summary, strlen(vae_commands[c].summary));
        fputs("'\n", to);
    }
    fputs("    )\n"
          "    if (( CURRENT == 2 )); then\n"
          "        _describe -t commands command commands\n"
          "        _arguments '(- *)--help[all commands]' '(- *)--version[which program this is]'\n"
          "        return\n"
          "    fi\n"
          "    local command=$words[2]\n"
          "    shift words\n"
          "    (( CURRENT-- ))\n"
          "    case $command in\n",
          to);
    for (unsigned c = 0; c < COMMANDS; c++) print_command(to, (enum command)c);
    fputs("    esac\n}\n\n_vae \"$@\"\n", to);
}
