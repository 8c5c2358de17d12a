#include "vae.h"

/* VAE_VERSION: the file VERSION, from the Makefile. */
const char *vae_version_text(void) { return VAE_VERSION; }
