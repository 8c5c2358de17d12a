/* Makes every allocation and every system call fail in turn, and kills the program before each
 * system call. scenario.c says what must hold then.
 *
 *     faults PROGRAM PRELOAD [EVERY [SCENARIO]]
 *
 * EVERY: runs only every EVERY-th fault. */
#include "calls.h"
#include "scenario.h"
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MOST_SCENARIOS = 32, MOST_TOLD = 40 };

enum what { MEMORY, CALLS, KILLS, WHATS };
static const char *const what_names[WHATS] = {"requests for memory", "failing system calls",
                                              "kills"};

/* Shared by the workers. */
struct tally {
    atomic_size_t run[MOST_SCENARIOS][WHATS], refused[MOST_SCENARIOS][WHATS],
        wrong[MOST_SCENARIOS][WHATS], told;
};

struct job {
    struct place place;
    size_t worker, workers, every;
    const char *only;
    struct tally *tally;
    size_t turn; /* faults seen so far */
};

static struct process outcome, trace;

static void tell(struct job *j, const struct scenario *s, const struct fault *f, const char *call,
                 const char *why)
{
    if (atomic_fetch_add(&j->tally->told, 1) >= MOST_TOLD) return;
    outcome.err[strcspn(outcome.err, "\n")] = 0;
    printf("%s, %s %zu (%s, %s): %s; exit status %d, says \"%s\"\n", s->name,
           f->kind == FAULT_MEMORY ? "request" : "call", f->at, call,
           f->kind == FAULT_MEMORY  ? "no memory"
           : f->kind == FAULT_ERROR ? f->error == FAULT_SHORT ? "half of it" : strerror(f->error)
                                    : "killed",
           why, outcome.status, outcome.err);
    fflush(stdout);
}

/* Runs a fault if it is this worker's turn. All workers count alike, so each fault is run once. */
static void meet(struct job *j, size_t scenario, enum what what, const struct fault *f,
                 const char *call)
{
    const struct scenario *s = &scenarios[scenario];
    const size_t turn = j->turn++;
    if (turn % j->every || turn / j->every % j->workers != j->worker) return;
    const char *why = scenario_run(&j->place, s, f, &outcome);
    atomic_fetch_add(&j->tally->run[scenario][what], 1);
    atomic_fetch_add(&j->tally->refused[scenario][what], outcome.status != 0);
    if (!why) return;
    atomic_fetch_add(&j->tally->wrong[scenario][what], 1);
    tell(j, s, f, call, why);
}

static void fail_memory(struct job *j, size_t scenario)
{
    const struct scenario *s = &scenarios[scenario];
    scenario_count_faults(&j->place, s, FAULT_NONE, &trace);
    for (size_t at = 1; at <= trace.count; at++)
        meet(j, scenario, MEMORY, &(struct fault){FAULT_MEMORY, at, 0}, "malloc or its kin");
}

static void fail_calls(struct job *j, size_t scenario)
{
    int errors[MOST_ERRORS];
    scenario_count_faults(&j->place, &scenarios[scenario], FAULT_TRACE, &trace);
    for (size_t at = 1; at <= trace.count; at++) {
        const long call = trace.calls[at - 1];
        const char *name = call_name(call);
        const size_t n = call_errors(call, errors);
        for (size_t i = 0; i < n; i++)
            meet(j, scenario, CALLS, &(struct fault){FAULT_ERROR, at, errors[i]}, name);
        meet(j, scenario, KILLS, &(struct fault){FAULT_KILL, at, 0}, name);
        if (!strcmp(name, "write"))
            meet(j, scenario, KILLS, &(struct fault){FAULT_KILL_HALF, at, 0}, name);
    }
}

static void work(struct job *j, const char *parent)
{
    place_make(&j->place, parent, j->worker);
    for (size_t i = 0; i < scenario_count; i++) {
        const char *why;
        if (j->only && strcmp(j->only, scenarios[i].name)) continue;
        if (j->worker == 0 && isatty(STDERR_FILENO))
            fprintf(stderr, "\r%zu of %zu: %s\033[K", i + 1, scenario_count, scenarios[i].name);
        if (!scenario_begin(&j->place, &scenarios[i], &why)) {
            printf("%s: without a fault: %s\n", scenarios[i].name, why);
            atomic_fetch_add(&j->tally->wrong[i][MEMORY], 1);
            continue;
        }
        fail_memory(j, i);
        if (scenarios[i].traced && calls_traceable()) fail_calls(j, i);
    }
    if (j->worker == 0 && isatty(STDERR_FILENO)) fprintf(stderr, "\r\033[K");
}

static int report(const struct tally *t)
{
    size_t wrong = 0;
    for (size_t i = 0; i < scenario_count; i++)
        for (int w = 0; w < WHATS; w++) {
            const size_t run = t->run[i][w], bad = t->wrong[i][w];
            wrong += bad;
            if (!run) continue;
            printf("%-28s %5zu %-21s %5zu ended it, %5zu did not, %zu wrong\n", scenarios[i].name,
                   run, what_names[w], (size_t)t->refused[i][w], run - t->refused[i][w], bad);
        }
    if (!calls_traceable()) printf("system calls and kills: skipped, for Linux on x86-64\n");
    return wrong != 0;
}

int main(int argc, char **argv)
{
    struct job job = {.every = argc > 3 && *argv[3] ? strtoull(argv[3], NULL, 10) : 1,
                      .only = argc > 4 ? argv[4] : NULL};
    char parent[] = "/tmp/vae-faults-XXXXXX";
    const long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    if (argc < 3 || !job.every || !realpath(argv[1], job.place.program) ||
        !realpath(argv[2], job.place.preload) || !mkdtemp(parent)) {
        fprintf(stderr, "usage: faults PROGRAM PRELOAD [EVERY [SCENARIO]]\n");
        return 2;
    }
    job.tally =
        mmap(NULL, sizeof *job.tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (job.tally == MAP_FAILED) return 2;
    job.workers = cpus > 1 ? (size_t)cpus : 1;
    for (; job.worker < job.workers; job.worker++)
        if (fork() == 0) {
            work(&job, parent);
            exit(0);
        }
    int status, failed = 0;
    while (wait(&status) > 0) failed |= status;
    failed |= report(job.tally);
    shell("rm -rf %s", parent);
    return failed ? 1 : 0;
}
