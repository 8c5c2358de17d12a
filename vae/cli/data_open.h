/* Opens the data set that a command is about, with a bar while that takes long. */
#ifndef VAE_DATA_OPEN_H
#define VAE_DATA_OPEN_H

#include "../settings/settings.h"

/* As --test, --channels, --resize ... have it (s->images). Free with vae_dataset_free. */
bool vae_data_open(const struct settings *s, const char *source, struct dataset *out,
                   struct vae_error *e);

/* s->data, for a model: with its channels. */
bool vae_data_open_for(const struct settings *s, const struct vae_shape *shape, struct dataset *out,
                       struct vae_error *e);

/* Where the images of a split are from. */
const char *vae_data_name(const struct settings *s, enum split split);

#endif
