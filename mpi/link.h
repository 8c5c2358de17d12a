/* Messages between ranks (vae/base/ranks.h) by MPI. */
#ifndef MPI_LINK_H
#define MPI_LINK_H

#include "../vae/base/ranks.h"

/* After MPI_Init: the ranks of MPI_COMM_WORLD, which live until the process ends. A failure of MPI ends all
 * processes, as MPI does by itself. */
struct vae_ranks mpi_link_ranks(void);

#endif
