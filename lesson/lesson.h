/* What the chapters share: the kernels, and numbers printed by name. */
#ifndef LESSON_H
#define LESSON_H

#include <stddef.h>
#include <sv.h>

struct lesson {
    struct sv_kernels k;
    const char *isa;     /* NULL: the best of this CPU */
    const char *figures; /* the folder to draw into; NULL: none is drawn */
};

/* usage: CHAPTER [--isa NAME] [--figures FOLDER]; with --isas it names those that this CPU runs.
 * Ends the program if that is not what was given. */
struct lesson lesson_begin(int argc, char **argv);

/* Prints "name value" with that many decimals: the page refers to it as {{name}}. */
void say(const char *name, int decimals, double value);

/* Ends the program with a line on standard error. */
_Noreturn void lesson_fail(const char *what, const char *why);

/* f(x) of one number. Kernels work on arrays: this is an array of length 1. */
static inline double value(sv_map_fn *f, double x)
{
    const float from = (float)x;
    float to;
    f(1, &from, &to);
    return (double)to;
}

/* log N(x_i; mean, e^logvar) of n numbers, by kernel gaussian_ll; with a mean of its own for each. In place allowed. */
void log_normal(const struct sv_kernels *k, size_t n, const float *x, double mean, double logvar,
                float *log_p);
void log_normal_each(const struct sv_kernels *k, size_t n, const float *x, const float *mean,
                     double logvar, float *log_p);

/* The same, and its slope in each mean, (x - mean) / e^logvar. */
void log_normal_slope(const struct sv_kernels *k, size_t n, const float *x, const float *mean,
                      double logvar, float *log_p, float *by_mean);

/* Of one number: log N(x; mean, e^logvar). Of one Gaussian: KL(N(mu, e^logvar) || N(0, 1)), by the kernel `kl`. */
double log_normal_at(const struct sv_kernels *k, double x, double mean, double logvar);
double kl_normal(const struct sv_kernels *k, double mu, double logvar);

/* C = op(A) op(B) by gemm_nn, gemm_nt or gemm_tn; C is m x n, without gaps. */
void matrix_product(sv_gemm_fn *f, size_t m, size_t n, size_t k, const float *a, size_t lda,
                    const float *b, size_t ldb, float *c);

/* n draws of N(mean, sd^2): each seed and stream has its own. */
void draw_normal(const struct sv_kernels *k, uint64_t seed, uint32_t stream, double mean, double sd,
                 size_t n, float *to);

/* Of a sample: the mean, and the variance with the divisor n - 1. */
double sample_mean(size_t n, const float *x);
double sample_variance(size_t n, const float *x);

/* The histogram of n numbers, whose bars have the area 1: their middles and heights. */
void histogram(size_t n, const float *x, double low, double high, size_t bins, float *middle,
               float *height);

/* n numbers from low to high, at equal distances. */
static inline void spread(size_t n, double low, double high, float *x)
{
    for (size_t i = 0; i < n; i++) x[i] = (float)(low + (high - low) * (double)i / (double)(n - 1));
}

/* The program's synthetic digits number first ... first + n - 1, 14 x 14 pixels from 0 to 1: x is [n][DIGIT_SIZE]. */
enum { DIGIT_SIDE = 14, DIGIT_SIZE = DIGIT_SIDE * DIGIT_SIDE };
void lesson_digits(size_t first, size_t n, float *x);

#endif
