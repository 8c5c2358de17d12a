/* The program as a user meets it: what it writes, what it says when the input is wrong. */
#include "suites.h"
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <png.h>
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

/* --- running --- */

struct outcome {
    int status;
    char out[8192], err[2048];
};

static void slurp(const char *path, char *to, size_t size)
{
    FILE *f = fopen(path, "rb");
    const size_t n = f ? fread(to, 1, size - 1, f) : 0;
    to[n] = 0;
    if (f) fclose(f);
}

/* "vae <arguments>" by the shell, in the fixture's directory. */
static struct outcome vae(const char *format, ...)
{
    char arguments[1024], line[8192];
    struct outcome o;
    va_list args;
    va_start(args, format);
    vsnprintf(arguments, sizeof arguments, format, args);
    va_end(args);
    snprintf(line, sizeof line, "%s %s >stdout 2>stderr", program, arguments);
    const int status = system(line);
    o.status = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
    slurp("stdout", o.out, sizeof o.out);
    slurp("stderr", o.err, sizeof o.err);
    return o;
}

static void must_work(const char *arguments)
{
    const struct outcome o = vae("%s", arguments);
    ck_assert_msg(o.status == 0 && !*o.err, "vae %s: status %d: %s", arguments, o.status, o.err);
}

/* One line on standard error that holds `says`, and that status. */
static void must_fail(const char *arguments, int status, const char *says)
{
    const struct outcome o = vae("%s", arguments);
    const char *end = strchr(o.err, '\n');
    ck_assert_msg(o.status == status, "vae %s: status %d, not %d: %s", arguments, o.status, status,
                  o.err);
    ck_assert_msg(end && !end[1] && !strncmp(o.err, "vae", 3), "vae %s: not one line: %s",
                  arguments, o.err);
    ck_assert_msg(strstr(o.err, says) != NULL, "vae %s: no \"%s\" in: %s", arguments, says, o.err);
}

/* --- fixture: a directory with data sets, good and bad, and a checkpoint --- */

static void write_bytes(const char *path, const void *bytes, size_t n)
{
    FILE *f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

static size_t read_bytes(const char *path, unsigned char **bytes)
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

static void truncate_copy(const char *from, const char *to, size_t part, size_t parts)
{
    unsigned char *bytes;
    const size_t n = read_bytes(from, &bytes);
    write_bytes(to, bytes, n * part / parts);
    free(bytes);
}

static void make_fixture(void)
{
    const char *given = getenv("VAE_BIN");
    ck_assert_msg(given && realpath(given, program), "VAE_BIN names no program");
    strcpy(dir, "/tmp/vae-cli-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(chdir(dir), 0);
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
    write_bytes("nothing.idx", "", 0);
    write_bytes("file", "x", 1);
    truncate_copy("zipped/train-images-idx3-ubyte.gz", "cut.gz", 1, 2);
    truncate_copy("one.idx", "cut.idx", 1, 2);
    truncate_copy("one.idx", "cut-header.idx", 1, 400);
    must_work("train --data plain --out out --epochs 3 --batch 20 --hidden 11 --latent 3 --quiet");
}

static void remove_fixture(void)
{
    char line[128];
    snprintf(line, sizeof line, "rm -rf %s", dir);
    if (chdir("/") || system(line)) perror(line);
}

/* --- what it writes --- */

static bool same_file(const char *a, const char *b)
{
    unsigned char *x, *y;
    const size_t n = read_bytes(a, &x), m = read_bytes(b, &y);
    const bool same = n == m && !memcmp(x, y, n);
    free(x);
    free(y);
    return same;
}

START_TEST(test_pictures)
{
    static const struct {
        const char *path;
        uint32_t width, height;
    } pictures[] = {{"out/samples.png", 10 * 12 + 2, 10 * 16 + 2},
                    {"out/reconstructions.png", 10 * 12 + 2, 8 * 16 + 2},
                    {"grid.png", 3 * 12 + 2, 2 * 16 + 2},
                    {"pairs.png", 4 * 12 + 2, 2 * 16 + 2}};
    must_work("sample out/model.safetensors --out grid.png --across 3 --down 2 --seed 5");
    must_work(
        "reconstruct out/model.safetensors --data one.idx --out pairs.png --across 4 --pairs 1");
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        png_image image = {.version = PNG_IMAGE_VERSION};
        ck_assert_msg(png_image_begin_read_from_file(&image, pictures[i].path), "%s: %s",
                      pictures[i].path, image.message);
        ck_assert_uint_eq(image.width, pictures[i].width);
        ck_assert_uint_eq(image.height, pictures[i].height);
        png_image_free(&image);
    }
}
END_TEST

START_TEST(test_log)
{
    static const char *const keys[] = {"epoch", "samples", "train_bound",   "test_bound",
                                       "kl",    "recon",   "samples_per_s", "gflops",
                                       "isa",   "threads", "seed"};
    FILE *f = fopen("out/log.jsonl", "r");
    char line[1024];
    int lines = 0;
    ck_assert_ptr_nonnull(f);
    while (fgets(line, sizeof line, f)) {
        json_t *o = json_loads(line, 0, NULL);
        ck_assert_msg(json_is_object(o), "not JSON: %s", line);
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            ck_assert_msg(json_object_get(o, keys[i]) != NULL, "no %s in %s", keys[i], line);
        ck_assert_int_eq(json_integer_value(json_object_get(o, "epoch")), ++lines);
        const double bound = json_real_value(json_object_get(o, "test_bound"));
        const double parts = json_real_value(json_object_get(o, "recon")) -
                             json_real_value(json_object_get(o, "kl"));
        ck_assert_double_le(fabs(bound - parts), 1e-6 * fabs(bound));
        json_decref(o);
    }
    fclose(f);
    ck_assert_int_eq(lines, 3);
}
END_TEST

/* The last test bound of training is what eval finds. */
START_TEST(test_eval_agrees_with_training)
{
    char line[1024] = "", last[1024] = "";
    FILE *f = fopen("out/log.jsonl", "r");
    while (fgets(line, sizeof line, f)) strcpy(last, line);
    fclose(f);
    const struct outcome o = vae("eval out/model.safetensors --data plain --json");
    ck_assert_int_eq(o.status, 0);
    json_t *log = json_loads(last, 0, NULL), *eval = json_loads(o.out, 0, NULL);
    ck_assert(json_is_object(log) && json_is_object(eval));
    ck_assert_double_eq(json_real_value(json_object_get(log, "test_bound")),
                        json_real_value(json_object_get(eval, "test_bound")));
    json_decref(log);
    json_decref(eval);
}
END_TEST

/* Neither the packaging of the data nor the ISA is in the result. */
START_TEST(test_same_checkpoint)
{
    must_work("train --data zipped --out z --epochs 3 --batch 20 --hidden 11 --latent 3 --isa "
              "generic --quiet");
    ck_assert(same_file("out/model.safetensors", "z/model.safetensors"));
    must_work("train --data one.idx --out g --likelihood gaussian --optimizer adam --epochs 1 "
              "--batch 9 --hidden 5 --latent 2 --samples-per-x 3 --binarize dynamic --quiet");
    must_work("eval g/model.safetensors --data one.idx");
    must_work("sample g/model.safetensors --out g.png");
}
END_TEST

START_TEST(test_help)
{
    static const char *const commands[] = {"train", "eval", "sample", "reconstruct", "kernels"};
    must_work("--help");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        const struct outcome o = vae("%s --help", commands[i]);
        ck_assert_int_eq(o.status, 0);
        ck_assert_ptr_nonnull(strstr(o.out, "usage: vae"));
    }
}
END_TEST

/* --- interruption --- */

static void sleep_ms(long ms) { nanosleep(&(struct timespec){0, ms * 1000000}, NULL); }

START_TEST(test_signal)
{
    const int number = _i ? SIGTERM : SIGINT;
    unlink("i/model.safetensors");
    const pid_t child = fork();
    if (child == 0) {
        const int null = open("/dev/null", O_WRONLY);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
        execl(program, "vae", "train", "--data", "plain", "--out", "i", "--epochs", "1000000",
              "--batch", "20", "--hidden", "11", "--latent", "3", (char *)NULL);
        _exit(99);
    }
    for (int i = 0; i < 1000 && access("i/model.safetensors", F_OK); i++) sleep_ms(10);
    int status;
    kill(child, number);
    waitpid(child, &status, 0);
    ck_assert_msg(WIFEXITED(status), "ended by signal %d", WTERMSIG(status));
    ck_assert_int_eq(WEXITSTATUS(status), 128 + number);
    must_work("eval i/model.safetensors --data plain");
    must_fail("train --data plain --out i --resume i/model.safetensors --epochs 1", 1, "has seen");
}
END_TEST

/* Cut by --samples and resumed: the same checkpoint. */
START_TEST(test_resume)
{
    must_work("train --data plain --out r --samples 130 --batch 20 --hidden 11 --latent 3 --quiet");
    ck_assert(!same_file("out/model.safetensors", "r/model.safetensors"));
    must_work("train --data plain --out r --resume r/model.safetensors --samples 300 --quiet");
    ck_assert(same_file("out/model.safetensors", "r/model.safetensors"));
}
END_TEST

/* --- wrong input --- */

static const struct {
    const char *arguments;
    int status;
    const char *says;
} wrong[] = {
    {"", 2, ""}, /* usage, checked apart */
    {"fly", 2, "no such command"},
    {"train --data missing --out out", 1, "missing: No such file"},
    {"train --data nothing.idx --out out", 1, "nothing.idx: the file is empty"},
    {"train --data cut.gz --out out", 1, "cut.gz: "},
    {"train --data cut.idx --out out", 1, "cut.idx: cut short"},
    {"train --data cut-header.idx --out out", 1, "ends inside its header"},
    {"train --data magic.idx --out out", 1, "not an IDX image file"},
    {"train --data labels.idx --out out", 1, "holds labels"},
    {"train --data none.idx --out out", 1, "holds no images"},
    {"train --data flat.idx --out out", 1, "images of 0 x 5"},
    {"train --data empty --out out", 1, "no train-images-idx3-ubyte in it"},
    {"train --data plain --out /dev/null/x", 1, "/dev/null/x: Not a directory"},
    {"train --data plain --out file", 1, "file: Not a directory"},
    {"train --data plain --out ''", 1, "No such file"},
    {"train --data plain --out out --log /dev/null/log", 1, "/dev/null/log: "},
    {"train --data plain", 2, "give --out"},
    {"train --out out", 2, "give --data"},
    {"train --data plain --out out --fast", 2, "--fast: unknown or ambiguous option"},
    {"train --data plain --out out --epochs", 2,
     "--epochs: unknown or ambiguous option, or its value"},
    {"train --data plain --out out more", 2, "more: one argument too many"},
    {"train --data plain --out out --batch 0", 2, "--batch 0: give a whole number"},
    {"train --data plain --out out --latent -3", 2, "--latent -3: give a whole number"},
    {"train --data plain --out out --hidden 1e9", 2, "--hidden 1e9: give a whole number"},
    {"train --data plain --out out --hidden 1000000000", 2, "--hidden 1000000000: give"},
    {"train --data plain --out out --lr nan", 2, "--lr nan: give a number above 0"},
    {"train --data plain --out out --lr 0", 2, "--lr 0: give a number above 0"},
    {"train --data plain --out out --lr inf", 2, "--lr inf: give a number above 0"},
    {"train --data plain --out out --optimizer lbfgs", 2, "give one of sgd, adagrad, adam"},
    {"train --data plain --out out --binarize often", 2, "give one of none, dynamic, threshold"},
    {"train --data plain --out out --samples 50", 1, "one minibatch takes 100"},
    {"train --data plain --out out --samples 100 --epochs 1", 2, "not both"},
    {"train --data plain --out out --isa avx3", 1, "--isa avx3: give one of generic"},
    {"train --data plain --out out --resume out/model.safetensors --batch 7", 2, "--resume takes"},
    {"train --data one.idx --out out --resume out/model.safetensors", 1, "trained on 100 images"},
    {"train --data plain --out out --resume out/model.safetensors --samples 60", 1, "has seen"},
    {"train --data plain --out out --lr 1e30 --optimizer sgd --quiet", 1, "diverged"},
    {"eval out/model.safetensors --data other-size.idx", 1, "images of 8 x 5"},
    {"eval missing.safetensors --data plain", 1, "missing.safetensors: No such file"},
    {"eval plain --data plain", 1, "plain: not a file"},
    {"eval one.idx --data plain", 1, "one.idx: "},
    {"eval --data plain", 2, "give a checkpoint"},
    {"eval out/model.safetensors", 2, "give --data"},
    {"eval out/model.safetensors -fast x", 2, "-fast: unknown"},
    {"sample out/model.safetensors --out plain", 1, "plain: not a regular file"},
    {"sample out/model.safetensors", 2, "give --out"},
    {"sample out/model.safetensors --out /dev/null/x.png", 1, "/dev/null/x.png: "},
    {"sample out/model.safetensors --out x.png --across 0", 2, "--across 0: "},
    {"reconstruct out/model.safetensors --data other-size.idx --out x.png", 1, "images of 8 x 5"},
    {"kernels --isa avx3", 1, "--isa avx3: give one of"},
    {"kernels --json-please", 2, "unknown or ambiguous option"},
};
enum { WRONG = sizeof wrong / sizeof *wrong };

/* One line, the right status; and what was there before is still there. */
START_TEST(test_wrong_input)
{
    char line[2048];
    snprintf(line, sizeof line, "cp out/model.safetensors before.safetensors");
    ck_assert_int_eq(system(line), 0);
    if (!*wrong[_i].arguments)
        ck_assert_int_eq(vae("").status, 2);
    else
        must_fail(wrong[_i].arguments, wrong[_i].status, wrong[_i].says);
    ck_assert(same_file("out/model.safetensors", "before.safetensors"));
    ck_assert_int_ne(access("x.png", F_OK), 0);
    ck_assert_int_ne(access("out/model.safetensors.tmp", F_OK), 0);
}
END_TEST

START_TEST(test_truncated_checkpoint)
{
    for (size_t part = 0; part < 16; part++) {
        truncate_copy("out/model.safetensors", "cut.safetensors", part, 16);
        must_fail("eval cut.safetensors --data plain", 1, "cut.safetensors: ");
        must_fail("train --data plain --out c --resume cut.safetensors", 1, "cut.safetensors: ");
    }
    ck_assert_int_ne(access("c", F_OK), 0);
}
END_TEST

/* Every byte of the header in turn is damaged: an error or the same answer, never a crash. */
START_TEST(test_damaged_checkpoint)
{
    unsigned char *bytes;
    uint64_t header;
    const size_t n = read_bytes("out/model.safetensors", &bytes);
    const struct outcome whole = vae("eval out/model.safetensors --data plain");
    memcpy(&header, bytes, sizeof header);
    const size_t step = quick_run() ? 37 : 5;
    for (size_t i = 0; i < 8 + (size_t)header; i += i < 8 ? 1 : step) {
        const unsigned char old = bytes[i];
        bytes[i] ^= 0x15;
        write_bytes("bad.safetensors", bytes, n);
        bytes[i] = old;
        const struct outcome o = vae("eval bad.safetensors --data plain");
        ck_assert_msg(o.status == 0 || o.status == 1, "byte %zu: status %d", i, o.status);
        if (o.status == 1) must_fail("eval bad.safetensors --data plain", 1, "bad.safetensors: ");
    }
    bytes[7] = 0x7f; /* header length past the end */
    write_bytes("bad.safetensors", bytes, n);
    must_fail("eval bad.safetensors --data plain", 1, "header length");
    bytes[7] = 0;
    const uint32_t nan = 0x7fc00000;
    memcpy(bytes + 8 + header, &nan, sizeof nan);
    write_bytes("bad.safetensors", bytes, n);
    must_fail("eval bad.safetensors --data plain", 1, "holds NaN or infinity");
    ck_assert_int_eq(whole.status, 0);
    free(bytes);
}
END_TEST

Suite *suite_cli(void)
{
    Suite *s = suite_create("cli");
    TCase *t = tcase_create("cli");
    tcase_set_timeout(t, 120);
    tcase_add_unchecked_fixture(t, make_fixture, remove_fixture);
    tcase_add_test(t, test_pictures);
    tcase_add_test(t, test_log);
    tcase_add_test(t, test_eval_agrees_with_training);
    tcase_add_test(t, test_same_checkpoint);
    tcase_add_test(t, test_help);
    tcase_add_loop_test(t, test_signal, 0, 2);
    tcase_add_test(t, test_resume);
    tcase_add_loop_test(t, test_wrong_input, 0, WRONG);
    tcase_add_test(t, test_truncated_checkpoint);
    tcase_add_test(t, test_damaged_checkpoint);
    suite_add_tcase(s, t);
    return s;
}
