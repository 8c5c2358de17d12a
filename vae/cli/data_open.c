#include "data_open.h"
#include "late_bar.h"

static bool open_data(const struct settings *s, const struct dataset_options *wanted,
                      const char *source, struct dataset *out, struct vae_error *e)
{
    struct late_bar bar = vae_late_bar(s, "reading");
    struct dataset_options o = *wanted;
    o.wanted.progress = vae_late_bar_show;
    o.wanted.arg = &bar;
    const bool ok = vae_dataset_open(source, &o, out, e);
    vae_late_bar_end(&bar);
    return ok;
}

const char *vae_data_name(const struct settings *s, enum split split)
{
    return split == SPLIT_TEST && s->images.test ? s->images.test : s->data;
}

bool vae_data_open(const struct settings *s, const char *source, struct dataset *out,
                   struct vae_error *e)
{
    return open_data(s, &s->images, source, out, e);
}

bool vae_data_open_for(const struct settings *s, const struct vae_shape *shape, struct dataset *out,
                       struct vae_error *e)
{
    struct dataset_options o = s->images;
    o.wanted.channels = shape->channels;
    return open_data(s, &o, s->data, out, e);
}
