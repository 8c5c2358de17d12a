/* Runs all 2^32 floats through every elementary function on every instruction set of this machine.
 * Reports the largest errors against the double oracle, and bits that differ between sets. */
#include "../../vae/base/clock.h"
#include "../../vae/base/number.h"
#include "../../vae/base/text.h"
#include "../verify/verify.h"
#include "accuracy.h"
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BLOCK = 2048, MAX_THREADS = 256, OUTPUTS = 2 };
enum {
#define SV_ISA(name, ...) ISA_##name,
#include "../../kernels/isa.def"
    ISAS
};
#define INPUTS UINT64_C(0x100000000)
/* Inputs that a thread claims at a time. Under --every each part still starts at its first input,
 * so that zeros, infinities and NaN are in the sample. */
#define PART UINT64_C(0x400000)

static const size_t functions[] = {SV_KERNEL_exp,  SV_KERNEL_log,      SV_KERNEL_log1p,
                                   SV_KERNEL_tanh, SV_KERNEL_sigmoid,  SV_KERNEL_softplus,
                                   SV_KERNEL_relu, SV_KERNEL_sincos2pi};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

struct settings {
    uint64_t every;
    long threads;
    const char *out, *commit;
};

/* One function on all instruction sets; `total` accumulates over the parts. */
struct sweep {
    const struct kcase *kcase;
    uint64_t every;
    struct sv_kernels table[ISAS];
    size_t isas;
    _Atomic uint64_t next, done; /* inputs */
    pthread_mutex_t lock;
    struct row {
        struct accuracy accuracy;
        uint64_t other_bits; /* results that differ in bits from the first instruction set's */
    } total[ISAS];
};

/* --- the sweep --- */

struct block {
    size_t n;
    float x[BLOCK], y[OUTPUTS][BLOCK], first[OUTPUTS][BLOCK];
    double x64[BLOCK], want[OUTPUTS][BLOCK];
};

/* Equal bits have equal errors: an instruction set's error is computed only if its bits differ from
 * the first one's. */
static void take_block(struct sweep *s, struct block *b, struct row *rows)
{
    const struct shape shape = {.m = 1, .n = b->n};
    const bool zero_signs = s->kcase != &case_sincos2pi;
    struct operand ops[MAX_OPERANDS];
    const size_t outputs = s->kcase->operands(&shape, ops) - 1;
    struct accuracy first[OUTPUTS];
    s->kcase->call64(&ref64_kernels, &shape, ops, (void *[]){b->x64, b->want[0], b->want[1]});
    for (size_t i = 0; i < s->isas; i++) {
        float(*y)[BLOCK] = i ? b->y : b->first;
        s->kcase->call(&s->table[i], &shape, ops, (void *[]){b->x, y[0], y[1]});
        for (size_t o = 0; o < outputs; o++) {
            const size_t other = i ? accuracy_other_bits(b->n, b->first[o], y[o]) : 0;
            struct accuracy a = i ? first[o] : ACCURACY_NONE;
            if (!i || other) a = accuracy_of(b->n, b->x, y[o], b->want[o], zero_signs);
            if (!i) first[o] = a;
            rows[i].accuracy = accuracy_join(rows[i].accuracy, a);
            rows[i].other_bits += other;
        }
    }
}

static void *work(void *arg)
{
    struct sweep *s = arg;
    struct block *b = malloc(sizeof *b);
    if (!b) abort();
    for (uint64_t part; (part = atomic_fetch_add(&s->next, PART)) < INPUTS;) {
        struct row rows[ISAS];
        for (size_t i = 0; i < s->isas; i++) rows[i] = (struct row){ACCURACY_NONE, 0};
        for (uint64_t at = part; at < part + PART;) {
            for (b->n = 0; b->n < BLOCK && at < part + PART; b->n++, at += s->every) {
                const uint32_t bits = (uint32_t)at;
                memcpy(&b->x[b->n], &bits, sizeof bits);
                b->x64[b->n] = b->x[b->n];
            }
            take_block(s, b, rows);
        }
        pthread_mutex_lock(&s->lock);
        for (size_t i = 0; i < s->isas; i++) {
            s->total[i].accuracy = accuracy_join(s->total[i].accuracy, rows[i].accuracy);
            s->total[i].other_bits += rows[i].other_bits;
        }
        pthread_mutex_unlock(&s->lock);
        atomic_fetch_add(&s->done, PART);
    }
    free(b);
    return NULL;
}

static void show_progress(const struct sweep *s, size_t f, double start)
{
    const double done = (double)f + (double)s->done / (double)INPUTS;
    fprintf(stderr, "\r%s: %.0f %% of %d functions, %.0f s left\033[K", s->kcase->kernel,
            100 * done / (double)FUNCTIONS, (int)FUNCTIONS,
            (vae_seconds_now() - start) * ((double)FUNCTIONS - done) / (done > 0 ? done : 1));
}

/* Sweeps function number f of the list. `start`: the time at which the first sweep began. */
static void run_sweep(struct sweep *s, size_t f, const struct settings *o, double start)
{
    pthread_t thread[MAX_THREADS];
    const bool bar = isatty(STDERR_FILENO);
    s->kcase = verify_case(functions[f]);
    s->every = o->every;
    for (size_t i = 0; i < ISAS; i++)
        if (sv_dispatch(sv_isa_name(i), &s->table[s->isas]) == SV_OK)
            s->total[s->isas++] = (struct row){ACCURACY_NONE, 0};
    pthread_mutex_init(&s->lock, NULL);
    for (long t = 0; t < o->threads; t++)
        if (pthread_create(&thread[t], NULL, work, s)) abort();
    while (bar && s->done < INPUTS) {
        show_progress(s, f, start);
        nanosleep(&(struct timespec){0, 200000000}, NULL);
    }
    for (long t = 0; t < o->threads; t++) pthread_join(thread[t], NULL);
    pthread_mutex_destroy(&s->lock);
    if (bar) fputs("\r\033[K", stderr);
}

/* --- reporting --- */

static float float_of(uint32_t bits)
{
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static bool holds(const struct sweep *s, size_t i)
{
    const struct row *r = &s->total[i];
    return r->accuracy.ulps <= s->kcase->ulps && !r->accuracy.wrong && !r->other_bits;
}

static bool print_rows(const struct sweep *s)
{
    bool ok = true;
    for (size_t i = 0; i < s->isas; i++) {
        const struct row *r = &s->total[i];
        printf("%-10s %-10s %.6g ulp of %g at %a", s->kcase->kernel, s->table[i].isa,
               r->accuracy.ulps, s->kcase->ulps, (double)float_of(r->accuracy.at));
        if (r->accuracy.wrong)
            printf(", %" PRIu64 " NaN, infinities or zeros wrong, the first at %a",
                   r->accuracy.wrong, (double)float_of(r->accuracy.wrong_at));
        if (i) printf(", %" PRIu64 " other bits than %s", r->other_bits, s->table[0].isa);
        puts(holds(s, i) ? "" : ": FAILED");
        ok = holds(s, i) && ok;
    }
    fflush(stdout);
    return ok;
}

/* The first processor's value for a key of /proc/cpuinfo. */
static void cpu_says(const char *key, char *value, size_t size)
{
    char line[4096];
    FILE *f = fopen("/proc/cpuinfo", "r");
    snprintf(value, size, "unknown");
    while (f && fgets(line, sizeof line, f)) {
        char *colon = strchr(line, ':');
        if (strncmp(line, key, strlen(key)) || !colon) continue;
        snprintf(value, size, "%.*s", (int)strcspn(colon + 2, "\n"), colon + 2);
        break;
    }
    if (f) fclose(f);
}

static bool write_results(const struct settings *o, const struct sweep *sweeps)
{
    char model[128], family[16], number[16];
    cpu_says("model name", model, sizeof model);
    cpu_says("cpu family", family, sizeof family);
    cpu_says("model\t", number, sizeof number);
#if defined(__clang__)
    const char *compiler = __VERSION__;
#else
    const char *compiler = "gcc " __VERSION__;
#endif
    FILE *f = fopen(o->out, "w");
    if (!f) return false;
    fprintf(f,
            "{\n  \"commit\": \"%s\",\n  \"compiler\": \"%s\",\n"
            "  \"cpu\": \"%s, family %s, model %s\",\n  \"inputs_per_function\": %" PRIu64
            ",\n  \"oracle\": \"reference/ in double\",\n  \"rows\": [",
            o->commit, compiler, model, family, number, INPUTS);
    for (size_t n = 0; n < FUNCTIONS; n++)
        for (size_t i = 0; i < sweeps[n].isas; i++) {
            const struct sweep *s = &sweeps[n];
            const struct row *r = &s->total[i];
            fprintf(f,
                    "%s\n    {\"function\": \"%s\", \"isa\": \"%s\", \"max_ulp\": %.9f, "
                    "\"at\": \"%a\", \"bound\": %g, \"wrong_specials\": %" PRIu64
                    ", \"other_bits\": %" PRIu64 "}",
                    n || i ? "," : "", s->kcase->kernel, s->table[i].isa, r->accuracy.ulps,
                    (double)float_of(r->accuracy.at), s->kcase->ulps, r->accuracy.wrong,
                    r->other_bits);
        }
    const bool ok = fputs("\n  ]\n}\n", f) >= 0;
    return fclose(f) == 0 && ok;
}

/* --- the program --- */

static bool parse(int argc, char **argv, struct settings *o)
{
    static const struct option options[] = {{"every", required_argument, NULL, 'e'},
                                            {"threads", required_argument, NULL, 't'},
                                            {"out", required_argument, NULL, 'o'},
                                            {"commit", required_argument, NULL, 'c'},
                                            {0}};
    uint64_t n;
    opterr = 0;
    *o = (struct settings){1, sysconf(_SC_NPROCESSORS_ONLN), NULL, "unknown"};
    for (int opt; (opt = getopt_long(argc, argv, "", options, NULL)) != -1;) switch (opt) {
        case 'e':
            if (!vae_number_u64(optarg, UINT32_MAX, &o->every)) return false;
            break;
        case 't':
            if (!vae_number_u64(optarg, MAX_THREADS, &n)) return false;
            o->threads = (long)n;
            break;
        case 'o': o->out = optarg; break;
        case 'c': o->commit = optarg; break;
        default: return false;
        }
    if (o->threads > MAX_THREADS) o->threads = MAX_THREADS;
    return optind == argc && o->every && o->threads > 0 && !(o->out && o->every > 1);
}

int main(int argc, char **argv)
{
    struct settings o;
    if (!parse(argc, argv, &o)) {
        fputs("usage: exhaustive [--threads N] [--every N | --out FILE.json --commit NAME]\n",
              stderr);
        return 2;
    }
    static struct sweep sweeps[FUNCTIONS];
    bool ok = true;
    const double start = vae_seconds_now();
    for (size_t i = 0; i < FUNCTIONS; i++) {
        run_sweep(&sweeps[i], i, &o, start);
        ok = print_rows(&sweeps[i]) && ok;
    }
    printf("%zu functions, every %" PRIu64 " of 2^32 inputs: %.0f s\n", (size_t)FUNCTIONS, o.every,
           vae_seconds_now() - start);
    if (o.out && !write_results(&o, sweeps)) {
        fprintf(stderr, "%s: %s\n", vae_text_shown(o.out).s, strerror(errno));
        return 1;
    }
    return !ok;
}
