/* Fuzzes the readers of tables: of images with labels, and resized. What is accepted is complete and in range. */
#include "../../vae/data/csv_images.h"
#include "../../vae/data/labels.h"
#include "../../vae/data/resize.h"
#include "fuzz.h"
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct images_wanted w = {.labels = true};
    struct images i;
    struct vae_error e = {""};
    size_t classes;
    if (!vae_csv_images_read(fuzz_file(data, size), "", &w, &i, &e)) {
        fuzz_must_say(&e);
        MUST(!i.pixels && !i.values && !i.labels, "memory kept");
        return 0;
    }
    fuzz_must_be_images(&i);
    struct image_label *names = vae_labels_classes(&i, &(struct images){0}, &classes);
    MUST(names, "memory");
    free(names);
    MUST(classes <= i.count && !i.labels == !classes, "classes");
    MUST(vae_images_resize(&i, 3, 2), "memory");
    fuzz_must_be_images(&i);
    vae_images_free(&i);
    return 0;
}
