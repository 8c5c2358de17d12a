/* Internal to vae/api: what a handle holds. */
#ifndef VAE_NET_H
#define VAE_NET_H

#include "../base/streams.h"
#include "../methods/train.h"
#include "../settings/option_table.h"
#include "vae.h"
#include <locale.h>

/* MODEL_USE: weights alone, in trainer.model; the run is trainer.run all the same. */
enum net_model { MODEL_NONE, MODEL_USE, MODEL_TRAINS };

struct vae_net {
    struct settings s;          /* what was set; its run is that of a new model */
    char *kept[SETTINGS_GIVEN]; /* the values in s.given */
    enum net_model model;
    struct vae_trainer trainer;
    struct images images; /* of trainer; without pixels between calls */
    struct pool *pool;    /* NULL: not ready yet */
    struct sv_choice k;
    locale_t c; /* numbers in text are those of the C locale, whatever the process's */
    struct vae_error e;
};

/* Between them a call runs in the C locale. net_leave returns the status; the message is in e, or
 * "" after a success. */
locale_t net_enter(struct vae_net *net);
enum vae_net_status net_leave(struct vae_net *net, locale_t before, enum vae_net_status status);

/* Fills the message and returns the status. */
enum vae_net_status net_fail(struct vae_net *net, enum vae_net_status status, const char *format,
                             ...) __attribute__((format(printf, 3, 4)));

/* Chooses and checks the kernels and starts the threads, once. */
enum vae_net_status net_ready(struct vae_net *net);

/* Empties s.given. */
void net_forget_given(struct vae_net *net);

/* After settings that exclude each other: forgets what was set since a model was made, or else all; the
 * status of the failure. */
enum vae_net_status net_unset(struct vae_net *net);

/* Checks rows, and describes them as images of the model's or the setting's rows and columns. */
enum vae_net_status net_images(struct vae_net *net, const struct vae_net_rows *x,
                               struct images *images);

/* For "binarize" fixed: replaces the images by a binarised copy, which net_undraw frees. */
enum vae_net_status net_draw_fixed(struct vae_net *net, const struct vae_run *run,
                                   enum vae_stream stream, struct images *images);
void net_undraw(const struct vae_net_rows *x, struct images *images);

#endif
