#include "../data/dataset.h"
#include "commands.h"
#include "loaded.h"
#include "pictures.h"

int cmd_reconstruct(struct settings *s, struct vae_error *e)
{
    struct dataset data;
    struct loaded l;
    s->images.test_only = true;
    if (!loaded_open(&l, s, NULL, e)) return EXIT_FAILED;
    bool ok = dataset_open(s->data, &s->images, &data, e);
    if (ok) {
        ok = loaded_fits(&l, s->data, &data.test, e) &&
             picture_reconstructions(&l.model, s->out, &l.run, &data.test, s->across, s->pairs, e);
        dataset_free(&data);
    }
    loaded_close(&l);
    return ok ? EXIT_DONE : EXIT_FAILED;
}
