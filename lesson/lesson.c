#include "lesson.h"
#include "../vae/data/synthetic.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void lesson_fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static void list_isas(void)
{
    for (size_t i = 0; sv_isa_name(i); i++)
        if (sv_isa_supported(i)) puts(sv_isa_name(i));
}

struct lesson lesson_begin(int argc, char **argv)
{
    struct lesson l = {.isa = NULL};
    for (int i = 1; i < argc; i += 2) {
        if (strcmp(argv[i], "--isas") == 0) {
            list_isas();
            exit(0);
        } else if (i + 1 < argc && strcmp(argv[i], "--isa") == 0) {
            l.isa = argv[i + 1];
        } else if (i + 1 < argc && strcmp(argv[i], "--figures") == 0) {
            l.figures = argv[i + 1];
        } else {
            fprintf(stderr, "usage: %s [--isa NAME] [--figures FOLDER]\n", argv[0]);
            exit(2);
        }
    }
    const enum sv_status status = sv_dispatch(l.isa, &l.k);
    if (status != SV_OK)
        lesson_fail(l.isa, status == SV_ISA_UNKNOWN ? "no instruction set of this build; see --isas"
                                                    : "this CPU lacks it; see --isas");
    return l;
}

void say(const char *name, int decimals, double number)
{
    char text[64];
    snprintf(text, sizeof text, "%.*f", decimals, number);
    /* What rounds to zero has no sign. */
    printf("%s %s\n", name, text + (text[0] == '-' && strspn(text, "-0.") == strlen(text)));
}

/* Rows of one number each; without log-variances the kernels take min_logvar for all. */
static struct sv_gaussian_ll rows_of_one(size_t n, const float *x, const float *mean, double logvar,
                                         float *log_p)
{
    return (struct sv_gaussian_ll){.m = n,
                                   .n = 1,
                                   .mean = mean,
                                   .ld = 1,
                                   .min_logvar = (float)logvar,
                                   .x = x,
                                   .ldx = 1,
                                   .ll = log_p};
}

void log_normal_each(const struct sv_kernels *k, size_t n, const float *x, const float *mean,
                     double logvar, float *log_p)
{
    const struct sv_gaussian_ll call = rows_of_one(n, x, mean, logvar, log_p);
    k->gaussian_ll(&call);
}

void log_normal_slope(const struct sv_kernels *k, size_t n, const float *x, const float *mean,
                      double logvar, float *log_p, float *by_mean)
{
    struct sv_gaussian_ll call = rows_of_one(n, x, mean, logvar, log_p);
    call.scale = -1; /* kernels give the slope of -log p */
    call.dmean = by_mean;
    call.ldg = 1;
    k->gaussian_ll_grad(&call);
}

double log_normal_at(const struct sv_kernels *k, double x, double mean, double logvar)
{
    const float at = (float)x, m = (float)mean;
    float log_p;
    log_normal_each(k, 1, &at, &m, logvar, &log_p);
    return (double)log_p;
}

double kl_normal(const struct sv_kernels *k, double mu, double logvar)
{
    const float m = (float)mu, v = (float)logvar;
    float kl;
    k->kl(&(struct sv_kl){.m = 1, .n = 1, .mu = &m, .logvar = &v, .ld = 1, .kl = &kl});
    return (double)kl;
}

void log_normal(const struct sv_kernels *k, size_t n, const float *x, double mean, double logvar,
                float *log_p)
{
    enum { CHUNK = 64 };
    float from[CHUNK], means[CHUNK];
    for (size_t i = 0; i < CHUNK; i++) means[i] = (float)mean;
    for (size_t i = 0; i < n; i += CHUNK) {
        const size_t count = n - i < CHUNK ? n - i : CHUNK;
        memcpy(from, x + i, count * sizeof *x);
        log_normal_each(k, count, from, means, logvar, log_p + i);
    }
}

void matrix_product(sv_gemm_fn *f, size_t m, size_t n, size_t k, const float *a, size_t lda,
                    const float *b, size_t ldb, float *c)
{
    void *scratch = malloc(sv_gemm_scratch(m, n, k));
    if (!scratch) lesson_fail("matrix product", "not enough memory");
    f(&(struct sv_gemm){.m = m,
                        .n = n,
                        .k = k,
                        .a = a,
                        .lda = lda,
                        .b = b,
                        .ldb = ldb,
                        .c = c,
                        .ldc = n,
                        .scratch = scratch});
    free(scratch);
}

void draw_normal(const struct sv_kernels *k, uint64_t seed, uint32_t stream, double mean, double sd,
                 size_t n, float *to)
{
    k->normal(1, n, sv_rng_at(seed, stream, 0), to, n);
    for (size_t i = 0; i < n; i++) to[i] = (float)(mean + sd * (double)to[i]);
}

double sample_mean(size_t n, const float *x)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i];
    return sum / (double)n;
}

double sample_variance(size_t n, const float *x)
{
    const double mean = sample_mean(n, x);
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += ((double)x[i] - mean) * ((double)x[i] - mean);
    return sum / (double)(n - 1);
}

void histogram(size_t n, const float *x, double low, double high, size_t bins, float *middle,
               float *height)
{
    const double width = (high - low) / (double)bins;
    spread(bins, low + width / 2, high - width / 2, middle);
    memset(height, 0, bins * sizeof *height);
    for (size_t i = 0; i < n; i++) {
        const double at = ((double)x[i] - low) / width;
        if (at >= 0 && at < (double)bins) height[(size_t)at]++;
    }
    for (size_t i = 0; i < bins; i++) height[i] /= (float)((double)n * width);
}

/* Each pixel is the mean of four of the program's. */
void lesson_digits(size_t first, size_t n, float *x)
{
    const struct images_wanted grey = {.rows = 0};
    struct images digits = {.count = 0};
    struct vae_error e = {.line = ""};
    if (!vae_synthetic_make(&grey, first, n, &digits, &e)) lesson_fail("digits", e.line);
    for (size_t i = 0; i < n; i++)
        for (size_t at = 0; at < DIGIT_SIZE; at++) {
            const uint8_t *p = digits.pixels + i * SYNTHETIC_SIZE +
                               2 * (at / DIGIT_SIDE * SYNTHETIC_SIDE + at % DIGIT_SIDE);
            const int sum = p[0] + p[1] + p[SYNTHETIC_SIDE] + p[SYNTHETIC_SIDE + 1];
            x[i * DIGIT_SIZE + at] = (float)sum / 1020;
        }
    vae_images_free(&digits);
}
