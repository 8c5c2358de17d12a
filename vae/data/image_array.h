/* Arrays of images, as IDX and NumPy files hold them: sizes, then elements. */
#ifndef VAE_IMAGE_ARRAY_H
#define VAE_IMAGE_ARRAY_H

#include "byte_stream.h"
#include "elements.h"
#include "images.h"

enum { ARRAY_MOST_DIMS = 4 };

struct image_array {
    size_t dims, size[ARRAY_MOST_DIMS];
    struct element type;
    bool fortran; /* the first dimension varies fastest, not the last */
};

/* Whether the dimensions are those of images: images x rows x columns, with an optional channel
 * dimension of 1 after the first or at the end; or images x pixels, square if that is a square
 * number, else a single row. Colour, where wanted, has a channel dimension of 3 at the end or after the
 * first; at the end if both are 3. Sets the sizes of *out. Otherwise *e says what is wrong with `path`. */
bool vae_array_sizes(const struct image_array *a, const char *path, const struct images_wanted *w,
                     struct images *out, struct vae_error *e);

/* Reads the elements, which must end the stream, into *out, whose sizes are set. Checks each value
 * (elements.h). Memory grows with what has been read, never with what a header claims. Free with
 * vae_images_free, after a failure too. */
bool vae_array_read(const struct image_array *a, struct byte_stream *s, struct images *out,
                    struct vae_error *e);

#endif
