#include "pages.h"
#include <string.h>

/* Appends a word and a space; what has no room is left out. */
static void append(char *to, size_t room, const char *word, size_t n)
{
    const size_t used = strlen(to);
    if (used + n + 2 <= room) snprintf(to + used, room - used, "%.*s ", (int)n, word);
}

static bool starts(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

struct value_words completion_words(const char *argument)
{
    static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
    struct value_words v = {"", "", false, false};
    for (const char *at = argument ? argument : ""; *at;) {
        const size_t n = strcspn(at, "|");
        if (starts(at, "FILE."))
            append(v.endings, sizeof v.endings, at + 5, n - 5);
        else if (starts(at, "FILE") || starts(at, "PATH"))
            v.files = true;
        else if (starts(at, "DIR"))
            v.folders = true;
        else if (strspn(at, lower) == n)
            append(v.words, sizeof v.words, at, n);
        at += n + (at[n] == '|');
    }
    return v;
}

struct value_words completion_words_of(const struct option_entry *o)
{
    struct value_words v = completion_words(o->argument);
    const char *name;
    for (size_t i = 0; (name = vae_option_name_at(o, i)); i++)
        append(v.words, sizeof v.words, name, strlen(name));
    return v;
}
