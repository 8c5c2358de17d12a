#include "version.h"
#include "../../kernels/kernels.h"
#include <jansson.h>
#include <png.h>
#include <zlib.h>

/* VAE_VERSION, VAE_COMMIT: from the Makefile. */
const char vae_version[] = VAE_VERSION;

#ifdef __clang__
#define COMPILER __VERSION__ /* which names it */
#else
#define COMPILER "gcc " __VERSION__
#endif

void vae_version_print(FILE *to)
{
    fprintf(to, "vae %s%s\n", vae_version, *VAE_COMMIT ? " (commit " VAE_COMMIT ")" : "");
    fprintf(to, "compiler: %s\n", COMPILER);
    fputs("instruction sets:", to);
    for (size_t i = 0; sv_isa_name(i); i++) fprintf(to, " %s", sv_isa_name(i));
    fprintf(to, "\nlibraries: jansson %s, libpng %s, zlib %s\n", JANSSON_VERSION,
            PNG_LIBPNG_VER_STRING, ZLIB_VERSION);
}
