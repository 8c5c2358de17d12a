/* What `vae --version` prints. */
#ifndef VAE_BUILD_INFO_H
#define VAE_BUILD_INFO_H

#include <stdio.h>

/* Name and version, with the commit if it was built from a repository; compiler; instruction sets;
 * libraries. */
void vae_build_info_print(FILE *to);

#endif
