/* The version of program and library. */
#ifndef VAE_VERSION_H
#define VAE_VERSION_H

/* The file VERSION at the top of the sources: "0.1.0". */
extern const char vae_version[];

#endif
