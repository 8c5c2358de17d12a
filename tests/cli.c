#include "cli.h"
#include <check.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zlib.h>

static char dir[64], program[4096];
static char home[4096]; /* the directory that the fixture returns to */

/* --- running --- */

static void slurp(const char *path, char *to, size_t size)
{
    FILE *f = fopen(path, "rb");
    const size_t n = f ? fread(to, 1, size - 1, f) : 0;
    to[n] = 0;
    if (f) fclose(f);
}

/* The program's path is passed in the environment: it may contain what a shell would expand. */
struct outcome cli_run(const char *format, ...)
{
    char arguments[1024], line[8192];
    struct outcome o;
    va_list args;
    va_start(args, format);
    vsnprintf(arguments, sizeof arguments, format, args);
    va_end(args);
    snprintf(line, sizeof line, "\"$VAE_BIN\" %s >stdout 2>stderr", arguments);
    const int status = system(line);
    o.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    slurp("stdout", o.out, sizeof o.out);
    slurp("stderr", o.err, sizeof o.err);
    return o;
}

void cli_must_work(const char *arguments)
{
    const struct outcome o = cli_run("%s", arguments);
    ck_assert_msg(o.status == 0 && !*o.err, "vae %s: status %d: %s", arguments, o.status, o.err);
}

void cli_must_fail(const char *arguments, int status, const char *says)
{
    const struct outcome o = cli_run("%s", arguments);
    const char *end = strchr(o.err, '\n');
    ck_assert_msg(o.status == status, "vae %s: status %d, not %d: %s", arguments, o.status, status,
                  o.err);
    ck_assert_msg(end && !end[1] && !strncmp(o.err, "vae", 3), "vae %s: not one line: %s",
                  arguments, o.err);
    ck_assert_msg(strstr(o.err, says) != NULL, "vae %s: no \"%s\" in: %s", arguments, says, o.err);
}

void cli_must_refuse(const char *command, const struct cli_wrong *w)
{
    char line[512];
    snprintf(line, sizeof line, "%s %s", command, w->options);
    cli_must_fail(line, w->status, w->says);
    ck_assert_int_ne(access("wrong", F_OK), 0);
}

/* --- in the background --- */

void cli_sleep_ms(long ms) { nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL); }

pid_t cli_start(const char *arguments)
{
    const pid_t child = fork();
    if (child) return child;
    char line[8192];
    snprintf(line, sizeof line, "exec '%s' %s >/dev/null 2>err", program, arguments);
    execl("/bin/sh", "sh", "-c", line, (char *)NULL);
    _exit(99);
}

bool cli_wait_for(const char *path)
{
    for (int i = 0; i < 2000 && access(path, F_OK); i++) cli_sleep_ms(10);
    return access(path, F_OK) == 0;
}

int cli_status_of(pid_t child)
{
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

pid_t cli_start_endless(const char *options)
{
    char line[512];
    unlink("i/model.safetensors");
    snprintf(line, sizeof line, "train --data plain --out i --epochs 1000000 " CLI_MODEL " %s",
             options);
    const pid_t child = cli_start(line);
    ck_assert(cli_wait_for("i/model.safetensors"));
    return child;
}

/* --- fixture: a directory with data sets, good and bad, and a checkpoint --- */

void cli_make_folders(const char *path)
{
    char folder[256];
    for (const char *slash = path; (slash = strchr(slash, '/')); slash++) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        mkdir(folder, 0777);
    }
}

void cli_write(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

size_t cli_read(const char *path, unsigned char **bytes)
{
    FILE *f = fopen(path, "rb");
    ck_assert_msg(f != NULL, "%s is not there", path);
    fseek(f, 0, SEEK_END);
    const size_t n = (size_t)ftell(f);
    rewind(f);
    *bytes = malloc(n + 1);
    ck_assert_uint_eq(fread(*bytes, 1, n, f), n);
    fclose(f);
    return n;
}

static void write_idx(const char *path, const char *mode, uint32_t magic, uint32_t count,
                      uint32_t rows, uint32_t cols)
{
    const uint32_t header[4] = {magic, count, rows, cols};
    gzFile f = gzopen(path, mode);
    for (int i = 0; i < 4; i++)
        for (int b = 24; b >= 0; b -= 8) gzputc(f, (int)(header[i] >> b & 255));
    for (uint32_t i = 0; i < count * rows * cols; i++)
        gzputc(f, (int)((i * 2654435761u) >> 24 & (i / 7 % 2 ? 255 : 0)));
    gzclose(f);
}

void cli_truncate_copy(const char *from, const char *to, size_t part, size_t parts)
{
    unsigned char *bytes;
    const size_t n = cli_read(from, &bytes);
    cli_write(to, bytes, n * part / parts);
    free(bytes);
}

/* Undoes what the tests inherit: nohup ignores SIGHUP, a shell's & ignores SIGINT. */
static void default_signals(void)
{
    static const int sent[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1};
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) signal(sent[i], SIG_DFL);
}

void cli_make_fixture(void)
{
    default_signals();
    const char *given = getenv("VAE_BIN");
    if (!*program) /* before the first fixture leaves this directory */
        ck_assert_msg(given && realpath(given, program), "VAE_BIN names no program");
    setenv("VAE_BIN", program, 1);
    ck_assert_ptr_nonnull(getcwd(home, sizeof home));
    strcpy(dir, "/tmp/vae-cli-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(chdir(dir), 0);
    setenv("XDG_CACHE_HOME", dir, 1); /* the user's tuning cache is neither used nor harmed */
    mkdir("plain", 0777);
    mkdir("zipped", 0777);
    mkdir("empty", 0777);
    write_idx("plain/train-images-idx3-ubyte", "wbT", 0x803, 100, 7, 5);
    write_idx("plain/t10k-images-idx3-ubyte", "wbT", 0x803, 40, 7, 5);
    write_idx("zipped/train-images-idx3-ubyte.gz", "wb", 0x803, 100, 7, 5);
    write_idx("zipped/t10k-images-idx3-ubyte.gz", "wb", 0x803, 40, 7, 5);
    write_idx("one.idx", "wbT", 0x803, 60, 7, 5);
    write_idx("other-size.idx", "wbT", 0x803, 60, 8, 5);
    write_idx("labels.idx", "wbT", 0x801, 60, 1, 1);
    write_idx("magic.idx", "wbT", 0x12345678, 60, 7, 5);
    write_idx("none.idx", "wbT", 0x803, 0, 7, 5);
    write_idx("flat.idx", "wbT", 0x803, 60, 0, 5);
    cli_write("nothing.idx", "", 0);
    cli_write("file", "x", 1);
    cli_truncate_copy("zipped/train-images-idx3-ubyte.gz", "cut.gz", 1, 2);
    cli_truncate_copy("one.idx", "cut.idx", 1, 2);
    cli_truncate_copy("one.idx", "cut-header.idx", 1, 400);
    cli_must_work(
        "train --data plain --out out --epochs 3 --batch 20 --hidden 11 --latent 3 --quiet");
}

void cli_remove_fixture(void)
{
    char line[128];
    snprintf(line, sizeof line, "rm -rf %s", dir);
    if (chdir(home) || system(line)) perror(line);
}

bool cli_same_file(const char *a, const char *b)
{
    unsigned char *x, *y;
    const size_t n = cli_read(a, &x), m = cli_read(b, &y);
    const bool same = n == m && !memcmp(x, y, n);
    free(x);
    free(y);
    return same;
}

bool cli_header_holds(const char *path, const char *piece)
{
    unsigned char *bytes;
    uint64_t size;
    const size_t n = cli_read(path, &bytes);
    memcpy(&size, bytes, sizeof size);
    ck_assert_uint_le(size, n - 8);
    bytes[8 + size] = 0;
    const bool holds = strstr((char *)bytes + 8, piece) != NULL;
    free(bytes);
    return holds;
}

char *cli_timeless_log(const char *path)
{
    static const char *const free_to_differ[] = {"samples_per_s", "gflops", "profile", "isa",
                                                 "threads"};
    unsigned char *bytes;
    const size_t n = cli_read(path, &bytes);
    char *all = calloc(n + 2, 1);
    bytes[n] = 0;
    for (char *line = (char *)bytes, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = 0;
        json_t *o = json_loads(line, 0, NULL);
        ck_assert_msg(json_is_object(o), "%s: not a line of JSON: %s", path, line);
        for (size_t i = 0; i < sizeof free_to_differ / sizeof *free_to_differ; i++)
            json_object_del(o, free_to_differ[i]);
        char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(17));
        strcat(strcat(all, text), "\n");
        free(text);
        json_decref(o);
    }
    ck_assert_msg(n == 0 || bytes[n - 1] == 0, "%s ends inside a line", path);
    free(bytes);
    return all;
}

void cli_must_log_the_same(const char *a, const char *b)
{
    char *x = cli_timeless_log(a), *y = cli_timeless_log(b);
    ck_assert_msg(!strcmp(x, y), "%s:\n%s%s:\n%s", a, x, b, y);
    free(x);
    free(y);
}

json_t *cli_log_line(const char *path, int at)
{
    char line[2048];
    FILE *f = fopen(path, "r");
    json_t *o = NULL;
    ck_assert_msg(f != NULL, "%s", path);
    for (int i = 0; i <= at && fgets(line, sizeof line, f); i++)
        if (i == at) o = json_loads(line, 0, NULL);
    fclose(f);
    return o;
}

TCase *cli_stopped_case(Suite *s, SFun make_fixture)
{
    TCase *t = tcase_create("stopped");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, make_fixture, cli_remove_fixture);
    suite_add_tcase(s, t);
    return t;
}

const char *cli_program(void) { return program; }

void cli_must_log(const char *path, int at, const char *key, const char *text, double number)
{
    json_t *o = cli_log_line(path, at), *is = json_object_get(o, key);
    ck_assert_msg(o != NULL, "%s: no line %d", path, at);
    if (text)
        ck_assert_str_eq(json_string_value(is), text);
    else if (number != 0)
        ck_assert_double_eq_tol(json_number_value(is), number, 1e-7 * number);
    else
        ck_assert(!is);
    json_decref(o);
}

void cli_must_say(const char *arguments, const char *says)
{
    const struct outcome o = cli_run("%s", arguments);
    ck_assert_msg(o.status == 0 && !*o.err, "%s: %s", arguments, o.err);
    ck_assert_msg(says ? strstr(o.out, says) != NULL : !strstr(o.out, "going on"), "%s", o.out);
}

json_t *cli_eval(const char *folder, const char *options)
{
    const struct outcome o =
        cli_run("eval %s/model.safetensors --data plain --json %s", folder, options);
    ck_assert_msg(o.status == 0 && !*o.err, "%s: status %d: %s", options, o.status, o.err);
    json_t *j = json_loads(o.out, 0, NULL);
    ck_assert(json_is_object(j));
    return j;
}

double cli_number(const json_t *j, const char *key)
{
    const json_t *value = json_object_get(j, key);
    ck_assert_msg(json_is_number(value), "no number %s", key);
    return json_number_value(value);
}
