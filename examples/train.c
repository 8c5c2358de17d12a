/* Trains on an array: ten thousand pictures of 8 x 8 with one bright bar each, and says how well. */
#include <stdio.h>
#include <stdlib.h>
#include <vae.h>

enum { N = 10000, SIDE = 8, D = SIDE * SIDE };
static unsigned char x[N][D];

/* Picture i has a column or a row that is bright. */
static void draw_bars(void)
{
    for (int i = 0; i < N; i++)
        for (int p = 0; p < SIDE; p++) {
            const int at = i / 2 % SIDE;
            x[i][i % 2 ? p * SIDE + at : at * SIDE + p] = 255;
        }
}

static int show(void *every, const struct vae_net_progress *p)
{
    if (p->seen % *(const uint64_t *)every == 0)
        printf("%llu examples: %.2f nats\n", (unsigned long long)p->seen, p->elbo);
    return 0; /* other than 0 would stop */
}

int main(void)
{
    uint64_t every = 20000;
    struct vae_net *net = vae_net_create();
    const struct vae_net_rows rows = {.u8 = &x[0][0], .n = N, .d = D};
    struct vae_net_bound bound;
    draw_bars();
    if (!net || vae_net_set(net, "latent", "4") || vae_net_set(net, "hidden", "50") ||
        vae_net_set(net, "optimizer", "adam") || vae_net_train(net, &rows, 100000, show, &every) ||
        vae_net_bound(net, &rows, &bound, NULL) || vae_net_save(net, "bars.safetensors")) {
        fprintf(stderr, "%s\n", vae_net_message(net));
        return 1;
    }
    printf("bound %.2f nats, of which the KL divergence is %.2f\n", bound.elbo, bound.kl);
    vae_net_destroy(net);
    return 0;
}
