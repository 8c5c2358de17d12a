/* Prints reference/verify/known.def: the answers of the generic kernels, each verified first. */
#include "../verify/known.h"
#include "../verify/must.h"
#include "../verify/verify.h"
#include <inttypes.h>

int main(void)
{
    const struct sv_kernels *generic = sv_candidate(0);
    const struct verify_options options = {.quick = true, .seed = VERIFY_SEED, .log = stderr};
    printf("/* Written by `make known-answers`. */\n");
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++) {
        const struct verdict v = verify_kernel_forked(id, generic, &options);
        if (v.failures || !v.calls) return 1;
        for (enum known_part part = KNOWN_FIRST; part < KNOWN_PARTS; part++)
            if (known_has(id, part)) {
                uint64_t hash;
                if (!known_hash(id, part, generic, &hash)) must_fail();
                printf("KNOWN%s(%s, 0x%016" PRIx64 ")\n", part ? "_ADDED" : "", sv_kernel_names[id],
                       hash);
            }
    }
    return 0;
}
