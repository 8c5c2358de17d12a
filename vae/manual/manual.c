/* Writes manual pages and completions: manual FOLDER SECONDS. They go where share/ has them, below
 * FOLDER; the pages bear the date of SECONDS since 1970. */
#include "../base/number.h"
#include "../base/replace_file.h"
#include "pages.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { PATH = 4096 };

/* Opens FOLDER/DIRECTORY/NAME; ends the program if that fails. */
static FILE *begin(const char *folder, const char *directory, const char *name)
{
    char path[PATH];
    struct vae_error e = {""};
    snprintf(path, sizeof path, "%s/%s", folder, directory);
    if (!vae_make_directory(path, &e)) {
        fprintf(stderr, "manual: %s\n", e.line);
        exit(1);
    }
    snprintf(path, sizeof path, "%s/%s/%s", folder, directory, name);
    FILE *f = fopen(path, "w");
    if (f) return f;
    fprintf(stderr, "manual: %s: %s\n", path, strerror(errno));
    exit(1);
}

static void end(FILE *f)
{
    const bool failed = ferror(f) != 0;
    if (!fclose(f) && !failed) return;
    fprintf(stderr, "manual: %s\n", strerror(errno));
    exit(1);
}

int main(int argc, char **argv)
{
    uint64_t seconds;
    if (argc != 3 || !vae_number_u64(argv[2], INT64_MAX, &seconds)) {
        fputs("usage: manual FOLDER SECONDS\n", stderr);
        return 2;
    }
    const time_t date = (time_t)seconds;
    FILE *f = begin(argv[1], "man/man1", "vae.1");
    man_page_of_program(f, date);
    end(f);
    for (unsigned c = 0; c < COMMANDS; c++) {
        char name[64];
        snprintf(name, sizeof name, "vae-%s.1", vae_commands[c].name);
        f = begin(argv[1], "man/man1", name);
        man_page_of_command(f, (enum command)c, date);
        end(f);
    }
    f = begin(argv[1], "bash-completion/completions", "vae");
    completion_bash(f);
    end(f);
    f = begin(argv[1], "zsh/site-functions", "_vae");
    completion_zsh(f);
    end(f);
    return 0;
}
