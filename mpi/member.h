/* A rank other than 0: its images, its trainer, and rank 0's orders. */
#ifndef MPI_MEMBER_H
#define MPI_MEMBER_H

#include "../vae/settings/settings.h"

/* s: this rank's options, as parsed. The exit status. */
int mpi_member(struct settings *s);

#endif
