#include "noise_case.h"
#include <math.h>
#include <stdio.h>

bool shape_noise(bool (*of)(size_t i, bool quick, struct shape *s), int per, size_t i, bool quick,
                 struct shape *s)
{
    size_t count = 0;
    while (of(count, quick, s)) count++;
    of(i % count, quick, s);
    s->variant += per * (int)(i / count);
    return i / count < SV_NOISES;
}

void noise_text(int noise, char text[VARIANT_TEXT])
{
    static const char *const names[] = {"", "laplace", "logistic"};
    snprintf(text, VARIANT_TEXT, "%s", names[noise]);
}

double noise_v(enum sv_noise noise)
{
    static const double v[] = {1, 2, 3.28986813369645287294};
    return v[noise];
}

double noise_kl_addends(double mu, double logvar, enum sv_noise noise)
{
    static const double kappa2[] = {1, 1.54841729471054517, 2.16212293359065464};
    return mu * mu + noise_v(noise) * exp(logvar) + kappa2[noise] + fabs(logvar);
}
