#include "commands.h"
#include "data_open.h"
#include "loaded.h"
#include "pictures.h"

int vae_cmd_reconstruct(struct settings *s, struct vae_error *e)
{
    struct dataset data;
    struct loaded l;
    s->images.test_only = true;
    if (!vae_loaded_open(&l, s, NULL, e)) return EXIT_FAILED;
    bool ok = vae_data_open_for(s, &l.run.shape, &data, e);
    if (ok) {
        vae_loaded_draw(&l, &data);
        ok = vae_loaded_fits(&l, vae_data_name(s, SPLIT_TEST), &data.test, e) &&
             vae_picture_reconstructions(&l.model, s->out, &l.run, &data.test, s->across, s->pairs,
                                         e);
        vae_dataset_free(&data);
    }
    vae_loaded_close(&l);
    return ok ? EXIT_DONE : EXIT_FAILED;
}
