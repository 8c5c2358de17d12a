/* Progress: the bar at every width, on a terminal that is resized, and as JSON. */
#include "../vae/cli/progress.h"
#include "cli.h"
#include "suites.h"
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define MODEL "out/model.safetensors "

/* --- the line --- */

static const struct {
    struct progress p;
    double seconds;
    size_t columns;
    const char *line;
} lines[] = {
    {{.done = 450000, .total = 1000000, .per_image = 1, .bound = -101.26},
     10,
     80,
     "[#######.........]  45%  450000/1000000  -101.3 nats  45000 images/s  13 s left"},
    {{.done = 450000, .total = 1000000, .per_image = 1, .bound = -101.26},
     10,
     100,
     "[##########..............]  45%  450000/1000000  -101.3 nats  45000 images/s  13 s left"},
    {{.done = 450000, .total = 1000000, .per_image = 1, .bound = -101.26},
     10,
     20,
     "[#####.......]  45%"},
    {{.done = 450000, .total = 1000000, .per_image = 1, .bound = -101.26},
     10,
     30,
     "[####.......]  45%  13 s left"},
    {{.done = 450000, .total = 1000000, .per_image = 1, .bound = -101.26}, 10, 8, " 45%"},
    {{.done = 450000, .total = 1000000, .per_image = 1, .bound = -101.26}, 10, 4, ""},
    {{.done = 450000, .total = 1000000, .per_image = 1, .bound = -101.26}, 10, 0, ""},
    {{.total = 50, .bound = NAN}, 0, 50, "[........................]   0%  0/50"},
    {{.first = 20, .done = 30, .total = 50, .per_image = 10, .bound = NAN},
     200,
     80,
     "[##############..........]  60%  30/50  0 images/s  6:40 left"},
    {{.done = 1, .total = 1000, .bound = NAN},
     10,
     80,
     "[........................]   0%  1/1000  2:46:30 left"},
    {{.done = 2, .total = 4, .bound = NAN, .note = "gemm_nn"},
     10,
     80,
     "[############............]  50%  2/4  10 s left  gemm_nn"},
    {{.done = 50, .total = 50, .bound = NAN},
     1,
     80,
     "[########################] 100%  50/50  0 s left"},
    {{.bound = NAN}, 0, 30, "[#######] 100%  0/0  0 s left"},
};

START_TEST(test_line)
{
    char line[PROGRESS_LINE];
    vae_progress_line(&lines[_i].p, lines[_i].seconds, lines[_i].columns, line);
    ck_assert_str_eq(line, lines[_i].line);
}
END_TEST

/* No line reaches the last column, and from 20 columns on each has the bar and the share. */
START_TEST(test_widths)
{
    char line[PROGRESS_LINE];
    for (size_t columns = 0; columns < 2 * PROGRESS_LINE; columns++) {
        vae_progress_line(&lines[_i].p, lines[_i].seconds, columns, line);
        ck_assert_msg(!*line || strlen(line) < columns, "%zu columns: %s", columns, line);
        if (columns >= 20) ck_assert_msg(strchr(line, '[') && strchr(line, '%'), "%s", line);
    }
}
END_TEST

/* --- on a terminal --- */

static void resize(int terminal, unsigned short columns)
{
    const struct winsize size = {.ws_row = 24, .ws_col = columns};
    ck_assert_int_eq(ioctl(terminal, TIOCSWINSZ, &size), 0);
}

/* Starts the program with a new terminal as standard error; *terminal is its other end. */
static pid_t start(const char *arguments, int *terminal)
{
    *terminal = posix_openpt(O_RDWR | O_NOCTTY);
    ck_assert(*terminal >= 0 && !grantpt(*terminal) && !unlockpt(*terminal));
    const int end = open(ptsname(*terminal), O_RDWR | O_NOCTTY);
    ck_assert_int_ge(end, 0);
    const pid_t child = fork();
    if (child == 0) {
        char line[1024];
        close(*terminal);
        dup2(end, STDERR_FILENO);
        close(end);
        snprintf(line, sizeof line, "exec %s %s >/dev/null", cli_program(), arguments);
        execl("/bin/sh", "sh", "-c", line, (char *)NULL);
        _exit(127);
    }
    close(end);
    return child;
}

/* Reads the next bar without its erasing sequences; false at the program's end. */
static bool next_bar(int terminal, char bar[PROGRESS_LINE])
{
    size_t n = 0;
    char c;
    while (read(terminal, &c, 1) == 1) {
        if (c == '\r' || c == '\n') {
            bar[n] = 0;
            if (n) return true;
        } else if (c == '\033') {
            if (read(terminal, &c, 1) != 1 || read(terminal, &c, 1) != 1) return false;
        } else {
            ck_assert_uint_lt(n, PROGRESS_LINE - 1);
            bar[n++] = c;
        }
    }
    return false;
}

/* The bar becomes shorter than 20 columns once the terminal has that many, and longer again. */
START_TEST(test_terminal)
{
    static const unsigned short widths[] = {90, 20, 60};
    char bar[PROGRESS_LINE];
    int terminal;
    const pid_t child = start("train --data plain --out term --samples 1000000000 --hidden 11 "
                              "--latent 3 --points 1",
                              &terminal);
    for (size_t w = 0; w < sizeof widths / sizeof *widths; w++) {
        const size_t least = w ? widths[w] / 2 : 0;
        resize(terminal, widths[w]);
        do ck_assert(next_bar(terminal, bar));
        while (strlen(bar) >= widths[w] || strlen(bar) < least);
        ck_assert_msg(*bar == '[' && strchr(bar, '%'), "%s", bar);
    }
    kill(child, SIGKILL);
    cli_status_of(child);
    close(terminal);
}
END_TEST

/* --- as JSON --- */

static const struct {
    const char *command, *phases; /* in their order, each with its total: "bound 20" */
    bool bound;                   /* the last phase ends with one */
} commands[] = {
    {"train --data plain --out json --epochs 2 --hidden 11 --latent 3 --quiet", "training 200",
     true},
    {"train --data plain --out json --epochs 3 --resume json/model.safetensors --quiet",
     "training 300", true},
    {"eval " MODEL "--data plain --grey --importance-samples 3 --local-steps 2",
     "bound 40, importance sampling 120, local posteriors 80", true},
    {"encode " MODEL "--data plain --out z.npy", "encoding 40", false},
    {"decode " MODEL "--codes z.npy --out x.npy", "decoding 40", false},
    {"sample " MODEL "--out s.npy --count 7", "decoding 7", false},
    {"sample " MODEL "--out s.png --across 2 --down 3", "decoding 6", false},
    {"kernels --kernel relu", "verifying 1, timing 1", false},
};

static double number(const json_t *o, const char *key)
{
    const json_t *value = json_object_get(o, key);
    ck_assert_msg(json_is_number(value) || json_is_null(value), "no %s", key);
    return json_is_null(value) ? (double)NAN : json_number_value(value);
}

/* Notes a phase's first object. */
static void begin(const json_t *o, const char *phase, char *phases, size_t room)
{
    const size_t used = strlen(phases);
    snprintf(phases + used, room - used, "%s%s %.0f", used ? ", " : "", phase, number(o, "total"));
    ck_assert(number(o, "seconds") == 0 && isnan(number(o, "images_per_second")));
}

/* Each line is an object with all members. Within a phase `done` ascends, up to its total. */
START_TEST(test_json)
{
    char phases[256] = "", phase[64] = "";
    double done = 0, total = 0, bound = NAN;
    struct outcome ran = cli_run("%s --json-progress", commands[_i].command);
    ck_assert_int_eq(ran.status, 0);
    for (char *line = ran.err, *end; (end = strchr(line, '\n')); line = end + 1) {
        *end = 0;
        json_t *o = json_loads(line, 0, NULL);
        ck_assert_msg(json_object_size(o) == 9, "%s", line);
        const char *is = json_string_value(json_object_get(o, "phase"));
        const char *name = json_string_value(json_object_get(o, "command"));
        ck_assert(name && !strncmp(commands[_i].command, name, strlen(name)));
        if (strcmp(is, phase)) {
            ck_assert_double_eq(done, total);
            snprintf(phase, sizeof phase, "%s", is);
            begin(o, phase, phases, sizeof phases);
        } else {
            ck_assert_double_ge(number(o, "done"), done);
        }
        done = number(o, "done"), total = number(o, "total"), bound = number(o, "bound");
        ck_assert_double_eq_tol(number(o, "fraction"), done / total, 1e-6);
        ck_assert(done < total || number(o, "seconds_left") == 0);
        json_decref(o);
    }
    ck_assert_str_eq(phases, commands[_i].phases);
    ck_assert_double_eq(done, total);
    ck_assert_int_eq(!isnan(bound), commands[_i].bound);
}
END_TEST

/* Nothing is shown where there is no terminal. */
START_TEST(test_elsewhere)
{
    const struct outcome o = cli_run("eval " MODEL "--data plain");
    ck_assert(o.status == 0 && !*o.err);
}
END_TEST

Suite *suite_progress(void)
{
    Suite *s = suite_create("progress");
    TCase *t = tcase_create("line");
    tcase_add_loop_test(t, test_line, 0, sizeof lines / sizeof *lines);
    tcase_add_loop_test(t, test_widths, 0, sizeof lines / sizeof *lines);
    suite_add_tcase(s, t);
    t = tcase_create("progress");
    tcase_set_timeout(t, 120);
    tcase_set_tags(t, "program");
    tcase_add_unchecked_fixture(t, cli_make_fixture, cli_remove_fixture);
    tcase_add_test(t, test_terminal);
    tcase_add_loop_test(t, test_json, 0, sizeof commands / sizeof *commands);
    tcase_add_test(t, test_elsewhere);
    suite_add_tcase(s, t);
    return s;
}
