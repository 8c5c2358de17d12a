/* One run of the program under at most one fault. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stddef.h>
#include <sys/types.h>

enum fault_kind {
    FAULT_NONE,     /* counts the allocations */
    FAULT_MEMORY,   /* allocation `at` fails */
    FAULT_TRACE,    /* lists the system calls */
    FAULT_ERROR,    /* system call `at` fails with `error`; FAULT_SHORT: it writes only half */
    FAULT_KILL,     /* killed before system call `at` */
    FAULT_KILL_HALF /* killed after system call `at`, a write, has written half */
};
enum { FAULT_SHORT = -1, FAULT_CALLS = 8192 };

struct fault {
    enum fault_kind kind;
    size_t at; /* from 1 */
    int error;
};

enum { STATUS_SIGNAL = 1000, STATUS_NOT_RUN = 2000 };

struct process {
    int status;              /* exit status, or STATUS_SIGNAL + signal */
    size_t count;            /* allocations, or system calls */
    long calls[FAULT_CALLS]; /* FAULT_TRACE: their numbers, in order */
    char out[1 << 16], err[4096];
};

/* Runs argv[0], a path, in the current directory with the library `preload`. Its output and the
 * count go through the files ../stdout, ../stderr and ../count. After a minute it is killed
 * (SIGALRM). */
void process_run(char *const *argv, const char *preload, const struct fault *fault,
                 struct process *p);

#endif
