/* Which images of a data set a run trains on. */
#ifndef VAE_TRAIN_IMAGES_H
#define VAE_TRAIN_IMAGES_H

#include "../settings/settings.h"

/* Holds out s->run's validation images and leaves in data->train what is trained on. */
bool vae_train_images_choose(const struct settings *s, struct dataset *data, struct vae_error *e);

#endif
