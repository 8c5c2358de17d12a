#include "report.h"
#include "../base/clock.h"
#include "../base/json.h"
#include <inttypes.h>
#include <math.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 16, LINE = 256 };

struct progress vae_progress_start(uint64_t first, uint64_t total, bool quiet)
{
    return (struct progress){!quiet && isatty(STDERR_FILENO), first, total, vae_seconds_now(), 0};
}

static int terminal_width(void)
{
    struct winsize size;
    const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    return known && size.ws_col < LINE ? size.ws_col : 80;
}

void vae_progress_update(struct progress *p, uint64_t done, double bound)
{
    const double now = vae_seconds_now();
    if (!p->bar || (now - p->drawn < 0.1 && done < p->total)) return;
    p->drawn = now;
    const double rate = (double)(done - p->first) / fmax(now - p->start, 1e-9);
    const double left = (double)(p->total - done) / fmax(rate, 1e-9);
    const int filled = (int)((double)BAR_WIDTH * (double)done / (double)p->total);
    char bar[BAR_WIDTH + 1];
    for (int i = 0; i < BAR_WIDTH; i++) bar[i] = i < filled ? '#' : '.';
    bar[BAR_WIDTH] = 0;
    char line[LINE];
    char nats[32] = "";
    if (!isnan(bound)) snprintf(nats, sizeof nats, "  %.1f nats", bound);
    snprintf(line, sizeof line, "[%s] %" PRIu64 "/%" PRIu64 "  %.0f/s%s  %.0f s left", bar, done,
             p->total, rate, nats, left);
    fprintf(stderr, "\r%.*s\033[K", terminal_width() - 1, line); /* a wrapped line is not erased */
    fflush(stderr);
}

void vae_progress_clear(const struct progress *p)
{
    if (p->bar) fputs("\r\033[K", stderr);
}

char *vae_epoch_line(const struct epoch_report *r)
{
    bool ok = true;
    json_t *o = json_object();
    vae_json_put(&ok, o, "epoch", json_integer((json_int_t)r->epoch));
    vae_json_put(&ok, o, "samples", json_integer((json_int_t)r->samples));
    vae_json_put(&ok, o, "train_bound", vae_json_number(r->train_bound));
    vae_json_put(&ok, o, "test_bound", vae_json_number(r->test_bound));
    if (r->validated)
        vae_json_put(&ok, o, "validation_bound", vae_json_number(r->validation_bound));
    vae_json_put(&ok, o, "kl", vae_json_number(r->kl));
    vae_json_put(&ok, o, "recon", vae_json_number(r->recon));
    if (r->method != VAE_AEVB)
        vae_json_put(&ok, o, "method", json_string(vae_method_names[r->method]));
    if (r->method == VAE_FULL_VB) vae_json_put(&ok, o, "theta_kl", vae_json_number(r->theta_kl));
    if (r->method == VAE_MCEM) {
        vae_json_put(&ok, o, "acceptance", vae_json_number(r->acceptance));
        vae_json_put(&ok, o, "hmc_step", vae_json_float(r->chain_step));
    }
    if (r->estimator == VAE_ESTIMATOR_IWAE)
        vae_json_put(&ok, o, "iwae_bound", vae_json_number(r->iwae_bound));
    if (r->estimator != VAE_ESTIMATOR_B) {
        vae_json_put(&ok, o, "estimator", json_string(vae_estimator_names[r->estimator]));
        vae_json_put(&ok, o, "k", json_integer((json_int_t)r->draws));
    }
    vae_json_put(&ok, o, "lr", vae_json_float(r->lr));
    if (r->beta != 1) vae_json_put(&ok, o, "kl_weight", vae_json_float(r->beta));
    if (r->changed && *r->changed) vae_json_put(&ok, o, "changed", json_string(r->changed));
    vae_json_put(&ok, o, "samples_per_s", vae_json_number(r->samples_per_s));
    vae_json_put(&ok, o, "gflops", vae_json_number(r->gflops));
    vae_json_put(&ok, o, "isa", json_string(r->isa));
    vae_json_put(&ok, o, "threads", json_integer((json_int_t)r->threads));
    vae_json_put(&ok, o, "seed", json_integer((json_int_t)r->seed));
    vae_json_put(&ok, o, "run", json_string(r->run));
    vae_json_put(&ok, o, "data", json_string(r->data));
    if (r->profiled) vae_json_put(&ok, o, "profile", r->profile);
    return vae_json_text(ok, o, JSON_COMPACT | JSON_REAL_PRECISION(9));
}

void vae_print_epoch(const struct epoch_report *r)
{
    printf("epoch %3" PRIu64 "  samples %8" PRIu64 "  train %8.2f", r->epoch, r->samples,
           r->train_bound);
    if (r->validated) printf("  validation %8.2f", r->validation_bound);
    printf("  test %8.2f nats  (reconstruction %.2f, KL %.2f)  %.0f samples/s\n", r->test_bound,
           r->recon, r->kl, r->samples_per_s);
    fflush(stdout);
}
