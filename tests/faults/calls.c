#include "calls.h"

#if defined(__linux__) && defined(__x86_64__)
#include "preload.h"
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
    long number;
    const char *name;
    int errors[MOST_ERRORS]; /* up to the first 0 */
} known[] = {
    {SYS_read, "read", {EIO, EINTR}},
    {SYS_write, "write", {ENOSPC, EIO, EINTR, FAULT_SHORT}},
    {SYS_openat, "openat", {EMFILE, ENOMEM, EACCES}},
    {SYS_close, "close", {EIO, EINTR}},
    {SYS_fsync, "fsync", {EIO, ENOSPC, EINTR}},
    {SYS_rename, "rename", {EIO, EACCES}},
    {SYS_renameat, "renameat", {EIO, EACCES, ENOSPC}},
    {SYS_renameat2, "renameat2", {EIO, EACCES, ENOSPC}},
    {SYS_unlink, "unlink", {EIO}},
    {SYS_unlinkat, "unlinkat", {EIO}},
    {SYS_ftruncate, "ftruncate", {EIO}},
    {SYS_fchmod, "fchmod", {EIO, EPERM}},
    {SYS_fchown, "fchown", {EPERM}},
    {SYS_flock, "flock", {ENOLCK, EWOULDBLOCK, EINTR}},
    {SYS_fcntl, "fcntl", {ENOLCK}},
    {SYS_dup, "dup", {EMFILE}},
    {SYS_lseek, "lseek", {EIO}},
    {SYS_mkdir, "mkdir", {EACCES, ENOSPC}},
    {SYS_access, "access", {EACCES}},
    {SYS_newfstatat, "newfstatat", {EIO}},
    {SYS_readlink, "readlink", {EIO}},
    {SYS_getdents64, "getdents64", {EIO}},
    {SYS_getrandom, "getrandom", {ENOSYS}},
    {SYS_mmap, "mmap", {ENOMEM}},
    {SYS_mprotect, "mprotect", {ENOMEM}},
    {SYS_clone, "clone", {EAGAIN}},
    {SYS_clone3, "clone3", {EAGAIN}},
    {SYS_rt_sigaction, "rt_sigaction", {0}},
    {SYS_exit_group, "exit_group", {0}},
    {SYS_munmap, "munmap", {0}},
    {SYS_brk, "brk", {0}},
};
enum { KNOWN = sizeof known / sizeof *known };

static size_t find(long number)
{
    size_t i = 0;
    while (i < KNOWN && known[i].number != number) i++;
    return i;
}

bool calls_traceable(void) { return true; }

const char *call_name(long number)
{
    const size_t i = find(number);
    return i < KNOWN ? known[i].name : "another call";
}

size_t call_errors(long number, int errors[MOST_ERRORS])
{
    const size_t i = find(number);
    size_t n = 0;
    for (; i < KNOWN && n < MOST_ERRORS && known[i].errors[n]; n++) errors[n] = known[i].errors[n];
    return n;
}

/* Not counted, as their number or place varies from run to run: calls by which threads wait for each
 * other, and those by which a new thread registers with the kernel. Of the latter glibc ends the
 * process if rseq fails. */
static bool counted(long number)
{
    return number != SYS_futex && number != SYS_sched_yield && number != SYS_rseq &&
           number != SYS_set_robust_list;
}

void calls_ask(void)
{
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
}

struct follower {
    const struct fault *fault;
    struct process *p;
    bool begun; /* the loader is done */
    pid_t hit;  /* the thread that is inside the faulty call */
};

static void set_register(pid_t thread, size_t offset, long value)
{
    ptrace(PTRACE_POKEUSER, thread, (void *)offset, (void *)value);
}
#define REGISTER(name) offsetof(struct user_regs_struct, name)

static void meet(struct follower *f, pid_t thread, const struct user_regs_struct *r)
{
    const struct fault *fault = f->fault;
    const bool half = fault->kind == FAULT_KILL_HALF || fault->error == FAULT_SHORT;
    if (fault->kind == FAULT_KILL) kill(thread, SIGKILL);
    if (half) set_register(thread, REGISTER(rdx), (long)(r->rdx / 2));
    if (fault->kind == FAULT_ERROR && !half) set_register(thread, REGISTER(orig_rax), -1);
    f->hit = thread;
}

static void enter(struct follower *f, pid_t thread, const struct user_regs_struct *r)
{
    const long number = (long)r->orig_rax;
    struct process *p = f->p;
    if (!f->begun) {
        f->begun = number == SYS_prctl && r->rdi == FAULT_MARK;
        return;
    }
    if (!counted(number)) return;
    if (p->count < FAULT_CALLS) p->calls[p->count] = number;
    if (++p->count == f->fault->at && f->fault->kind > FAULT_TRACE) meet(f, thread, r);
}

static void leave(struct follower *f, pid_t thread)
{
    if (f->hit != thread) return;
    f->hit = 0;
    if (f->fault->kind == FAULT_KILL_HALF) kill(thread, SIGKILL);
    if (f->fault->kind == FAULT_ERROR && f->fault->error != FAULT_SHORT)
        set_register(thread, REGISTER(rax), -f->fault->error);
}

static void at_call(struct follower *f, pid_t thread)
{
    struct __ptrace_syscall_info info;
    struct user_regs_struct r;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, thread, (void *)sizeof info, &info) <= 0) return;
    if (info.op == PTRACE_SYSCALL_INFO_EXIT) leave(f, thread);
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
    if (ptrace(PTRACE_GETREGS, thread, NULL, &r) == 0) enter(f, thread, &r);
}

/* The signal to deliver on resuming; 0 if the stop was the tracer's own. */
static int at_stop(struct follower *f, pid_t thread, int status)
{
    const int number = WSTOPSIG(status);
    if (number == (SIGTRAP | 0x80)) {
        at_call(f, thread);
        return 0;
    }
    return number == SIGTRAP || number == SIGSTOP ? 0 : number;
}

int calls_follow(pid_t child, const struct fault *fault, struct process *p)
{
    struct follower f = {.fault = fault, .p = p};
    int status = 0, end = 0;
    waitpid(child, &status, 0);
    ptrace(PTRACE_SETOPTIONS, child, NULL,
           (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_EXITKILL));
    ptrace(PTRACE_SYSCALL, child, NULL, NULL);
    for (pid_t thread; (thread = waitpid(-1, &status, __WALL)) > 0;) {
        if (WIFSTOPPED(status)) {
            const int number = at_stop(&f, thread, status);
            ptrace(PTRACE_SYSCALL, thread, NULL, (void *)(long)number);
        } else if (thread == child) {
            end = status;
        }
    }
    return end;
}

#else

bool calls_traceable(void) { return false; }
void calls_ask(void) {}
const char *call_name(long number) { return number ? "" : ""; }
size_t call_errors(long number, int errors[MOST_ERRORS]) { return number && errors ? 0 : 0; }

int calls_follow(pid_t child, const struct fault *fault, struct process *p)
{
    return child && fault && p ? 0 : 0;
}

#endif
