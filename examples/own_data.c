/* Plugs in data that need not be in memory at once: own_data FILE reads examples of D bytes each, batch by
 * batch, as often as they last for the steps. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vae.h>

enum { D = 64, BATCH = 50, STEPS = 200 };

/* The next n examples of the file, from its beginning after its end. */
static int next_examples(FILE *f, size_t n, unsigned char *x)
{
    for (size_t i = 0; i < n; i++)
        if (fread(x + i * D, D, 1, f) != 1) {
            rewind(f);
            if (fread(x + i * D, D, 1, f) != 1) return -1;
        }
    return 0;
}

int main(int argc, char **argv)
{
    unsigned char x[BATCH * D];
    FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
    struct vae_net *net = vae_net_create();
    if (!f || !net || fseek(f, 0, SEEK_END)) return 2;
    const size_t n = (size_t)ftell(f) / D; /* examples in all: an epoch */
    rewind(f);
    int status = vae_net_set(net, "batch", "50") || vae_net_set(net, "hidden", "30") ||
                 vae_net_set(net, "latent", "2") || vae_net_set(net, "optimizer", "adam");
    struct vae_net_bound bound = {0};
    for (int i = 0; !status && i < STEPS; i++) {
        const struct vae_net_rows rows = {.u8 = x, .n = vae_net_next_rows(net, n), .d = D};
        status = next_examples(f, rows.n, x) || vae_net_step(net, &rows, n, &bound);
    }
    if (status)
        fprintf(stderr, "%s\n", vae_net_message(net));
    else
        printf("%d steps, the last minibatch's bound is %.2f nats\n", STEPS, bound.elbo);
    fclose(f);
    vae_net_destroy(net);
    return status != 0;
}
