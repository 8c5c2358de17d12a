#include "settings.h"
#include "option_table.h"
#include <string.h>

const char *const vae_split_names[] = {"test", "train", "validation", NULL};
const char *const vae_plot_names[] = {"curves", "kl", "scatter", NULL};

struct settings vae_settings_default(enum command command)
{
    return (struct settings){
        .command = command,
        .run = vae_run_default(),
        .images.wanted = {.resize_hint = "--resize WxH", .rgb_hint = "--channels rgb"},
        .across = 10,
        .temperature = 1,
        .steps = 8,
        .moves = 100,
        .down = 10,
        .pairs = 5,
        .side = 20,
        .chains = {MARGINAL_DRAWS, MARGINAL_LEAPFROGS, MARGINAL_BURN_IN, MARGINAL_STARTS,
                   CHAINS_PRIOR}};
}

void vae_settings_note(struct settings *s, const struct option_entry *o, const char *value,
                       bool in_file)
{
    size_t i = 0;
    while (i < s->given_count && s->given[i].option != o) i++;
    if (i == SETTINGS_GIVEN) return;
    s->given[i].option = o;
    s->given[i].value = value;
    s->given[i].in_file = in_file;
    if (i == s->given_count) s->given_count++;
}

bool vae_option_given(const struct settings *s, const char *name)
{
    for (size_t i = 0; i < s->given_count; i++)
        if (!strcmp(s->given[i].option->name, name)) return true;
    return false;
}

bool vae_option_given_applies(const struct settings *s, size_t i, struct vae_error *e)
{
    const struct option_entry *o = s->given[i].option;
    struct vae_error why = {""};
    if (!o->applies || o->applies(o, s, &why)) return true;
    return s->given[i].in_file ? vae_fail(e, "%s: %s", s->config_file, why.line)
                               : vae_fail(e, "%s", why.line);
}
