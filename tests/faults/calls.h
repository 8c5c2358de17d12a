/* System calls of a traced process: counts them once the loader is done, makes one fail, or kills
 * the process at one. */
#ifndef CALLS_H
#define CALLS_H

#include "process.h"
#include <stdbool.h>

/* Whether this system's calls can be traced: Linux on x86-64. */
bool calls_traceable(void);

/* In the child: asks for the next program to be traced. */
void calls_ask(void);

/* In its parent: traces the child to its end and injects the fault. Fills p->calls and p->count;
 * returns waitpid's status. */
int calls_follow(pid_t child, const struct fault *fault, struct process *p);

const char *call_name(long number);

/* Stores the errors to inject into system call `number` and returns how many: 0 for calls that
 * always succeed, or whose failure would mean a broken system. */
enum { MOST_ERRORS = 4 };
size_t call_errors(long number, int errors[MOST_ERRORS]);

#endif
