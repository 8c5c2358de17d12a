#include "real.h"

/* y = f(x) */
#define MAP(name, formula)                                                                         \
    void REF(name)(size_t n, const real *px, real *py)                                             \
    {                                                                                              \
        for (size_t i = 0; i < n; i++) {                                                           \
            const real x = px[i];                                                                  \
            py[i] = (formula);                                                                     \
        }                                                                                          \
    }
MAP(exp, exp(x))
MAP(log, log(x))
MAP(log1p, log1p(x))
MAP(tanh, tanh(x))
MAP(sigmoid, sigmoid_of(x))
MAP(softplus, softplus_of(x))
MAP(relu, relu_of(x))

/* dx = dy f'(x), with f' in terms of y = f(x) */
#define MAP_GRAD(name, derivative)                                                                 \
    void REF(name)(size_t n, const real *py, const real *dy, real *dx)                             \
    {                                                                                              \
        for (size_t i = 0; i < n; i++) {                                                           \
            const real y = py[i];                                                                  \
            dx[i] = dy[i] * (derivative);                                                          \
        }                                                                                          \
    }
MAP_GRAD(tanh_grad, 1 - y * y)
MAP_GRAD(sigmoid_grad, y *(1 - y))
MAP_GRAD(softplus_grad, 1 - exp(-y))
MAP_GRAD(relu_grad, y > 0 ? 1 : y <= 0 ? 0 : y)

/* sin and cos of 2 pi x. Whole turns, then quarter turns, are subtracted first, both exactly. */
void REF(sincos2pi)(size_t n, const real *x, real *s, real *c)
{
    const real pi = (real)3.14159265358979323846;
    for (size_t i = 0; i < n; i++) {
        const real turn = x[i] - round(x[i]);
        const real quarters = round(4 * turn);
        const real angle = 2 * pi * (turn - quarters / 4);
        const real cosines[4] = {cos(angle), -sin(angle), -cos(angle), sin(angle)};
        const int q = isfinite(quarters) ? (int)quarters + 4 : 0;
        c[i] = cosines[q % 4];
        s[i] = cosines[(q + 3) % 4];
    }
}
