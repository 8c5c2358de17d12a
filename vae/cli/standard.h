/* A program's standard streams, from start to exit. */
#ifndef VAE_STANDARD_H
#define VAE_STANDARD_H

/* Opens closed ones on /dev/null, so that no file of ours becomes standard output. A write beyond the
 * file-size limit then fails and is reported. */
void vae_standard_open(void);

/* The exit status: `status` unless it is EXIT_DONE and standard output could not be written, which a line
 * by `program` says. */
int vae_standard_close(const char *program, int status);

#endif
