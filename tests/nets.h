/* Models of the library (vae/api/vae.h) for tests, on the data of cli.h's fixture. */
#ifndef NETS_H
#define NETS_H

#include "../vae/api/vae.h"
#include "../vae/data/dataset.h"

/* The fixture's images, 7 x 5: 100 to train on, 40 to test. */
extern struct dataset net_plain;
struct vae_net_rows net_rows(const struct images *i);

void net_make_fixture(void);
void net_remove_fixture(void);

/* Requires success and no message; or that status, and a message that contains `says`. */
void net_must(struct vae_net *net, enum vae_net_status status);
void net_must_fail(const struct vae_net *net, enum vae_net_status is, enum vae_net_status should,
                   const char *says);

/* Sets "name value name value". */
void net_set_all(struct vae_net *net, const char *words);

/* A handle with these settings and those. */
#define NET_SMALL "batch 20 hidden 11 latent 3 image 7x5 threads 1 "
struct vae_net *net_new(const char *words);

#endif
