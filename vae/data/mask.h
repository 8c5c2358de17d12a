/* Which pixels of images are missing. */
#ifndef VAE_MASK_H
#define VAE_MASK_H

#include "../../kernels/choice.h"
#include "../base/error.h"
#include "images.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct mask {
    size_t count, size; /* one mask for all images, or one for each; numbers in an image */
    uint8_t *missing;   /* [count][size], 0 or 1; all channels of a pixel alike */
};

/* The missing pixels of an image; image i is a pixel row of `size`. */
static inline const uint8_t *vae_mask_of(const struct mask *m, size_t image)
{
    return m->missing + (m->count > 1 ? image : 0) * m->size;
}

/* text: left, right, top or bottom, the half that is missing; random:P, each pixel with probability P,
 * drawn by `rng`, whose row 0 is image 0; or a file, a PNG picture or what image_file.h reads, where 0 is
 * seen and 1 (255 in bytes) is missing: one mask of rows x columns, or one for
 * each image, of these or of `all` that they are the first of. A mask
 * that leaves nothing to restore is refused; one that leaves nothing to see is not. Free with
 * vae_mask_free. */
bool vae_mask_open(const char *text, const struct images *of, size_t all, const struct sv_choice *k,
                   struct sv_rng rng, struct mask *out, struct vae_error *e);
void vae_mask_free(struct mask *m);

#endif
