/* Writes tests/golden/golden.def: the sums of the generic kernels, once they are verified. */
#include "../../tests/golden/golden.h"
#include "../verify/verify.h"

int main(void)
{
    const struct sv_kernels *generic = sv_candidate(0);
    const struct verify_options options = {.quick = true, .seed = verify_seed(), .log = stderr};
    char hex[SHA256_HEX], name[GOLDEN_NAME];
    struct vae_error e;
    printf("/* Written by `make golden`. */\n");
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++) {
        const struct verdict v = verify_kernel_forked(id, generic, &options);
        if (v.failures || !v.calls) return 1;
        for (int part = 0; part < GOLDEN_PARTS && golden_part(id, part, name); part++) {
            golden_kernel(id, part, generic, hex);
            printf("GOLDEN(\"%s\", \"%s\")\n", name, hex);
        }
    }
    for (size_t i = 0; golden_run(i); i++) {
        if (!golden_training(i, "generic", hex, &e)) {
            fprintf(stderr, "%s\n", e.line);
            return 1;
        }
        printf("GOLDEN(\"%s\", \"%s\")\n", golden_run(i), hex);
    }
    return 0;
}
