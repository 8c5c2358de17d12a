#include "asked.h"
#include "../reference/verify/verify.h"
#include "../vae/base/number.h"
#include "../vae/base/text.h"
#include <stdlib.h>
#include <string.h>

/* NULL if it is unset or empty. */
static const char *setting(const char *name)
{
    const char *text = getenv(name);
    return text && *text ? text : NULL;
}

static bool asked(const char *setting_name, const char *name)
{
    const char *only = setting(setting_name);
    return !only || !strcmp(only, name);
}

bool asked_isa(const char *isa) { return asked("SV_ISA", isa); }
bool asked_kernel(const char *name) { return asked("SV_KERNEL", name); }

static bool is_one(const char *name)
{
    const char *text = setting(name);
    return text && *text == '1';
}

bool quick_run(void) { return is_one("SV_QUICK"); }
bool slow_run(void) { return is_one("SV_SLOW"); }

double most_work(void)
{
    const char *text = setting("SV_MOST_WORK");
    double n;
    return text && vae_number_f64(text, &n) ? n : 0;
}

uint64_t verify_seed(void)
{
    const char *text = setting("SV_SEED");
    uint64_t seed;
    return text && vae_number_u64(text, UINT64_MAX, &seed) ? seed : VERIFY_SEED;
}

static bool kind_of_text(const char *text, int *kind)
{
    for (*kind = 0; *kind < DATA_KINDS; ++*kind)
        if (!strcmp(text, data_kind_names[*kind])) return true;
    return false;
}

bool shape_of_text(const char *text, struct verify_shape *out)
{
    char digits[24];
    uint64_t number;
    const size_t n = strcspn(text, ":");
    *out = (struct verify_shape){0, DATA_KINDS};
    if (n >= sizeof digits) return false;
    memcpy(digits, text, n);
    digits[n] = 0;
    if (!vae_number_u64(digits, SIZE_MAX, &number)) return false;
    out->number = (size_t)number;
    return !text[n] || kind_of_text(text + n + 1, &out->kind);
}

struct verify_options asked_options(void)
{
    static struct verify_shape shape;
    const char *text = setting("SV_SHAPE");
    return (struct verify_options){.quick = quick_run(),
                                   .compare_bits = true,
                                   .most_work = most_work(),
                                   .seed = verify_seed(),
                                   .only = text && shape_of_text(text, &shape) ? &shape : NULL,
                                   .log = stderr};
}

/* --- validation --- */

static bool is_seed(const char *text)
{
    uint64_t n;
    return vae_number_u64(text, UINT64_MAX, &n);
}

static bool is_work(const char *text)
{
    double n;
    return vae_number_f64(text, &n);
}

static bool is_isa(const char *text)
{
    struct sv_kernels k;
    return sv_dispatch(text, &k) == SV_OK;
}

static bool is_kernel(const char *text)
{
    size_t id = 0;
    while (id < SV_KERNEL_COUNT && strcmp(text, sv_kernel_names[id])) id++;
    return id < SV_KERNEL_COUNT;
}

static bool is_shape(const char *text)
{
    struct verify_shape s;
    return shape_of_text(text, &s) && setting("SV_KERNEL");
}

bool asked_make_sense(void)
{
    static const struct {
        const char *name;
        bool (*is)(const char *text);
        const char *want;
    } settings[] = {
        {"SV_SEED", is_seed, "give a number"},
        {"SV_MOST_WORK", is_work, "give a number"},
        {"SV_ISA", is_isa, "not an instruction set of this build and machine"},
        {"SV_KERNEL", is_kernel, "no such kernel; `vae kernels` lists them"},
        {"SV_SHAPE", is_shape, "give a number, or number:kind, and the kernel as SV_KERNEL"},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        const char *text = setting(settings[i].name);
        if (!text || settings[i].is(text)) continue;
        fprintf(stderr, "%s=%s: %s\n", settings[i].name, vae_text_shown(text).s, settings[i].want);
        return false;
    }
    return true;
}
