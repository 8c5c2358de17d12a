#include "real.h"

void REF(sgd)(size_t n, real *w, const real *grad, real lr, real decay)
{
    for (size_t i = 0; i < n; i++) w[i] -= lr * (grad[i] + decay * w[i]);
}

void REF(adagrad)(size_t n, real *w, const real *grad, real *s, real lr, real eps, real decay)
{
    for (size_t i = 0; i < n; i++) {
        const real g = grad[i] + decay * w[i];
        s[i] += g * g;
        w[i] -= lr * g / (sqrt(s[i]) + eps);
    }
}

void REF(adam)(size_t n, real *w, const real *grad, real *m, real *v, const struct SV_T(optim) * p)
{
    for (size_t i = 0; i < n; i++) {
        const real g = grad[i] + p->decay * w[i];
        m[i] = p->beta1 * m[i] + (1 - p->beta1) * g;
        v[i] = p->beta2 * v[i] + (1 - p->beta2) * g * g;
        w[i] -= p->lr * m[i] / (sqrt(v[i]) + p->eps);
    }
}
