/* System calls of a traced process: counted from the end of its loader's work, made to fail, or its end. */
#ifndef CALLS_H
#define CALLS_H

#include "process.h"
#include <stdbool.h>

/* Whether this system's calls can be traced: Linux on x86-64. */
bool calls_traceable(void);

/* In the child: the next program is traced. */
void calls_ask(void);

/* In its parent: until the end, with the fault; returns waitpid's status. p->calls and p->count are filled. */
int calls_follow(pid_t child, const struct fault *fault, struct process *p);

const char *call_name(long number);

/* What system call `number` may meet, into errors; returns how many. 0 for calls that always succeed or
 * where it would be the system that is broken. */
enum { MOST_ERRORS = 4 };
size_t call_errors(long number, int errors[MOST_ERRORS]);

#endif
