#include "net.h"
#include "../base/version.h"
#include "../tuning/kernels_check.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- errors --- */

const char *vae_net_message(const struct vae_net *net)
{
    return net ? net->e.line : "not enough memory";
}

/* Messages are shared with the program, where a setting is an option: "--lr 0" becomes "lr 0". */
static void without_dashes(char *line)
{
    char *to = line;
    for (const char *from = line; *from; to++) {
        const bool word = from == line || strchr(" (", from[-1]);
        if (word && from[0] == '-' && from[1] == '-' && from[2] >= 'a' && from[2] <= 'z') from += 2;
        *to = *from++;
    }
    *to = 0;
}

locale_t net_enter(struct vae_net *net)
{
    *net->e.line = 0;
    return uselocale(net->c);
}

enum vae_net_status net_leave(struct vae_net *net, locale_t before, enum vae_net_status status)
{
    uselocale(before);
    if (status)
        without_dashes(net->e.line);
    else
        *net->e.line = 0;
    return status;
}

enum vae_net_status net_fail(struct vae_net *net, enum vae_net_status status, const char *format,
                             ...)
{
    char line[512];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    vae_fail(&net->e, "%s", line);
    return status;
}

const char *vae_version_text(void) { return vae_version; }

/* --- a handle --- */

struct vae_net *vae_net_create(void)
{
    struct vae_net *net = calloc(1, sizeof *net);
    if (!net) return NULL;
    net->s = vae_settings_default(COMMAND_train);
    net->c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (net->c) return net;
    free(net);
    return NULL;
}

void net_forget_given(struct vae_net *net)
{
    for (size_t i = 0; i < net->s.given_count; i++) {
        free(net->kept[i]);
        net->kept[i] = NULL;
    }
    net->s.given_count = 0;
    net->s.isa = NULL;
}

enum vae_net_status net_unset(struct vae_net *net)
{
    net_forget_given(net);
    net->s = vae_settings_default(COMMAND_train);
    return VAE_NET_SETTING;
}

void vae_net_destroy(struct vae_net *net)
{
    if (!net) return;
    net_forget_given(net);
    if (net->model != MODEL_NONE) vae_trainer_destroy(&net->trainer);
    vae_pool_destroy(net->pool);
    freelocale(net->c);
    free(net);
}

enum vae_net_status net_ready(struct vae_net *net)
{
    if (net->pool) return VAE_NET_OK;
    if (!vae_kernels_named(net->s.isa, "isa", &net->k, &net->e)) return VAE_NET_SETTING;
    if (!vae_kernels_check(&net->k, &net->e)) return VAE_NET_KERNEL;
    net->pool = vae_pool_of_cpus(net->s.threads, &net->e);
    return net->pool ? VAE_NET_OK : VAE_NET_MEMORY;
}

/* --- settings --- */

static bool one_of(const char *name, const char *const *names)
{
    while (*names && strcmp(name, *names)) names++;
    return *names != NULL;
}

/* Of the program's options those that a checkpoint records, but for the divisions of the data; and
 * those of the handle. */
static const struct option_entry *setting_named(const char *name)
{
    static const char *const divisions[] = {"train-images", "validation", "early-stop", NULL};
    static const char *const handle[] = {"image", "threads", "isa", NULL};
    if (one_of(name, divisions)) return NULL;
    for (size_t i = 0; i < vae_option_count; i++) {
        const struct option_entry *o = &vae_option_table[i];
        if (!o->name || strcmp(o->name, name)) continue;
        if (o->traits & (OPTION_FIXED | OPTION_ANEW) || one_of(name, handle)) return o;
    }
    return NULL;
}

static enum vae_net_status may_set(struct vae_net *net, const struct option_entry *o)
{
    const bool started = !strcmp(o->name, "threads") || !strcmp(o->name, "isa");
    if (started && net->pool)
        return net_fail(net, VAE_NET_STATE, "%s: set it before the first call that computes",
                        o->name);
    if (net->model == MODEL_USE)
        return net_fail(net, VAE_NET_STATE,
                        "%s: the model was loaded for use; to train it, vae_net_resume", o->name);
    if (net->model == MODEL_TRAINS && !(o->traits & OPTION_ANEW))
        return net_fail(net, VAE_NET_STATE, "%s: cannot change once there is a model", o->name);
    return VAE_NET_OK;
}

static enum vae_net_status set(struct vae_net *net, const char *name, const char *value)
{
    struct settings s = net->s;
    const struct option_entry *o = name ? setting_named(name) : NULL;
    if (!name || !value) return net_fail(net, VAE_NET_ARGUMENT, "give a name and a value");
    if (!o)
        return net_fail(net, VAE_NET_SETTING,
                        "%.64s: no such setting; see vae.h and `vae train --help`", name);
    const enum vae_net_status may = may_set(net, o);
    if (may) return may;
    char *copy = strdup(value);
    if (!copy) return net_fail(net, VAE_NET_MEMORY, "not enough memory");
    if (!o->kind->parse(o, copy, &s, &net->e)) {
        free(copy);
        return VAE_NET_SETTING;
    }
    vae_settings_note(&s, o, copy, false);
    for (size_t i = 0; i < s.given_count; i++)
        if (s.given[i].option == o) {
            free(net->kept[i]);
            net->kept[i] = copy;
        }
    net->s = s;
    return VAE_NET_OK;
}

enum vae_net_status vae_net_set(struct vae_net *net, const char *name, const char *value)
{
    if (!net) return VAE_NET_ARGUMENT;
    const locale_t before = net_enter(net);
    return net_leave(net, before, set(net, name, value));
}

/* --- what a model is --- */

size_t vae_net_width(const struct vae_net *net)
{
    return net && net->model ? vae_inputs(&net->trainer.run.shape) : 0;
}

size_t vae_net_latent(const struct vae_net *net)
{
    return net && net->model ? net->trainer.run.shape.latent : 0;
}

uint64_t vae_net_seen(const struct vae_net *net)
{
    return net && net->model ? vae_run_points(&net->trainer.run) : 0;
}

size_t vae_net_image_rows(const struct vae_net *net)
{
    return net && net->model ? net->trainer.run.shape.rows : 0;
}

size_t vae_net_image_columns(const struct vae_net *net)
{
    return net && net->model ? net->trainer.run.shape.cols : 0;
}

size_t vae_net_channels(const struct vae_net *net)
{
    return net && net->model ? vae_channel_count(net->trainer.run.shape.channels) : 0;
}

const char *vae_net_likelihood(const struct vae_net *net)
{
    return net && net->model ? vae_likelihood_names[net->trainer.run.shape.likelihood] : "";
}

const char *vae_net_isa(const struct vae_net *net) { return net && net->pool ? net->k.isa : ""; }
