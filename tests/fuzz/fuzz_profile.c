/* Fuzzes the reader of tuning caches. What it accepts can run here, and survives being written and
 * read again. */
#include "../../vae/tuning/profile.h"
#include "fuzz.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct machine machine = {.cpu = "cpu", .build = "build"};
    static char dir[] = "/tmp/vae-fuzz-XXXXXX", path[64];
    struct candidates c;
    struct pick p, again;
    struct vae_error e = {""};
    vae_candidates_of_build(&c);
    if (!vae_profile_read(fuzz_file(data, size), &machine, &c, &p, &e)) {
        fuzz_must_say(&e);
        return 0;
    }
    for (size_t id = 0; id < SV_KERNEL_COUNT; id++)
        for (int cls = 0; cls < SV_CLASSES; cls++) {
            const size_t i = p.candidate[id][cls];
            MUST(i < c.count && c.supported[i] && sv_has(c.table[i], id), sv_kernel_names[id]);
        }
    if (!*path) snprintf(path, sizeof path, "%s/profile", mkdtemp(dir));
    MUST(vae_profile_write(path, &machine, &c, &p, &e), e.line);
    MUST(vae_profile_read(path, &machine, &c, &again, &e), e.line);
    MUST(!memcmp(&p, &again, sizeof p), "written and read");
    unlink(path);
    return 0;
}
