#include "number.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static bool digit(char c) { return c >= '0' && c <= '9'; }

static const char *skip_digits(const char *p)
{
    while (digit(*p)) p++;
    return p;
}

bool vae_number_u64(const char *text, uint64_t max, uint64_t *out)
{
    uint64_t n = 0;
    if (!digit(*text)) return false;
    for (; digit(*text); text++) {
        const uint64_t d = (uint64_t)(*text - '0');
        if (d > max || n > (max - d) / 10) return false;
        n = 10 * n + d;
    }
    *out = n;
    return !*text;
}

/* strtod accepts more: leading space, hexadecimal, inf and nan, and trailing text. */
static bool decimal(const char *p)
{
    if (*p == '-' || *p == '+') p++;
    const char *whole = p, *point = skip_digits(whole);
    p = *point == '.' ? skip_digits(point + 1) : point;
    if (p - whole - (*point == '.') < 1) return false;
    if (*p == 'e' || *p == 'E') {
        p += p[1] == '-' || p[1] == '+' ? 2 : 1;
        if (!digit(*p)) return false;
        p = skip_digits(p);
    }
    return !*p;
}

/* `end` is checked because the locale may have another decimal point. */
bool vae_number_f32(const char *text, float *out)
{
    char *end;
    if (!decimal(text)) return false;
    *out = strtof(text, &end);
    return !*end && isfinite(*out);
}

bool vae_number_f64(const char *text, double *out)
{
    char *end;
    if (!decimal(text)) return false;
    *out = strtod(text, &end);
    return !*end && isfinite(*out);
}

void vae_number_write_f32(float x, char text[NUMBER_TEXT])
{
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, NUMBER_TEXT, "%.*g", digits, (double)x);
        if (strtof(text, NULL) == x) return;
    }
}

void vae_number_write_f64(double x, char text[NUMBER_TEXT])
{
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, NUMBER_TEXT, "%.*g", digits, x);
        if (strtod(text, NULL) == x) return;
    }
}
