/* Which program this is, for `vae --version`, manual pages and configurations. */
#ifndef VAE_VERSION_H
#define VAE_VERSION_H

#include <stdio.h>

/* The file VERSION at the top of the sources: "0.1.0". */
extern const char vae_version[];

/* Name and version, with the commit if it was built from a repository; compiler; instruction sets;
 * libraries. */
void vae_version_print(FILE *to);

#endif
