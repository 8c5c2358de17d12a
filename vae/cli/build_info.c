#include "build_info.h"
#include "../../kernels/kernels.h"
#include "../base/version.h"
#include <jansson.h>
#include <png.h>
#include <zlib.h>

#ifdef __clang__
#define COMPILER __VERSION__ /* which names it */
#else
#define COMPILER "gcc " __VERSION__
#endif

/* VAE_COMMIT: from the Makefile. */
void vae_build_info_print(FILE *to)
{
    fprintf(to, "vae %s%s\n", vae_version, *VAE_COMMIT ? " (commit " VAE_COMMIT ")" : "");
    fprintf(to, "compiler: %s\n", COMPILER);
    fputs("instruction sets:", to);
    for (size_t i = 0; sv_isa_name(i); i++) fprintf(to, " %s", sv_isa_name(i));
    fprintf(to, "\nlibraries: jansson %s, libpng %s, zlib %s\n", JANSSON_VERSION,
            PNG_LIBPNG_VER_STRING, ZLIB_VERSION);
}
