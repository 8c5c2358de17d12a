/* Atomic replacement of files: where the new one goes, what it inherits from the old one, what
 * stays if it fails. */
#include "../vae/base/replace_file.h"
#include "../vae/cli/chosen.h"
#include "cli.h"
#include "suites.h"
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static struct vae_error e;

static char home[4096], dir[64];

static void enter(void)
{
    ck_assert_ptr_nonnull(getcwd(home, sizeof home));
    strcpy(dir, "/tmp/vae-files-XXXXXX");
    ck_assert(mkdtemp(dir) && chmod(dir, 0777) == 0 && chdir(dir) == 0);
    umask(022);
}

static void leave(void)
{
    char line[128];
    snprintf(line, sizeof line, "rm -rf %s", dir);
    if (chdir(home) || system(line)) perror(line);
}

static bool write_text(const char *path, const char *text)
{
    struct replace_file r;
    if (!vae_replace_begin(&r, path, &e)) return false;
    vae_replace_text(&r, text);
    return vae_replace_commit(&r, &e);
}

static void must_write(const char *path, const char *text)
{
    ck_assert_msg(write_text(path, text), "%s", e.line);
}

static void must_refuse(const char *path, const char *says)
{
    ck_assert_msg(!write_text(path, "new"), "%s: written", path);
    ck_assert_msg(strstr(e.line, says) != NULL, "no \"%s\" in: %s", says, e.line);
}

static void must_hold(const char *path, const char *text)
{
    unsigned char *bytes;
    const size_t n = cli_read(path, &bytes);
    ck_assert_msg(n == strlen(text) && !memcmp(bytes, text, n), "%s: %.*s", path, (int)n, bytes);
    free(bytes);
}

static mode_t mode_of(const char *path)
{
    struct stat st;
    ck_assert_int_eq(lstat(path, &st), 0);
    return st.st_mode;
}

/* Entries besides . and .. */
static int entries(const char *path)
{
    int n = -2;
    DIR *d = opendir(path);
    ck_assert_ptr_nonnull(d);
    while (readdir(d)) n++;
    closedir(d);
    return n;
}

START_TEST(test_mode)
{
    must_write("a", "one");
    ck_assert_uint_eq(mode_of("a"), S_IFREG | 0644);
    umask(077);
    must_write("b", "one");
    ck_assert_uint_eq(mode_of("b"), S_IFREG | 0600);
    static const mode_t modes[] = {0600, 0640, 0664, 0666, 0400, 0755};
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        ck_assert_int_eq(chmod("a", modes[i]), 0);
        must_write("a", i % 2 ? "two" : "three");
        ck_assert_uint_eq(mode_of("a"), S_IFREG | modes[i]);
        must_hold("a", i % 2 ? "two" : "three");
    }
    ck_assert_int_eq(entries("."), 2);
}
END_TEST

START_TEST(test_owner)
{
    struct stat st;
    must_write("a", "one");
    if (geteuid() || chown("a", 12345, 54321)) return; /* only root may change the owner */
    must_write("a", "two");
    ck_assert_int_eq(stat("a", &st), 0);
    ck_assert_uint_eq(st.st_uid, 12345);
    ck_assert_uint_eq(st.st_gid, 54321);
}
END_TEST

START_TEST(test_link)
{
    ck_assert_int_eq(mkdir("there", 0777), 0);
    cli_write("there/file", "old", 3);
    ck_assert_int_eq(symlink("there/file", "link"), 0);
    ck_assert_int_eq(symlink("link", "link2"), 0);
    must_write("link2", "new");
    must_hold("there/file", "new");
    ck_assert(S_ISLNK(mode_of("link")) && S_ISLNK(mode_of("link2")));
    ck_assert_int_eq(entries("there"), 1);
    ck_assert_int_eq(symlink("there/none", "dangling"), 0);
    must_refuse("dangling", "a symbolic link to nothing");
    ck_assert_int_ne(access("there/none", F_OK), 0);
    ck_assert_int_eq(symlink("loop", "loop"), 0);
    must_refuse("loop", strerror(ELOOP));
    ck_assert_int_eq(entries("."), 5);
}
END_TEST

/* Anything under the name <output>.tmp is left alone. An output that is not a regular file is
 * refused without waiting for it. */
START_TEST(test_not_regular)
{
    cli_write("victim", "precious", 8);
    ck_assert_int_eq(symlink("victim", "out.tmp"), 0);
    ck_assert_int_eq(mkfifo("out2.tmp", 0666), 0);
    must_write("out", "new");
    must_write("out2", "new");
    must_hold("victim", "precious");
    ck_assert(S_ISLNK(mode_of("out.tmp")) && S_ISFIFO(mode_of("out2.tmp")));
    ck_assert_int_eq(mkfifo("pipe", 0666), 0);
    ck_assert_int_eq(mkdir("folder", 0777), 0);
    ck_assert_int_eq(symlink("pipe", "to-pipe"), 0);
    static const char *const refused[] = {"pipe", "folder", "to-pipe", "/dev/null", "/dev/full"};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        must_refuse(refused[i], "not a regular file");
    must_refuse("folder/", "not a regular file");
    must_refuse("none/", "names a directory");
    must_refuse("", strerror(ENOENT));
    must_refuse("none/file", strerror(ENOENT));
    must_refuse("victim/file", strerror(ENOTDIR));
    ck_assert_int_eq(entries("folder"), 0);
    ck_assert_int_eq(entries("."), 8);
}
END_TEST

START_TEST(test_names)
{
    char name[300], path[REPLACE_PATH + 300];
    memset(name, 'n', sizeof name);
    name[255] = 0;
    must_write(name, "longest");
    must_write(name, "again");
    must_hold(name, "again");
    name[255] = 'n';
    name[256] = 0;
    must_refuse(name, strerror(ENAMETOOLONG));
    memset(path, '/', REPLACE_PATH);
    strcpy(path + REPLACE_PATH, "x");
    must_refuse(path, "name too long");
    snprintf(path, sizeof path, "%s/absolute", dir);
    must_write(path, "new");
    must_hold("absolute", "new");
    must_write("./././relative", "new");
    must_hold("relative", "new");
    ck_assert_int_eq(entries("."), 3);
}
END_TEST

/* The next writer removes the temporary of a killed run, but not that of a running one. */
START_TEST(test_stale)
{
    static const char stale[] = ".vae-0123456789abcdef.tmp";
    static const char *const others[] = {".vae-0123456789abcdeF.tmp", ".vae-0123456789abcde.tmp",
                                         ".vae-0123456789abcdef.tmpx", "vae-0123456789abcdef.tmp"};
    struct replace_file alive;
    cli_write(stale, "half", 4);
    for (size_t i = 0; i < 4; i++) cli_write(others[i], "mine", 4);
    ck_assert(vae_replace_begin(&alive, "a", &e));
    ck_assert_int_ne(access(stale, F_OK), 0);
    must_write("b", "new");
    vae_replace_text(&alive, "alive");
    ck_assert_msg(vae_replace_commit(&alive, &e), "%s", e.line);
    must_hold("a", "alive");
    ck_assert_int_eq(mkfifo(stale, 0666), 0); /* not a temporary, despite its name */
    must_write("b", "newer");
    ck_assert(S_ISFIFO(mode_of(stale)));
    ck_assert_int_eq(entries("."), 7);
}
END_TEST

START_TEST(test_abort)
{
    struct replace_file r;
    cli_write("a", "old", 3);
    ck_assert(vae_replace_begin(&r, "a", &e));
    vae_replace_text(&r, "half of the ne");
    vae_replace_abort(&r);
    must_hold("a", "old");
    ck_assert_int_eq(entries("."), 1);
}
END_TEST

/* In place of a full disk: writes beyond a limit fail with EFBIG. */
START_TEST(test_full)
{
    const struct rlimit limit = {4096, 4096};
    static char text[8192];
    memset(text, 'x', sizeof text - 1);
    cli_write("a", "old", 3);
    signal(SIGXFSZ, SIG_IGN);
    ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
    ck_assert(!write_text("a", text));
    ck_assert_msg(strstr(e.line, strerror(EFBIG)) != NULL, "%s", e.line);
    must_hold("a", "old");
    ck_assert_int_eq(entries("."), 1);
}
END_TEST

/* Run as nobody, since root may do anything. */
START_TEST(test_directory_rights)
{
    ck_assert(mkdir("shut", 0777) == 0 && mkdir("unlisted", 0777) == 0);
    ck_assert(chmod("unlisted", 0333) == 0);
    cli_write("shut/a", "old", 3);
    ck_assert(chmod("shut/a", 0666) == 0 && chmod("shut", 0555) == 0);
    ck_assert(geteuid() != 0 || seteuid(65534) == 0);
    must_refuse("shut/a", strerror(EACCES));
    must_refuse("shut/b", strerror(EACCES));
    must_hold("shut/a", "old");
    ck_assert_int_eq(entries("shut"), 1);
    must_write("unlisted/a", "new");
    must_hold("unlisted/a", "new");
    /* Root and traceable again: at exit the leak sanitizer attaches to its own process. */
    ck_assert(getuid() != 0 || (seteuid(0) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0));
}
END_TEST

/* Commands that together touch every file that the program writes or looks for. If the file is a
 * pipe, none of them waits for it. */
static const char *const with_pipes[] = {
    "train --data plain --out out --samples 100 --batch 20 --hidden 4 --latent 2 --quiet",
    "sample out/model.safetensors --out pipe",
    "reconstruct out/model.safetensors --data plain --out pipe",
    "manifold two/model.safetensors --out pipe",
};

START_TEST(test_program_and_pipes)
{
    static const char *const names[] = {"out/model.safetensors", "out/samples.png",
                                        "out/reconstructions.png"};
    cli_must_work("train --data plain --out two --samples 100 --latent 2 --hidden 4 --quiet");
    for (int i = 1; i < 4; i++) cli_must_fail(with_pipes[i], 1, "pipe: not a regular file");
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(system("rm -rf out && mkdir out"), 0);
        ck_assert_int_eq(mkfifo(names[i], 0666), 0);
        cli_must_fail(with_pipes[0], 1, "not a regular file");
        ck_assert(S_ISFIFO(mode_of(names[i])));
    }
}
END_TEST

/* What cannot be a tuning cache is named and not used. */
START_TEST(test_profile_pipe)
{
    struct machine m;
    char folder[PROFILE_PATH], path[PROFILE_PATH];
    vae_machine_this(&m);
    ck_assert(vae_chosen_profile_folder(folder, &e) && vae_profile_path(&m, folder, path, &e));
    ck_assert(vae_make_directory(folder, &e));
    ck_assert_int_eq(mkfifo(path, 0666), 0);
    const struct outcome o = cli_run("eval out/model.safetensors --data plain");
    ck_assert_msg(o.status == 0 && strstr(o.err, "not a regular file"), "%d: %s", o.status, o.err);
    ck_assert_int_eq(unlink(path), 0);
}
END_TEST

static void enter_fixture(void)
{
    cli_make_fixture();
    ck_assert_int_eq(mkfifo("pipe", 0666), 0);
}

Suite *suite_files(void)
{
    Suite *s = suite_create("files");
    TCase *t = tcase_create("files"), *program = tcase_create("program");
    tcase_add_checked_fixture(t, enter, leave);
    tcase_add_test(t, test_mode);
    tcase_add_test(t, test_owner);
    tcase_add_test(t, test_link);
    tcase_add_test(t, test_not_regular);
    tcase_add_test(t, test_names);
    tcase_add_test(t, test_stale);
    tcase_add_test(t, test_abort);
    tcase_add_test(t, test_full);
    tcase_add_test(t, test_directory_rights);
    tcase_set_tags(program, "program");
    tcase_add_unchecked_fixture(program, enter_fixture, cli_remove_fixture);
    tcase_set_timeout(program, 60);
    tcase_add_test(program, test_profile_pipe);
    tcase_add_test(program, test_program_and_pipes);
    suite_add_tcase(s, t);
    suite_add_tcase(s, program);
    return s;
}
