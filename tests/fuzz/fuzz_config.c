/* Fuzzes configurations: the input is the file that --config names. What is accepted is written,
 * and read again must say the same. */
#include "../../vae/cli/config.h"
#include "../../vae/cli/options.h"
#include "../../vae/settings/option_table.h"
#include "../../vae/settings/train_settings.h"
#include "fuzz.h"
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Settings, and the words of the command line, which they point into. */
struct parsed {
    char words[4][64], *argv[5];
    struct settings s;
};

/* Parses "train --config <path> --out o"; false if refused. p->s is to be freed in any case. */
static bool parse(const char *path, struct parsed *p, struct vae_error *e)
{
    static const char *const words[] = {"train", "--config", "", "--out=o"};
    for (size_t i = 0; i < 4; i++) {
        snprintf(p->words[i], sizeof p->words[i], "%s", i == 2 ? path : words[i]);
        p->argv[i] = p->words[i];
    }
    p->argv[4] = NULL;
    optind = 0; /* makes glibc's getopt start again */
    return vae_options_parse(COMMAND_train, 4, p->argv, &p->s, e) &&
           vae_train_settings_complete(&p->s, e);
}

static void must_equal(const char *a, const char *b)
{
    static char x[1 << 16], y[1 << 16];
    FILE *f = fopen(a, "r"), *g = fopen(b, "r");
    const size_t n = fread(x, 1, sizeof x, f), m = fread(y, 1, sizeof y, g);
    MUST(n == m && !memcmp(x, y, n), "written and read");
    fclose(f);
    fclose(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char dir[] = "/tmp/vae-fuzz-XXXXXX", first[48], second[48];
    struct parsed given, again;
    struct vae_error e = {""};
    if (!parse(fuzz_file(data, size), &given, &e)) {
        fuzz_must_say(&e);
        vae_options_free(&given.s);
        return 0;
    }
    if (!*first) {
        snprintf(first, sizeof first, "%s/first", mkdtemp(dir));
        snprintf(second, sizeof second, "%s/second", dir);
    }
    MUST(vae_config_check(&given.s, 0, &e) || *e.line, "check");
    MUST(vae_config_write(first, &given.s, 0, &e), e.line);
    MUST(parse(first, &again, &e), e.line);
    MUST(vae_config_write(second, &again.s, 0, &e), e.line);
    must_equal(first, second);
    unlink(first);
    unlink(second);
    vae_options_free(&given.s);
    vae_options_free(&again.s);
    return 0;
}
