/* Pages in mdoc(7): macros that say what a word is, one sentence a line. */
#include "pages.h"
#include <string.h>

enum { WIDTH = 78 };

static const struct {
    enum command command;
    const char *what, *line;
} examples[] = {
#define EXAMPLE(command, what, line) {COMMAND_##command, what, line},
#include "examples.def"
#undef EXAMPLE
};

struct place {
    const char *whose, *name, *text;
};
static const struct place files[] = {
#define PLACE(whose, path, text) {whose, path, text},
#include "places.def"
};
static const struct place variables[] = {
#define VARIABLE(whose, name, text) {whose, name, text},
#include "places.def"
};

/* --- text --- */

/* A character as roff shows it unchanged; `quote` opens or closes what stands between backticks. */
static const char *escaped(const char *c, bool *open, char room[2])
{
    switch (*c) {
    case '\\': return "\\e";
    case '"': return "\\(dq";
    case '\'': return "\\(aq";
    case '~': return "\\(ti";
    case '^': return "\\(ha";
    case '-': return "\\-";
    case '`': return (*open = !*open) ? "\\(lq" : "\\(rq";
    default: break;
    }
    room[0] = *c;
    room[1] = 0;
    return room;
}

/* One word; a mark at its end is none of the macro's. */
static size_t put_word(FILE *to, const char *word, size_t n, bool *open)
{
    size_t written = 0;
    char room[2];
    for (size_t i = 0; i < n; i++) {
        const char *c = escaped(word + i, open, room);
        fputs(c, to);
        written += strlen(c);
    }
    return written;
}

/* An argument of a macro: its blanks are its own, and so are the marks at its end. */
static void put_argument(FILE *to, const char *text)
{
    bool open = false;
    const size_t n = strlen(text);
    fputs(" \"", to);
    put_word(to, text, n, &open);
    fputs(n && strchr(".,:;()[]?!|", text[n - 1]) ? "\\&\"" : "\"", to);
}

static bool ends_sentence(const char *word, size_t n)
{
    if (n && word[n - 1] == ')') n--;
    return n > 1 && strchr(".?!", word[n - 1]) && word[n - 2] != '.';
}

/* Lines of at most WIDTH characters; a sentence begins on a new one. */
static void put_text(FILE *to, const char *text)
{
    bool open = false, first = true;
    size_t column = 0;
    for (size_t n; *text; text += n + (text[n] == ' ')) {
        n = strcspn(text, " ");
        if (!first && column + n + 8 > WIDTH) {
            putc('\n', to);
            first = true;
        }
        if (first) column = 0;
        if (!first) putc(' ', to);
        if (first && (*text == '.' || *text == '\'')) fputs("\\&", to);
        column += put_word(to, text, n, &open) + 1;
        first = ends_sentence(text, n);
        if (first) putc('\n', to);
    }
    if (!first) putc('\n', to);
}

static void put_section(FILE *to, const char *name) { fprintf(to, ".Sh %s\n", name); }

static void put_head(FILE *to, const char *name, const char *title, const char *summary,
                     time_t date)
{
    char day[64];
    const struct tm *t = gmtime(&date);
    strftime(day, sizeof day, "%B %d, %Y", t);
    char *zero = strstr(day, " 0");
    if (zero) memmove(zero + 1, zero + 2, strlen(zero + 2) + 1);
    fprintf(to, ".Dd %s\n.Dt %s 1\n.Os\n", day, title);
    put_section(to, "NAME");
    fprintf(to, ".Nm %s\n.Nd", name);
    put_argument(to, summary);
    putc('\n', to);
}

/* --- options --- */

static void put_option(FILE *to, const struct option_entry *o)
{
    fputs(".It Fl", to);
    putc(' ', to);
    bool open = false;
    fputs("\\-", to);
    put_word(to, o->name, strlen(o->name), &open);
    if (o->argument) {
        fputs(" Ar", to);
        put_argument(to, o->argument);
    }
    putc('\n', to);
    put_text(to, o->help);
}

/* A list under each heading that options follow. */
static void put_options(FILE *to, enum command command)
{
    bool in_list = false;
    const struct option_entry *heading = NULL;
    for (size_t i = 0; i < vae_option_count; i++) {
        const struct option_entry *o = &vae_option_table[i];
        if (!vae_command_takes(command, o)) continue;
        if (!o->name) {
            heading = o;
            continue;
        }
        if (heading || !in_list) {
            if (in_list) fputs(".El\n", to);
            if (heading) {
                fputs(".Ss", to);
                bool open = false;
                putc(' ', to);
                put_word(to, heading->help, strcspn(heading->help, ":"), &open);
                putc('\n', to);
            }
            fputs(".Bl -tag -width Ds\n", to);
            heading = NULL;
            in_list = true;
        }
        put_option(to, o);
    }
    if (!in_list) fputs(".Bl -tag -width Ds\n", to);
    fputs(".It Fl \\-help\nThe command's options.\n.El\n", to);
}

static void put_synopsis(FILE *to, enum command command)
{
    const char *argument = vae_commands[command].argument;
    put_section(to, "SYNOPSIS");
    fprintf(to, ".Nm vae %s\n", vae_commands[command].name);
    if (argument) {
        fputs(".Ar", to);
        put_argument(to, argument);
        putc('\n', to);
    }
    for (size_t i = 0; i < vae_option_count; i++) {
        const struct option_entry *o = &vae_option_table[i];
        if (!vae_command_takes(command, o) || !(o->traits & OPTION_NEEDED)) continue;
        fprintf(to, ".Fl \\-%s Ar", o->name);
        put_argument(to, o->argument);
        putc('\n', to);
    }
    fputs(".Op Ar options\n", to);
}

/* --- the sections behind them --- */

/* Whether a place is of that command (places.def). */
static bool is_of(const struct place *p, enum command command)
{
    bool yes = !strcmp(p->whose, vae_commands[command].name);
    for (size_t i = 0; i < vae_option_count; i++) {
        const struct option_entry *o = &vae_option_table[i];
        yes = yes || (o->name && vae_command_takes(command, o) && !strcmp(o->name, p->whose));
    }
    return yes;
}

static void put_places(FILE *to, const char *section, const char *macro, const struct place *p,
                       size_t count, enum command command)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        if (!is_of(&p[i], command)) continue;
        if (!any) {
            put_section(to, section);
            fputs(".Bl -tag -width Ds\n", to);
        }
        any = true;
        fprintf(to, ".It %s", macro);
        put_argument(to, p[i].name);
        putc('\n', to);
        put_text(to, p[i].text);
    }
    if (any) fputs(".El\n", to);
}

static void put_status(FILE *to)
{
    put_section(to, "EXIT STATUS");
    fputs(".Bl -tag -width Ds\n"
          ".It 0\nThe command did what it says.\n"
          ".It 1\nIt failed; one line on standard error says why.\n"
          ".It 2\nA wrong command line; one line says what to give instead.\n"
          ".It 128+n\nSignal n stopped it.\n"
          ".El\n",
          to);
}

static void put_examples(FILE *to, enum command command)
{
    bool any = false;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        if (examples[i].command != command) continue;
        if (!any) put_section(to, "EXAMPLES");
        if (any) fputs(".Pp\n", to);
        any = true;
        put_text(to, examples[i].what);
        fputs(".Bd -literal -offset indent\n", to);
        bool open = false;
        put_word(to, examples[i].line, strlen(examples[i].line), &open);
        fputs("\n.Ed\n", to);
    }
}

/* All other pages. */
static void put_others(FILE *to, enum command command)
{
    put_section(to, "SEE ALSO");
    if (command != COMMANDS) fputs(".Xr vae 1 ,\n", to);
    unsigned order[COMMANDS] = {0};
    for (unsigned c = 0; c < COMMANDS; c++) { /* by name, as mandoc wants them */
        unsigned at = c;
        for (; at && strcmp(vae_commands[order[at - 1]].name, vae_commands[c].name) > 0; at--)
            order[at] = order[at - 1];
        order[at] = c;
    }
    bool first = true;
    for (unsigned i = 0; i < COMMANDS; i++) {
        if (order[i] == (unsigned)command) continue;
        if (!first) fputs(" ,\n", to);
        first = false;
        fprintf(to, ".Xr vae-%s 1", vae_commands[order[i]].name);
    }
    putc('\n', to);
}

void man_page_of_command(FILE *to, enum command command, time_t date)
{
    char name[64], title[64];
    snprintf(name, sizeof name, "vae-%s", vae_commands[command].name);
    for (size_t i = 0; i < sizeof title; i++)
        title[i] = name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 'a' + 'A') : name[i];
    put_head(to, name, title, vae_commands[command].summary, date);
    put_synopsis(to, command);
    put_section(to, "DESCRIPTION");
    put_text(to, vae_commands[command].about);
    put_section(to, "OPTIONS");
    put_options(to, command);
    put_places(to, "ENVIRONMENT", "Ev", variables, sizeof variables / sizeof *variables, command);
    put_places(to, "FILES", "Pa", files, sizeof files / sizeof *files, command);
    put_status(to);
    put_examples(to, command);
    put_others(to, command);
}

void man_page_of_program(FILE *to, time_t date)
{
    put_head(to, "vae", "VAE", "variational autoencoders on verified SIMD kernels", date);
    put_section(to, "SYNOPSIS");
    fputs(".Nm\n.Ar command\n.Op Ar options\n.Nm\n.Fl \\-help\n.Nm\n.Fl \\-version\n", to);
    put_section(to, "DESCRIPTION");
    put_text(to, "Trains variational autoencoders and uses them. A run has the same bits on every "
                 "instruction set and for any number of threads. Each command has a page of its "
                 "own:");
    fputs(".Bl -tag -width Ds\n", to);
    for (unsigned c = 0; c < COMMANDS; c++) {
        fprintf(to, ".It Xr vae-%s 1\n", vae_commands[c].name);
        put_text(to, vae_commands[c].summary);
    }
    fputs(".El\n", to);
    put_section(to, "OPTIONS");
    fputs(".Bl -tag -width Ds\n.It Fl \\-help\nThe commands; after a command's name its options.\n"
          ".It Fl \\-version\nVersion, compiler, instruction sets and libraries.\n.El\n",
          to);
    put_places(to, "ENVIRONMENT", "Ev", variables, sizeof variables / sizeof *variables,
               COMMAND_train);
    put_places(to, "FILES", "Pa", files, sizeof files / sizeof *files, COMMAND_tune);
    put_status(to);
    put_examples(to, COMMAND_train);
    put_others(to, COMMANDS);
}
