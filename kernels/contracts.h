#if !defined real || !defined SV_T
/* kernels.h includes this file for float (types sv_*), reference/ref.h for double (types sv64_*),
 * so one declaration serves kernel, scalar reference and oracle. */
#error "the includer of contracts.h defines real and SV_T"
#endif

/* The contract of every kernel: shapes, aliasing, accuracy, special values, sources.
 *
 * Common to all:
 *  - Matrices are row-major. The leading dimension ld is the distance between rows in elements, at
 *    least the row length. Elements between the row's end and ld are neither read nor written.
 *  - Any alignment is allowed. No byte outside the named shapes is touched. With a size of 0
 *    nothing is done, except that per-row results are still written (an empty sum is 0).
 *  - Outputs must not overlap inputs. Where "in place" is allowed, an output may be exactly an
 *    input.
 *  - NaN in, NaN out, for every output that depends on it; the payload is not part of the promise.
 *  - No state, no allocation, no printing; rounding mode and MXCSR control bits are unchanged.
 *  - The bits of a result depend on the arguments alone: not on ISA, alignment or blocking.
 *  - Gradients are those of the loss -ELBO = KL - log p, so optimisers descend.
 *  - Accuracy bounds hold where nothing overflows or underflows; an underflow adds at most 2^-149.
 *    Infinite logits or log-variances may give NaN where 0 * inf or inf - inf arises.
 *  - u = 2^-24. Likelihoods and divergences are in nats.
 *  - "AEVB" is Kingma & Welling 2013, arXiv 1312.6114.
 */

/* ---- element-wise functions: exp log log1p tanh sigmoid softplus relu --------------------------
 * y[i] = f(x[i]), i < n. In place allowed.
 * Accuracy: exp, log, log1p within 1 ulp; tanh, sigmoid, softplus within 2 ulp; relu exact.
 * sigmoid(x) = 1 / (1 + e^-x); softplus(x) = log(1 + e^x); relu(x) = max(x, 0), relu(-0) = +0. */
typedef void SV_T(map_fn)(size_t n, const real *x, real *y);

/* ---- their derivatives: tanh_grad sigmoid_grad softplus_grad relu_grad --------------------------
 * dx[i] = dy[i] f'(x[i]), with f' in terms of the output y = f(x):
 * 1 - y^2 | y (1 - y) | 1 - e^-y | y > 0. In place allowed: dx may be dy. Accuracy: 4 u relative to
 * |dy| times the addends of f' before cancellation. */
typedef void SV_T(map_grad_fn)(size_t n, const real *y, const real *dy, real *dx);

/* ---- sincos2pi ---------------------------------------------------------------------------------
 * s[i] = sin(2 pi x[i]), c[i] = cos(2 pi x[i]): the argument is in turns, so its reduction is
 * exact. Within 2 ulp for every finite x; inf and NaN give NaN. The sign of a zero is not kept. */
typedef void SV_T(sincos_fn)(size_t n, const real *x, real *s, real *c);

/* ---- pack: a matrix into panels, the layout of weights between calls ----------------------------
 * y holds X, rows x cols, as ceil(cols / 16) panels of rows x 16 (SV_PANEL): y[c / 16][r][c % 16] =
 * X[r][c], with +0 from column `cols` on. X[r][c] is x[r][c], or x[c][r] if transposed is set; ldx is the
 * leading dimension of x. y: sv_packed_size(rows, cols) elements, laid out alike on every ISA.
 * Exact. */
typedef void SV_T(pack_fn)(size_t rows, size_t cols, const real *x, size_t ldx, bool transposed,
                           real *y);

/* Parameters of one optimiser step: sgd, adagrad, adam below. For Adam pass
 * lr = alpha sqrt(1 - beta2^t) / (1 - beta1^t) and its eps times sqrt(1 - beta2^t). */
struct SV_T(optim) {
    real lr, eps, decay, beta1, beta2;
};

/* ---- gemm_nn gemm_nt gemm_tn: C = epilogue(op(A) op(B)) -----------------------------------------
 * The three products of a dense layer with X[M][I], W[I][O], Y[M][O]:
 *   gemm_nn  Y  = X W      A is m x k, B is k x n      (m, n, k) = (M, O, I)
 *   gemm_nt  dX = dY W^T   A is m x k, B is n x k      (m, n, k) = (M, I, O)
 *   gemm_tn  dW = X^T dY   A is k x m, B is k x n      (m, n, k) = (I, O, M)
 * Each c_ij is one fma chain over k in ascending order, starting from 0, or from the stored c_ij if
 * accumulate is set. Accuracy: u (k + 2) sum |a||b|, plus the epilogue's own error.
 * b_packed: b holds the panels that `pack` makes of B as stored, k x n, or n x k for gemm_nt, so
 * one copy of W serves both directions. Each panel has ldb rows, at least k (gemm_nt: n): a call
 * may use part of a larger matrix, starting at a multiple of 16 columns.
 * c_packed: c, s and v are panels of ldc >= m rows; c_ij is c[j / 16 * 16 ldc + 16 i + j % 16].
 * Lanes from column n on are not touched.
 * Epilogues act on v = c_ij before it is stored:
 *   NONE                      v
 *   BIAS                      v + bias[j]
 *   TANH RELU SOFTPLUS SIGMOID  f(v + bias[j])
 *   TANH_GRAD ... SIGMOID_GRAD  v f'(.), f' from y[i][j], the activation's output
 *   BERNOULLI                 l = v + bias[j]: c = scale (sigmoid(l) - y[i][j]), and
 *                             row_sum[i] = log p(y_i | l_i), as bernoulli_ll_grad
 *   SGD ADAGRAD ADAM          v is the gradient of weight c_ij. The weight takes one step of that
 *                             optimiser, with the same bits as the kernel of that name. s_ij is
 *                             Adagrad's s or Adam's m, v_ij is Adam's v
 * An epilogue adds an error of 2 u of its addends, and that of f. With accumulate set the epilogue
 * must be NONE. scratch: sv_gemm_scratch(m, n, k) bytes, aligned for float; its contents before and
 * after do not matter. It may be NULL if that size is 0. */
struct SV_T(gemm) {
    size_t m, n, k;
    const real *a;
    size_t lda;
    const real *b;
    size_t ldb;
    bool b_packed;
    real *c;
    size_t ldc;
    bool c_packed;
    bool accumulate;
    enum sv_epilogue epilogue;
    const real *bias; /* [n] */
    const real *y;    /* [m][ldy] */
    size_t ldy;
    real scale;    /* BERNOULLI */
    real *row_sum; /* [m], BERNOULLI */
    const struct SV_T(optim) * optim;
    real *s, *v; /* statistics of ADAGRAD and ADAM, laid out as c */
    void *scratch;
};
typedef void SV_T(gemm_fn)(const struct SV_T(gemm) * g);

/* ---- colsum ------------------------------------------------------------------------------------
 * y[j] = sum_i a[i][j], i ascending: the gradient of a bias. Accuracy: u (m + 2) sum |a|. */
typedef void SV_T(colsum_fn)(size_t m, size_t n, const real *a, size_t lda, real *y);

/* ---- logsumexp ---------------------------------------------------------------------------------
 * y[i] = log sum_j exp(x[i][j]), with the row's maximum subtracted first. A row with n = 0, or of
 * -inf only, gives -inf; a +inf gives +inf. Accuracy: (n + 8) u absolute, plus 2 u |y|. */
typedef void SV_T(logsumexp_fn)(size_t m, size_t n, const real *x, size_t ldx, real *y);

/* ---- logsumexp_grad: logsumexp, and its derivative w[i][j] = e^(x - max) / sum_j e^(x - max) --
 * Each row of w sums to 1: normalised importance weights from log-weights. In place allowed. The
 * weights are quotients, because e^(x - y) would put the rounding error of y into every one. A row
 * whose maximum is infinite gives NaN weights. Accuracy: y as logsumexp; w (n + 8 + |x - max|) u
 * relative, an underflow adds at most 2^-148. */
struct SV_T(logsumexp_grad) {
    size_t m, n;
    const real *x; /* m x n */
    size_t ldx;
    real *y; /* [m] */
    real *w; /* m x n */
    size_t ldw;
};
typedef void SV_T(logsumexp_grad_fn)(const struct SV_T(logsumexp_grad) * p);

/* ---- scale_rows --------------------------------------------------------------------------------
 * y[i][j] = s[i] x[i][j], m x n: importance weights applied to the rows of a gradient. In place
 * allowed. A zero is +0. Accuracy: 3 u relative; also rounded to multiples of 2^-103, as the optimisers' weights
 * are, which adds 2^-104. */
typedef void SV_T(scale_rows_fn)(size_t m, size_t n, const real *s, const real *x, size_t ldx,
                                 real *y, size_t ldy);

/* ---- kl: divergence of z = mu + sigma eps, sigma = exp(logvar / 2), from N(0, I) -----------------
 * kl[i] = 1/2 sum_j (mu^2 + (v sigma^2 + 2 kappa - logvar)), with v the variance of eps and kappa =
 * 1/2 log 2 pi less its entropy (AEVB, appendix B, for normal eps):
 *   normal v = 1, 2 kappa = -1;  Laplace 2, log(pi / 2) - 2;  logistic pi^2 / 3, log 2 pi - 4.
 * Accuracy: (n + 8) u relative to 1/2 sum (mu^2 + v sigma^2 + 2 |kappa| + |logvar|): to the addends,
 * because the KL itself is near 0 at the start of training.
 * ---- kl_grad: as kl, and dmu = mu, dlogvar = (v sigma^2 - 1) / 2
 * Accuracy: dmu exact, dlogvar 8 u relative to (v sigma^2 + 1) / 2. */
struct SV_T(kl) {
    size_t m, n;
    const real *mu, *logvar; /* m x n */
    size_t ld;
    real *kl; /* [m] */
    /* kl_grad only: */
    real *dmu, *dlogvar; /* m x n */
    size_t ldg;
    enum sv_noise noise;
};
typedef void SV_T(kl_fn)(const struct SV_T(kl) * p);

/* ---- reparam: reparameterised draws and their KL, in one pass (AEVB, section 2.4) ---------------
 * For row i < m and draw l < samples, with r = i samples + l:
 *   z[r] = mu[i] + exp(logvar[i] / 2) eps[r];   kl[i] exactly as kernel `kl`.
 * Normal eps[r] are those of kernel `normal` in row r. Others are s |eps| with the word w of kernel
 * `philox` at (r, j): s is -1 where w is odd, and with u = ((w >> 1) + 1/2) 2^-31 rounded to float
 * |eps| is -log u (Laplace) or log1p(2 (1 - u) / u) = log((2 - u) / u) (logistic).
 * mu, logvar: m x n with ld. z, eps: (m samples) x n with ldz. Accuracy: eps 6 u relative, z 12 u
 * relative to |mu| + sigma |eps|. */
struct SV_T(reparam) {
    size_t m, n, samples;
    const real *mu, *logvar;
    size_t ld;
    real *z, *eps;
    size_t ldz;
    real *kl; /* [m] */
    struct sv_rng rng;
    enum sv_noise noise;
};
typedef void SV_T(reparam_fn)(const struct SV_T(reparam) * p);

/* ---- reparam_grad: backward pass through z and the KL -------------------------------------------
 * Given dz = d loss / d z of all other terms, the gradient of
 *   loss + beta KL - sum_r c_r (log p(z_r) - log q(z_r|x)),
 * where z_r = mu_i + sigma_i eps_r and r = i samples + l:
 *   g_r = dz_r + c_r z_r,   dmu = beta mu + sum_l g_r,
 *   dlogvar = beta (v sigma^2 - 1) / 2 + 1/2 sigma sum_l g_r eps_r - 1/2 sum_l c_r,   l ascending,
 * v as in `kl`.
 * beta = 1 without row weights c takes the KL in closed form (AEVB, equation 7); beta = 0 with
 * c_r = 1 / samples estimates it from the draws (equation 6); other beta: Higgins et al. 2017,
 * "beta-VAE". Accuracy: (samples + 8) u relative to the addends; those of g are |dz| and |c z|. */
struct SV_T(reparam_grad) {
    size_t m, n, samples;
    const real *mu, *logvar; /* m x n */
    size_t ld;
    const real *dz, *eps; /* (m samples) x n */
    size_t ldz;
    real beta;
    const real *c;       /* [m samples]; NULL: all are 0, and z is not read */
    const real *z;       /* shape and ld of dz */
    real *dmu, *dlogvar; /* m x n */
    size_t ldg;
    enum sv_noise noise;
};
typedef void SV_T(reparam_grad_fn)(const struct SV_T(reparam_grad) * p);

/* ---- log_ratio: log p(z) - log q(z|x) of reparam's draws, p = N(0, I) ---------------------------
 * y[r] = 1/2 sum_j (h(eps_r) + logvar_i - z_r^2),  r = i samples + l,  h = -2 log f - log 2 pi of eps's
 * density f:  normal eps^2;  Laplace 2 |eps| + log(2 / pi);  logistic 2 |eps| + 4 log1p(e^-|eps|) -
 * log 2 pi. There is no division by sigma, because (z - mu) / sigma is eps. The mean of y over eps is
 * -KL (AEVB, equations 6 and 7). Accuracy: (n + 10) u relative to 1/2 sum (eps^2 + |logvar| + z^2);
 * for the others 2 |eps| + 4 in place of eps^2. */
struct SV_T(log_ratio) {
    size_t m, n, samples;
    const real *logvar; /* m x n */
    size_t ld;
    const real *z, *eps; /* (m samples) x n */
    size_t ldz;
    real *y; /* [m samples] */
    enum sv_noise noise;
};
typedef void SV_T(log_ratio_fn)(const struct SV_T(log_ratio) * p);

/* ---- normal_ll ---------------------------------------------------------------------------------
 * ll[i] = log N(z_i; 0, I) = -1/2 sum_j (log 2 pi + z^2), z: m x n. Accuracy: (n + 8) u relative to
 * the addends. */
typedef void SV_T(normal_ll_fn)(size_t m, size_t n, const real *z, size_t ldz, real *ll);

/* ---- leapfrog: a step of Hamiltonian dynamics (Neal 2011, arXiv 1206.1901, section 2.3) ----------
 * For the energy U(z) = -log p(x|z) - log N(z; 0, I), with dz the gradient of -log p(x|z):
 *   p_ij -= a_i (dz_ij + z_ij);  then  z_ij += e_i p_ij.  z, p: m x n, in place.
 * A trajectory of n steps of size e begins with a = e / 2, goes on with a = e, and ends with a = e / 2
 * and e = 0. Accuracy: 4 u relative to the addends, |p| + |a| (|dz| + |z|) for p. */
struct SV_T(leapfrog) {
    size_t m, n;
    const real *a, *e; /* [m] */
    const real *dz;    /* m x n */
    size_t ldd;
    real *z, *p; /* m x n */
    size_t ldz;
};
typedef void SV_T(leapfrog_fn)(const struct SV_T(leapfrog) * p);

/* ---- bernoulli_ll ------------------------------------------------------------------------------
 * ll[i] = sum_j x l - max(l, 0) - log1p(exp(-|l|)), logits l, targets 0 <= x <= 1 (AEVB, appendix
 * C.1, from logits). Accuracy: (n + 8) u relative to sum (|x l| + max(l, 0) + log1p), plus n u: the
 * logarithm is taken of products of 1 + exp(-|l|).
 * ---- bernoulli_ll_grad: as bernoulli_ll, and dlogits = scale (sigmoid(l) - x); in place allowed
 * Accuracy: 6 u relative to scale (sigmoid(l) + x). */
struct SV_T(bernoulli_ll) {
    size_t m, n;
    const real *logits; /* m x n */
    size_t ldl;
    const real *x; /* m x n */
    size_t ldx;
    real *ll; /* [m] */
    /* bernoulli_ll_grad only: */
    real scale;
    real *dlogits; /* m x n */
    size_t ldd;
};
typedef void SV_T(bernoulli_ll_fn)(const struct SV_T(bernoulli_ll) * p);

/* ---- gaussian_ll -------------------------------------------------------------------------------
 * ll[i] = -1/2 sum_j (log 2 pi + v + (x - mean)^2 exp(-v)), v = max(logvar, min_logvar) (AEVB,
 * appendix C.2). Without a lower limit the likelihood of a constant pixel is unbounded (Mattei &
 * Frellsen 2018, arXiv 1802.04826, section 2); min_logvar = -INFINITY sets none, NaN is not
 * allowed. logvar NULL: v = min_logvar everywhere. A NaN logvar gives NaN, whatever the limit.
 * Accuracy: (n + 10) u relative to the addends, where (x - mean)^2 counts as (|x| + |mean|)^2.
 * ---- gaussian_ll_grad: as gaussian_ll, and
 * dmean = scale (mean - x) exp(-v),   dlogvar = scale/2 (1 - (x - mean)^2 exp(-v)) where
 * logvar >= min_logvar, +0 where logvar < min_logvar; in place allowed. logvar NULL: dlogvar is not
 * written. Accuracy: dmean 8 u relative to scale (|x| + |mean|) exp(-v), dlogvar 5 u relative to
 * scale (1 + (|x| + |mean|)^2 exp(-v)). */
struct SV_T(gaussian_ll) {
    size_t m, n;
    const real *mean, *logvar; /* m x n */
    size_t ld;
    real min_logvar;
    const real *x; /* m x n */
    size_t ldx;
    real *ll; /* [m] */
    /* gaussian_ll_grad only: */
    real scale;
    real *dmean, *dlogvar; /* m x n */
    size_t ldg;
};
typedef void SV_T(gaussian_ll_fn)(const struct SV_T(gaussian_ll) * p);

/* ---- mixture_ll: a Gaussian and the uniform density on [0, 1] in one mixture, whose share pi of the
 * latter is learnt by its logit u (the "bounded01" likelihood of the code that Kingma published with
 * Kingma et al. 2014, arXiv 1406.5298):
 * ll[i] = sum_j log(pi + (1 - pi) e^g) = sum_j max(u, g) + log1p(exp(-|u - g|)) - softplus(u),
 * g = -1/2 (log 2 pi + v + (x - mean)^2 exp(-v)), v = max(logvar, min_logvar) as in gaussian_ll.
 * logvar and unif are rows that serve all i. x is not checked to be in [0, 1]. NaN inputs give NaN.
 * Accuracy: with a = 1.84 + |v| + (|x| + |mean|)^2 exp(-v) + |u|, (n + 20) u relative to sum a.
 * ---- mixture_ll_grad: as mixture_ll, and with the Gaussian's share r = sigmoid(g - u) of the density
 * at x: dmean = scale r (mean - x) exp(-v),   dlogvar = scale/2 r (1 - (x - mean)^2 exp(-v)) where
 * logvar >= min_logvar, +0 where logvar < min_logvar; both +0 where r < 2^-126;
 * dunif = scale (sigmoid(u) - sigmoid(u - g)). Accuracy: 12 (1 + a) u relative to
 * scale r (|x| + |mean|) exp(-v), to scale r (1 + (|x| + |mean|)^2 exp(-v)), and to
 * scale (sigmoid(u) + sigmoid(u - g)), plus 2^-124 times these without r. */
struct SV_T(mixture_ll) {
    size_t m, n;
    const real *mean; /* m x n */
    size_t ld;
    const real *logvar, *unif; /* [n] */
    real min_logvar;
    const real *x; /* m x n */
    size_t ldx;
    real *ll; /* [m] */
    /* mixture_ll_grad only: */
    real scale;
    real *dmean, *dlogvar, *dunif; /* m x n */
    size_t ldg;
};
typedef void SV_T(mixture_ll_fn)(const struct SV_T(mixture_ll) * p);

/* ---- sgd: g += decay w;  w -= lr g.  w: [n], in place
 * Accuracy of the optimisers: g relative to its addends |g| + |decay w|, w to |w| + |step|; 4 u for
 * sgd, 8 u for adagrad's w and s and adam's m and v, 10 u for adam's w. All w, and Adam's m and v,
 * are also rounded to multiples of 2^-103, which adds 2^-104, so that decaying values never become
 * denormal. */
typedef void SV_T(sgd_fn)(size_t n, real *w, const real *g, real lr, real decay);

/* ---- adagrad (Duchi, Hazan & Singer 2011): g += decay w;  s += g^2;  w -= lr g / (sqrt(s) + eps)
 * w, s: [n], in place. */
typedef void SV_T(adagrad_fn)(size_t n, real *w, const real *g, real *s, real lr, real eps,
                              real decay);

/* ---- adam (Kingma & Ba 2014, algorithm 1, in the form at the end of its section 2) --------------
 * g += decay w;  m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2;
 * w -= alpha m / (sqrt(v) + eps).   w, m, v: [n], in place.
 * The caller passes alpha = step size sqrt(1 - b2^t) / (1 - b1^t) in p->lr, and in p->eps its eps
 * times sqrt(1 - b2^t). */
typedef void SV_T(adam_fn)(size_t n, real *w, const real *g, real *m, real *v,
                           const struct SV_T(optim) * p);

/* ---- philox: Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") --
 * Column j of row i holds word (j / 16) % 4 of the block whose counter is
 *     { ctr[0] + 16 (j / 64) + j % 16, ctr[1] + i, ctr[2], ctr[3] }   (each mod 2^32)
 * under key rng.key. So a word is addressed by (seed, stream, step, row, column), never by order of
 * use. y: m x n with ld. */
typedef void SV_T(philox_fn)(size_t m, size_t n, struct sv_rng rng, uint32_t *y, size_t ld);

/* ---- uniform: (w >> 8) 2^-24 in [0, 1), w the word of kernel `philox` at (i, j) */
/* ---- normal: Box & Muller 1958. Columns come in pairs 16 apart: with the words w, w' of columns
 * 32 a + b and 32 a + 16 + b, b < 16,  r = sqrt(-2 log u1),  u1 = (w + 1/2) 2^-32 rounded to float,
 * u2 = (w' >> 8) 2^-24:  y = r cos(2 pi u2)  and  y' = r sin(2 pi u2).  |y| < 6.77.
 * Accuracy: 6 u relative. */
typedef void SV_T(draw_fn)(size_t m, size_t n, struct sv_rng rng, real *y, size_t ld);

/* ---- bernoulli: y = uniform(i, j) < p ? 1 : 0.  p: m x n with ldp; NaN p gives 0; in place
 * allowed */
typedef void SV_T(bernoulli_fn)(size_t m, size_t n, struct sv_rng rng, const real *p, size_t ldp,
                                real *y, size_t ldy);

/* ---- u8_to_f32: y = x / 255, correctly rounded.   binarize: y = x >= 128 ? 1 : 0 */
typedef void SV_T(pixels_fn)(size_t n, const uint8_t *x, real *y);
