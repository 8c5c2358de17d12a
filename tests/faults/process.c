#include "process.h"
#include "calls.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE = 60 };

static void to_file(int fd, const char *path)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (file < 0 || dup2(file, fd) < 0) _exit(127);
    close(file);
}

static void become(char *const *argv, const char *preload, const struct fault *fault)
{
    char at[32];
    snprintf(at, sizeof at, "%zu", fault->at);
    setenv("LD_PRELOAD", preload, 1);
    if (fault->kind == FAULT_MEMORY) setenv("FAULT_ALLOCATION", at, 1);
    if (fault->kind == FAULT_NONE) setenv("FAULT_COUNT", "../count", 1);
    const int empty = open("/dev/null", O_RDONLY);
    dup2(empty, STDIN_FILENO);
    close(empty);
    to_file(STDOUT_FILENO, "../stdout");
    to_file(STDERR_FILENO, "../stderr");
    alarm(PATIENCE);
    if (fault->kind >= FAULT_TRACE) calls_ask();
    execv(argv[0], argv);
    _exit(127);
}

static void read_text(const char *path, char *to, size_t size)
{
    FILE *f = fopen(path, "rb");
    const size_t n = f ? fread(to, 1, size - 1, f) : 0;
    to[n] = 0;
    if (f) fclose(f);
}

void process_run(char *const *argv, const char *preload, const struct fault *fault,
                 struct process *p)
{
    int status = 0;
    p->count = 0;
    p->status = STATUS_NOT_RUN;
    fflush(NULL);
    const pid_t child = fork();
    if (child < 0) return;
    if (child == 0) become(argv, preload, fault);
    if (fault->kind >= FAULT_TRACE)
        status = calls_follow(child, fault, p);
    else
        waitpid(child, &status, 0);
    p->status = WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_SIGNAL + WTERMSIG(status);
    read_text("../stdout", p->out, sizeof p->out);
    read_text("../stderr", p->err, sizeof p->err);
    if (fault->kind != FAULT_NONE) return;
    FILE *f = fopen("../count", "rb");
    if (f && fread(&p->count, sizeof p->count, 1, f) != 1) p->count = 0;
    if (f) fclose(f);
}
