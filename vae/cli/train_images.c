#include "train_images.h"
#include <inttypes.h>

bool vae_train_images_choose(const struct settings *s, struct dataset *data, struct vae_error *e)
{
    const uint64_t n = s->run.validation.images, first = s->run.first_images;
    if (n >= data->train.count)
        return vae_fail(e,
                        "--validation %" PRIu64
                        " leaves none of the %zu training images of %s to train "
                        "on; give fewer, or more images",
                        n, data->train.count, s->data);
    vae_dataset_hold_out(data, (size_t)n);
    if (first > data->train.count && !s->resume)
        return vae_fail(e, "--train-images %" PRIu64 ": %s has %zu to train on; give fewer", first,
                        s->data, data->train.count);
    vae_dataset_keep(data, first);
    return true;
}
