/* One run of the program under at most one fault. */
#ifndef PROCESS_H
#define PROCESS_H

#include <stddef.h>
#include <sys/types.h>

enum fault_kind {
    FAULT_NONE,   /* counts requests for memory */
    FAULT_MEMORY, /* request `at` for memory fails */
    FAULT_TRACE,  /* none; lists the system calls */
    FAULT_ERROR, /* system call `at` fails with `error`; FAULT_SHORT: it takes half of what it is given */
    FAULT_KILL,     /* killed before system call `at` */
    FAULT_KILL_HALF /* killed when system call `at`, a write, took half of what it was given */
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
    size_t count;            /* requests for memory, or system calls */
    long calls[FAULT_CALLS]; /* FAULT_TRACE: their numbers, in order */
    char out[1 << 16], err[4096];
};

/* Runs argv[0], a path, with the library `preload`, in the current directory; its output and the count go
 * through files beside that directory, ../stdout, ../stderr and ../count. One that has not ended after a
 * minute is killed (SIGALRM). */
void process_run(char *const *argv, const char *preload, const struct fault *fault,
                 struct process *p);

#endif
