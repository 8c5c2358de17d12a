/* Under node: what each table of kernels, and short training runs, compute has the sums of
 * reference/golden, which machines of other kinds give too. */
#include "../kernels/choice.h"
#include "../reference/golden/golden.h"
#include "../tests/golden/golden_training.h"
#include <stdio.h>
#include <string.h>

static size_t sums, wrong;

static void check(const char *name, const char *isa, const char *sum)
{
    const char *kept = golden_kept(name);
    sums++;
    if (kept && !strcmp(sum, kept)) return;
    printf("%s [%s]: other bits than in reference/golden\n", name, isa);
    wrong++;
}

static void check_kernels(const struct sv_kernels *k)
{
    char hex[SHA256_HEX], name[GOLDEN_NAME];
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++)
        for (int part = 0; part < GOLDEN_PARTS && golden_part(id, part, name); part++) {
            golden_kernel(id, part, k, hex);
            check(name, k->isa, hex);
        }
}

static void check_training(const char *isa)
{
    for (size_t i = 0; golden_run(i); i++) {
        char hex[SHA256_HEX] = "";
        struct vae_error e = {""};
        if (!golden_training(i, isa, hex, &e)) printf("%s [%s]: %s\n", golden_run(i), isa, e.line);
        check(golden_run(i), isa, hex);
    }
}

int main(void)
{
    for (size_t i = 0; sv_candidate(i); i++) {
        check_kernels(sv_candidate(i));
        check_training(sv_candidate(i)->isa);
        printf("golden sums: %s done\n", sv_candidate(i)->isa);
    }
    printf("golden sums: %zu of %zu as on other machines\n", sums - wrong, sums);
    return wrong > 0;
}
