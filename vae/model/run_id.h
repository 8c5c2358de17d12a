/* Identifies the run that a line of a log belongs to. */
#ifndef VAE_RUN_ID_H
#define VAE_RUN_ID_H

#include "run.h"

enum { RUN_ID_TEXT = 17 };

/* A hash of the settings that define a run; or run.id, if not 0: that hash from before the run was
 * resumed with other settings. vae_run_id_text: as 16 hexadecimal digits. */
uint64_t vae_run_id(const struct vae_run *r);
void vae_run_id_text(const struct vae_run *r, char text[RUN_ID_TEXT]);

#endif
