#include "report.h"
#include "phases.h"
#include <inttypes.h>
#include <math.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 16, LINE = 256 };

struct progress progress_start(uint64_t first, uint64_t total, bool quiet)
{
    return (struct progress){!quiet && isatty(STDERR_FILENO), first, total, seconds_now(), 0};
}

static int terminal_width(void)
{
    struct winsize size;
    const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return known && size.ws_col < LINE ? size.ws_col : 80;
}

void progress_update(struct progress *p, uint64_t done, double bound)
{
    const double now = seconds_now();
    if (!p->bar || (now - p->drawn < 0.1 && done < p->total)) return;
    p->drawn = now;
    const double rate = (double)(done - p->first) / fmax(now - p->start, 1e-9);
    const double left = (double)(p->total - done) / fmax(rate, 1e-9);
    const int filled = (int)(BAR_WIDTH * (double)done / (double)p->total);
    char bar[BAR_WIDTH + 1];
    for (int i = 0; i < BAR_WIDTH; i++) bar[i] = i < filled ? '#' : '.';
    bar[BAR_WIDTH] = 0;
    char line[LINE];
    snprintf(line, sizeof line, "[%s] %" PRIu64 "/%" PRIu64 "  %.0f/s  %.1f nats  %.0f s left", bar,
             done, p->total, rate, bound, left);
    fprintf(stderr, "\r%.*s\033[K", terminal_width() - 1, line); /* a line that wraps stays */
    fflush(stderr);
}

void progress_clear(const struct progress *p)
{
    if (p->bar) fputs("\r\033[K", stderr);
}

static json_t *number(double x) { return isfinite(x) ? json_real(x) : json_null(); }

char *epoch_line(const struct epoch_report *r)
{
    json_t *o = json_pack("{s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:s, s:i, s:I, s:s}", "epoch",
                          (json_int_t)r->epoch, "samples", (json_int_t)r->samples, "train_bound",
                          number(r->train_bound), "test_bound", number(r->test_bound), "kl",
                          number(r->kl), "recon", number(r->recon), "samples_per_s",
                          number(r->samples_per_s), "gflops", number(r->gflops), "isa", r->isa,
                          "threads", (int)r->threads, "seed", (json_int_t)r->seed, "run", r->run);
    if (r->profile && o) json_object_set_new(o, "profile", r->profile);
    char *text = o ? json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(o);
    return text;
}

void print_epoch(const struct epoch_report *r)
{
    printf("epoch %3" PRIu64 "  samples %8" PRIu64
           "  train %8.2f  test %8.2f nats  (reconstruction "
           "%.2f, KL %.2f)  %.0f samples/s\n",
           r->epoch, r->samples, r->train_bound, r->test_bound, r->recon, r->kl, r->samples_per_s);
    fflush(stdout);
}
