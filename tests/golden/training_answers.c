/* Prints the training runs' lines of golden.def, by the generic kernels; `make golden` puts them
 * after those of the kernels. */
#include "golden_training.h"
#include <stdio.h>

int main(void)
{
    char hex[SHA256_HEX];
    struct vae_error e;
    for (size_t i = 0; golden_run(i); i++) {
        if (!golden_training(i, "generic", hex, &e)) {
            fprintf(stderr, "%s\n", e.line);
            return 1;
        }
        printf("GOLDEN(\"%s\", \"%s\")\n", golden_run(i), hex);
    }
    return 0;
}
