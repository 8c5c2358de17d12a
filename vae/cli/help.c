#include "../settings/option_table.h"
#include "options.h"
#include <string.h>

void vae_options_usage(FILE *to)
{
    fputs("usage: vae <command> [options]\n\n"
          "Variational autoencoders on verified SIMD kernels.\n\n",
          to);
    for (unsigned c = 0; c < COMMANDS; c++)
        fprintf(to, "  %-12s %s\n", vae_commands[c].name, vae_commands[c].summary);
    fputs("\n`vae <command> --help` lists a command's options, `vae --version` says which program "
          "this\nis. SV_ISA=NAME chooses the kernels.\n",
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
    const char *argument = vae_commands[command].argument;
    size_t used = (size_t)snprintf(usage, sizeof usage, "vae %s%s%s", vae_command_name(command),
                                   argument ? " " : "", argument ? argument : "");
    bool others = false;
    for (size_t i = 0; i < vae_option_count && used < sizeof usage; i++) {
        const struct option_entry *o = &vae_option_table[i];
        if (!vae_command_takes(command, o)) continue;
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
    print_wrapped(to, vae_commands[command].about, 0);
    for (size_t i = 0; i < vae_option_count; i++)
        if (vae_option_table[i].name && vae_command_takes(command, &vae_option_table[i])) {
            const size_t n = label(&vae_option_table[i], text);
            if (n > width) width = n;
        }
    if (width) putc('\n', to);
    for (size_t i = 0; i < vae_option_count; i++) {
        const struct option_entry *o = &vae_option_table[i];
        if (!vae_command_takes(command, o)) continue;
        if (!o->name) {
            fprintf(to, "\n%s\n", o->help);
            continue;
        }
        label(o, text);
        fprintf(to, "  --%-*s  ", (int)width, text);
        print_wrapped(to, o->help, width + 6);
    }
}
