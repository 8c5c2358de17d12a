#include "version.h"

/* VAE_VERSION: from the Makefile. */
const char vae_version[] = VAE_VERSION;
