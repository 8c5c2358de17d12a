#include "pages.h"
#include <string.h>

static const char head[] =
    "# bash completion of vae; made from the tables of `vae --help`\n\n"
    "# Words that begin as the one to complete.\n"
    "_vae_words()\n"
    "{\n"
    "    local word\n"
    "    for word in $1; do [[ $word == \"$cur\"* ]] && COMPREPLY+=(\"$word\"); done\n"
    "    return 0\n"
    "}\n\n"
    "# Folders, and files with one of these endings; with `any` all files.\n"
    "_vae_files()\n"
    "{\n"
    "    local file\n"
    "    compopt -o filenames 2>/dev/null\n"
    "    while IFS= read -r file; do\n"
    "        [[ $* == any || -d $file || (-n $* && \" $* \" == *\" ${file##*.} \"*) ]] && "
    "COMPREPLY+=(\"$file\")\n"
    "    done < <(compgen -f -- \"$cur\")\n"
    "    return 0\n"
    "}\n\n"
    "_vae()\n"
    "{\n"
    "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} "
    "command=${COMP_WORDS[1]}\n"
    "    COMPREPLY=()\n"
    "    # bash cuts --option=value in three\n"
    "    if [[ $cur == = ]]; then\n"
    "        cur=\n"
    "    elif [[ $prev == = && $COMP_CWORD -gt 2 ]]; then\n"
    "        prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n";

static const char *cut(char *words)
{
    const size_t n = strlen(words);
    if (n) words[n - 1] = 0;
    return words;
}

/* What completes a value, as commands between semicolons. */
static void print_action(FILE *to, struct value_words v)
{
    const char *between = "";
    if (*v.words) fprintf(to, "_vae_words '%s'", cut(v.words)), between = "; ";
    if (v.files)
        fprintf(to, "%s_vae_files any", between);
    else if (*v.endings)
        fprintf(to, "%s_vae_files %s", between, cut(v.endings));
    else if (v.folders)
        fprintf(to, "%s_vae_files", between);
    else if (!*between)
        fputs(":", to);
}

static void print_values(FILE *to)
{
    fputs("    case \"$command $prev\" in\n", to);
    for (size_t i = 0; i < vae_option_count; i++) {
        const struct option_entry *o = &vae_option_table[i];
        const char *before = "        ";
        if (!o->name || !o->argument) continue;
        for (unsigned c = 0; c < COMMANDS; c++) {
            if (!vae_command_takes((enum command)c, o)) continue;
            fprintf(to, "%s'%s --%s'", before, vae_commands[c].name, o->name);
            before = " | ";
        }
        fputs(") ", to);
        print_action(to, completion_words_of(o));
        fputs("; return ;;\n", to);
    }
    fputs("    esac\n", to);
}

static void print_commands(FILE *to)
{
    fputs("    case $command in\n", to);
    for (unsigned c = 0; c < COMMANDS; c++) {
        const char *argument = vae_commands[c].argument;
        fprintf(to, "        %s)\n            if [[ $cur == -* ]]; then _vae_words '",
                vae_commands[c].name);
        for (size_t i = 0; i < vae_option_count; i++)
            if (vae_option_table[i].name &&
                vae_command_takes((enum command)c, &vae_option_table[i]))
                fprintf(to, "--%s ", vae_option_table[i].name);
        fputs("--help'; else ", to);
        print_action(to, completion_words(argument));
        fputs("; fi ;;\n", to);
    }
    fputs("    esac\n", to);
}

void completion_bash(FILE *to)
{
    fputs(head, to);
    fputs("    if [[ $COMP_CWORD -eq 1 ]]; then\n        _vae_words '", to);
    for (unsigned c = 0; c < COMMANDS; c++) fprintf(to, "%s ", vae_commands[c].name);
    fputs("--help --version'\n        return\n    fi\n", to);
    print_values(to);
    print_commands(to);
    fputs("}\n\ncomplete -F _vae vae\n", to);
}
