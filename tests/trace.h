/* Counts the vector instructions that a call executes, by single-stepping the processor. */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stddef.h>

/* Instructions of this program's own code (not of libc or libm), by encoding and vector length. A
 * scalar one counts as 128 bits. */
struct trace {
    size_t all;
    size_t vex[2];  /* 128, 256 bits */
    size_t evex[3]; /* 128, 256, 512 bits */
};

/* Calls f(arg) and steps through its first 5000 instructions, libc's among them. Each takes one to
 * thirty microseconds, most on virtual machines. False where the processor cannot be stepped. */
bool trace_call(void (*f)(void *), void *arg, struct trace *out);

#endif
