/* Which run a line of a log is of. */
#ifndef VAE_RUN_ID_H
#define VAE_RUN_ID_H

#include "run.h"

enum { RUN_ID_TEXT = 17 };

/* A sum over the settings that make a run what it is, or run.id, what that was before it went on with others; and
 * as 16 hexadecimal digits. */
uint64_t vae_run_id(const struct vae_run *r);
void vae_run_id_text(const struct vae_run *r, char text[RUN_ID_TEXT]);

#endif
