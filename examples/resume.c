/* Goes on with a checkpoint on other data: resume FILE.safetensors. The step size may change. */
#include <stdio.h>
#include <stdlib.h>
#include <vae.h>

int main(int argc, char **argv)
{
    enum { N = 1000 };
    struct vae_net *net = vae_net_create();
    if (argc != 2 || !net) return 2;
    if (vae_net_set(net, "lr", "1e-4") || vae_net_resume(net, argv[1])) {
        fprintf(stderr, "%s\n", vae_net_message(net));
        return 1;
    }
    const size_t d = vae_net_width(net);
    float *x = calloc(N * d, sizeof *x);
    if (!x) return 1;
    for (size_t i = 0; i < N * d; i++) x[i] = i / d % 2 ? 0.9f : 0.1f; /* light and dark pictures */
    const struct vae_net_rows rows = {.f32 = x, .n = N, .d = d};
    printf("%llu examples so far\n", (unsigned long long)vae_net_seen(net));
    if (vae_net_train(net, &rows, 5000, NULL, NULL) || vae_net_save(net, argv[1]))
        fprintf(stderr, "%s\n", vae_net_message(net));
    printf("%llu examples now\n", (unsigned long long)vae_net_seen(net));
    free(x);
    vae_net_destroy(net);
    return 0;
}
