/* Draws from a model: sample FILE.safetensors prints one picture in characters. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <vae.h>

int main(int argc, char **argv)
{
    struct vae_net *net = vae_net_create();
    if (argc != 2 || !net) return 2;
    if (vae_net_load(net, argv[1])) {
        fprintf(stderr, "%s\n", vae_net_message(net));
        return 1;
    }
    const size_t d = vae_net_width(net), side = (size_t)sqrt((double)d);
    float *x = malloc(d * sizeof *x);
    if (!x || vae_net_sample(net, 1, 7, x)) return 1; /* seed 7 */
    for (size_t i = 0; i < side * side; i++)
        printf("%c%s", " .:-=+*#%@"[(int)(x[i] * 9.999f)], (i + 1) % side ? "" : "\n");
    free(x);
    vae_net_destroy(net);
    return 0;
}
