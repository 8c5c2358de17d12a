/* Prints the kernels' lines of golden.def: the sums of the generic kernels, each verified first. */
#include "../golden/golden.h"
#include "../verify/verify.h"

int main(void)
{
    const struct sv_kernels *generic = sv_candidate(0);
    const struct verify_options options = {.quick = true, .seed = VERIFY_SEED, .log = stderr};
    char hex[SHA256_HEX], name[GOLDEN_NAME];
    printf("/* Written by `make golden`. */\n");
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++) {
        const struct verdict v = verify_kernel_forked(id, generic, &options);
        if (v.failures || !v.calls) return 1;
        for (int part = 0; part < GOLDEN_PARTS && golden_part(id, part, name); part++) {
            golden_kernel(id, part, generic, hex);
            printf("GOLDEN(\"%s\", \"%s\")\n", name, hex);
        }
    }
    return 0;
}
