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
    fuzz_must_be_images(&i);
    MUST(vae_images_transpose(&i) && vae_images_transpose(&i), "transpose");
    vae_images_free(&i);
    return 0;
}
