/* Fuzzes the reader of NumPy archives, with labels, in grey and in colour. What it accepts is complete and in range. */
#include "../../vae/data/npz.h"
#include "fuzz.h"

static void read_one(const char *path, enum vae_channels channels)
{
    const struct images_wanted w = {.channels = channels, .labels = true};
    struct images i;
    struct vae_error e = {""};
    if (!vae_npz_read(path, &w, &i, &e)) {
        fuzz_must_say(&e);
        MUST(!i.pixels && !i.values && !i.labels, "memory kept");
        return;
    }
    fuzz_must_be_images(&i);
    vae_images_free(&i);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct npz_arrays a;
    struct vae_error e = {""};
    const char *path = fuzz_file(data, size);
    if (!vae_npz_is(path)) return 0;
    if (!vae_npz_find(path, &a, &e)) {
        fuzz_must_say(&e);
        return 0;
    }
    for (int c = CHANNELS_GRAY; c <= CHANNELS_RGB; c++) {
        read_one(a.test, (enum vae_channels)c);
        if (a.divided) read_one(a.train, (enum vae_channels)c);
    }
    return 0;
}
