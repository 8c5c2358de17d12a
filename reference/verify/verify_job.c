#include "must.h"
#include "problem.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

struct verify_job verify_start(size_t id, const struct sv_kernels *table,
                               const struct verify_options *options)
{
    struct verify_job job = {id, table, options, -1, -1, NULL};
    int fd[2];
    fflush(NULL);
    job.site =
        mmap(NULL, sizeof *job.site, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (job.site == MAP_FAILED || pipe(fd) || (job.child = fork()) < 0) must_fail();
    job.answer = fd[0];
    if (job.child == 0) {
        must_fail_silently();
        if (!options->log && !freopen("/dev/null", "w", stderr)) _exit(1); /* sanitizers too */
        const struct verdict verdict = verify_kernel(id, table, options, job.site);
        _exit(write(fd[1], &verdict, sizeof verdict) != (ssize_t)sizeof verdict);
    }
    close(fd[1]);
    return job;
}

/* Logs the call during which the child died. */
static void say_crashed(const struct verify_job *job, const char *how)
{
    struct problem p;
    char what[128];
    snprintf(what, sizeof what, "crashed (%s)", how);
    if (job->options->log && problem_find(&p, job->id, job->site->number, job->options))
        problem_say(&p, job->site, job->table, job->options, 0, what);
}

struct verdict verify_finish(const struct verify_job *job)
{
    struct verdict answer;
    int status = 0;
    const bool got = read(job->answer, &answer, sizeof answer) == (ssize_t)sizeof answer;
    close(job->answer);
    waitpid(job->child, &status, 0);
    errno = ENOMEM;
    if (WIFEXITED(status) && WEXITSTATUS(status) == MUST_STATUS) must_fail();
    const bool whole = got && WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!whole)
        say_crashed(job, WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit status not 0");
    munmap(job->site, sizeof *job->site);
    return whole ? answer : (struct verdict){.failures = 1, .reasons = CRASHED};
}

struct verdict verify_kernel_forked(size_t id, const struct sv_kernels *table,
                                    const struct verify_options *options)
{
    const struct verify_job job = verify_start(id, table, options);
    return verify_finish(&job);
}
