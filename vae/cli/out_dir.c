#include "out_dir.h"
#include "../base/replace_file.h"
#include <stdio.h>
#include <string.h>

static void in_directory(char to[OUT_PATH], const char *dir, const char *name)
{
    snprintf(to, OUT_PATH, "%s/%s", dir, name);
}

bool vae_out_dir_open(struct out_dir *o, const char *dir, const char *log, struct vae_error *e)
{
    char lock[OUT_PATH];
    if (o->lock.fd >= 0) return true;
    if (log && strlen(log) >= OUT_PATH) return vae_fail(e, "%.64s...: name too long", log);
    if (!vae_make_directory(dir, e)) return false;
    in_directory(o->checkpoint, dir, "model.safetensors");
    in_directory(o->best, dir, OUT_BEST_MODEL);
    in_directory(o->samples, dir, "samples.png");
    in_directory(o->reconstructions, dir, "reconstructions.png");
    in_directory(o->log, dir, "log.jsonl");
    in_directory(o->config, dir, "config.json");
    in_directory(lock, dir, ".lock");
    if (log) snprintf(o->log, sizeof o->log, "%s", log);
    return vae_lock_take(&o->lock, lock, dir, "--out", e);
}

void vae_out_dir_close(struct out_dir *o) { vae_lock_leave(&o->lock); }
