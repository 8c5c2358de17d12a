/* Fuzzes the readers of IDX and .npy, compressed or not. What it accepts is complete and in range. */
#include "../../vae/data/image_file.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct images i;
    struct vae_error e = {""};
    if (!vae_image_file_read(fuzz_file(data, size), &(struct images_wanted){0}, &i, &e)) {
        fuzz_must_say(&e);
        MUST(!i.pixels && !i.values, "memory kept");
        return 0;
    }
    unsigned sum = 0;
    MUST(!i.pixels != !i.values, "bytes or floats");
    for (size_t p = 0; p < i.count * vae_images_size(&i); p++) {
        if (i.values) MUST(i.values[p] >= 0 && i.values[p] <= 1, "out of range");
        if (i.pixels) sum += i.pixels[p];
    }
    MUST(sum <= 255 * i.count * vae_images_size(&i), "sum");
    MUST(vae_images_transpose(&i) && vae_images_transpose(&i), "transpose");
    vae_images_free(&i);
    return 0;
}
