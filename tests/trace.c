#include "trace.h"

#if defined(__x86_64__)
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

extern const unsigned char __executable_start, etext; /* defined by the linker */

enum { TRAP_FLAG = 0x100, STEPS = 5000 };

static struct trace *tally;
static size_t steps;

/* Intel SDM volume 2, sections 2.3.5 (VEX: L is bit 2 of the last prefix byte) and 2.7.1 (EVEX: L'L
 * are bits 6 and 5 of the last, unless b with registers makes them a rounding mode of 512 bits). */
static void count(const unsigned char *at)
{
    tally->all++;
    while (memchr("\x26\x2e\x36\x3e\x64\x65\x67", *at, 7)) at++;
    if (*at == 0xc5)
        tally->vex[at[1] >> 2 & 1]++;
    else if (*at == 0xc4)
        tally->vex[at[2] >> 2 & 1]++;
    else if (*at == 0x62) {
        const unsigned length = at[3] >> 5 & 3;
        const bool rounding = at[3] & 0x10 && at[5] >= 0xc0;
        tally->evex[rounding || length > 2 ? 2 : length]++;
    }
}

static void on_step(int number, siginfo_t *info, void *context)
{
    greg_t *reg = ((ucontext_t *)context)->uc_mcontext.gregs;
    const unsigned char *at = (const unsigned char *)(uintptr_t)reg[REG_RIP];
    (void)number, (void)info;
    if (++steps == STEPS) reg[REG_EFL] &= ~TRAP_FLAG;
    if (at >= &__executable_start && at < &etext) count(at);
}

/* The trap flag, bit 8, makes the processor trap after each instruction. The 128 bytes below rsp,
 * the red zone, may be in use: step over them before pushing. */
static void set_trap_flag(bool on)
{
    if (on)
        __asm__ volatile("lea -128(%%rsp), %%rsp\n\tpushfq\n\torq $0x100, (%%rsp)\n\tpopfq\n\t"
                         "lea 128(%%rsp), %%rsp" ::
                             : "cc", "memory");
    else
        __asm__ volatile("lea -128(%%rsp), %%rsp\n\tpushfq\n\tandq $-257, (%%rsp)\n\tpopfq\n\t"
                         "lea 128(%%rsp), %%rsp" ::
                             : "cc", "memory");
}

bool trace_call(void (*f)(void *), void *arg, struct trace *out)
{
    struct sigaction old, a = {.sa_sigaction = on_step, .sa_flags = SA_SIGINFO};
    *out = (struct trace){0};
    tally = out;
    steps = 0;
    if (sigaction(SIGTRAP, &a, &old)) return false;
    set_trap_flag(true);
    f(arg);
    set_trap_flag(false);
    sigaction(SIGTRAP, &old, NULL);
    return out->all > 0;
}

#else

bool trace_call(void (*f)(void *), void *arg, struct trace *out)
{
    *out = (struct trace){0};
    f(arg);
    return false;
}

#endif
