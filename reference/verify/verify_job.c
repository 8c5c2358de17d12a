#include "must.h"
#include "verify.h"
#include <errno.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct verify_job verify_start(size_t id, const struct sv_kernels *table,
                               const struct verify_options *options)
{
    struct verify_job job = {id, table, options, -1, -1};
    int fd[2];
    fflush(NULL);
    if (pipe(fd) || (job.child = fork()) < 0) must_fail();
    job.answer = fd[0];
    if (job.child == 0) {
        must_fail_silently();
        if (!options->log && !freopen("/dev/null", "w", stderr)) _exit(1); /* a sanitizer's too */
        const struct verdict verdict = verify_kernel(id, table, options);
        _exit(write(fd[1], &verdict, sizeof verdict) != (ssize_t)sizeof verdict);
    }
    close(fd[1]);
    return job;
}

struct verdict verify_finish(const struct verify_job *job)
{
    const struct verify_options *options = job->options;
    struct verdict answer;
    int status = 0;
    const bool got = read(job->answer, &answer, sizeof answer) == (ssize_t)sizeof answer;
    close(job->answer);
    waitpid(job->child, &status, 0);
    errno = ENOMEM;
    if (WIFEXITED(status) && WEXITSTATUS(status) == MUST_STATUS) must_fail();
    if (got && WIFEXITED(status) && WEXITSTATUS(status) == 0) return answer;
    if (options->log)
        fprintf(options->log, "%s%s [%s %s]: crashed (%s)\n",
                options->message ? options->message : "", sv_kernel_names[job->id], job->table->isa,
                job->table->variant ? job->table->variant : "-",
                WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit status not 0");
    return (struct verdict){.failures = 1, .reasons = CRASHED};
}

struct verdict verify_kernel_forked(size_t id, const struct sv_kernels *table,
                                    const struct verify_options *options)
{
    const struct verify_job job = verify_start(id, table, options);
    return verify_finish(&job);
}
