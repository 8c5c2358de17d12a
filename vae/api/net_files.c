/* Models in files. */
#include "../methods/health.h"
#include "../model/checkpoint.h"
#include "../settings/train_settings.h"
#include "net.h"

static enum vae_net_status save(struct vae_net *net, const char *path)
{
    if (!path) return net_fail(net, VAE_NET_ARGUMENT, "give the name of a file");
    if (net->model != MODEL_TRAINS)
        return net_fail(net, VAE_NET_STATE, "no model to save: nothing has been trained");
    if (!vae_health_good(&net->trainer.run))
        return net_fail(net, VAE_NET_DIVERGED, "not saved: the last bound is below %.4g nats",
                        vae_health_limit(&net->trainer.run));
    const bool ok = vae_checkpoint_save(path, &net->trainer.model, &net->trainer.run, &net->e);
    return ok ? VAE_NET_OK : VAE_NET_FILE;
}

enum vae_net_status vae_net_save(struct vae_net *net, const char *path)
{
    if (!net) return VAE_NET_ARGUMENT;
    const locale_t before = net_enter(net);
    return net_leave(net, before, save(net, path));
}

/* The trainer of a checkpoint, whose images are not there yet. */
static bool read_trainer(struct vae_net *net, const char *path, struct vae_run *run)
{
    struct st_file f;
    if (!vae_checkpoint_open(&f, path, run, &net->e)) return false;
    net->images = (struct images){.count = run->train_images,
                                  .rows = run->shape.rows,
                                  .cols = run->shape.cols,
                                  .channels = run->shape.channels};
    struct vae_run without_images = *run;
    without_images.init_bias = INIT_BIAS_ZERO; /* the weights are loaded over the first ones */
    bool ok = vae_trainer_create(&net->trainer, &net->k, &without_images, &net->images, net->pool,
                                 &net->e);
    if (ok && !vae_checkpoint_load(&f, &net->trainer.model, true, &net->e)) {
        vae_trainer_destroy(&net->trainer);
        ok = false;
    }
    if (ok) net->trainer.run = *run;
    vae_st_close(&f);
    return ok;
}

static enum vae_net_status may_read(struct vae_net *net, const char *path)
{
    if (!path) return net_fail(net, VAE_NET_ARGUMENT, "give the name of a file");
    if (net->model != MODEL_NONE)
        return net_fail(net, VAE_NET_STATE, "the handle has a model already; create another");
    return net_ready(net);
}

static enum vae_net_status resume(struct vae_net *net, const char *path)
{
    struct settings s = net->s;
    const enum vae_net_status may = may_read(net, path);
    s.resume = path;
    if (may) return may;
    if (!vae_train_settings_complete(&s, &net->e)) return VAE_NET_SETTING;
    if (!read_trainer(net, path, &s.run)) return VAE_NET_FILE;
    net->model = MODEL_TRAINS;
    return VAE_NET_OK;
}

enum vae_net_status vae_net_resume(struct vae_net *net, const char *path)
{
    if (!net) return VAE_NET_ARGUMENT;
    const locale_t before = net_enter(net);
    return net_leave(net, before, resume(net, path));
}

static enum vae_net_status load(struct vae_net *net, const char *path)
{
    const struct settings *s = &net->s;
    const struct vae_run *r = &s->run;
    struct model_given given = s->model;
    const enum vae_net_status may = may_read(net, path);
    if (may) return may;
    if (vae_option_given(s, "likelihood"))
        given.likelihood = vae_likelihood_names[r->shape.likelihood];
    if (vae_option_given(s, "activation"))
        given.activation = vae_activation_names[r->shape.activation];
    if (vae_option_given(s, "binarize")) given.binarize = vae_binarize_names[r->binarize];
    if (!vae_checkpoint_read_model(path, &given, &net->k, net->pool, &net->trainer.model,
                                   &net->trainer.run, &net->e))
        return VAE_NET_FILE;
    net->model = MODEL_USE;
    net_forget_given(net);
    return VAE_NET_OK;
}

enum vae_net_status vae_net_load(struct vae_net *net, const char *path)
{
    if (!net) return VAE_NET_ARGUMENT;
    const locale_t before = net_enter(net);
    return net_leave(net, before, load(net, path));
}
