#include "table_file.h"
#include "number.h"
#include "text.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char npy[] = ".npy", csv[] = ".csv";

bool vae_table_named(const char *path)
{
    return vae_text_ends(path, npy) || vae_text_ends(path, csv);
}

void vae_table_listed(const void *names, size_t j, char text[TABLE_NAME])
{
    snprintf(text, TABLE_NAME, "%s", ((const char *const *)names)[j]);
}

/* A write buffer. */
struct pieces {
    struct replace_file *to;
    size_t used;
    char bytes[1 << 14];
};

static void flush(struct pieces *p)
{
    vae_replace_write(p->to, p->bytes, p->used);
    p->used = 0;
}

static void put(struct pieces *p, const void *bytes, size_t n)
{
    if (p->used + n > sizeof p->bytes) flush(p);
    memcpy(p->bytes + p->used, bytes, n);
    p->used += n;
}

/* Magic, version, length of the header, header. Spaces and a newline pad the header, so that the
 * data begin at a multiple of 64 bytes (numpy.lib.format). */
static void put_npy_header(struct pieces *p, const struct table *t)
{
    enum { BEFORE = 10, ALL = 128 };
    char text[ALL - BEFORE + 1];
    char shape[64];
    size_t used = (size_t)snprintf(shape, sizeof shape, "%zu", t->rows);
    const size_t vector[] = {t->columns, 0, 0}, *sides = t->sides[0] ? t->sides : vector;
    for (size_t i = 0; i < 3 && sides[i]; i++)
        used += (size_t)snprintf(shape + used, sizeof shape - used, ", %zu", sides[i]);
    const int n = snprintf(text, sizeof text,
                           "{'descr': '<f8', 'fortran_order': False, 'shape': (%s), }", shape);
    memset(text + n, ' ', sizeof text - (size_t)n);
    text[ALL - BEFORE - 1] = '\n';
    put(p, "\x93NUMPY\1\0", 8);
    put(p, (const unsigned char[]){ALL - BEFORE, 0}, 2);
    put(p, text, ALL - BEFORE);
}

static void put_npy_value(struct pieces *p, double value)
{
    unsigned char bytes[sizeof value];
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (unsigned char)(bits >> 8 * i);
    put(p, bytes, sizeof bytes);
}

static void put_npy(struct pieces *p, const struct table *t)
{
    put_npy_header(p, t);
    for (size_t i = 0; i < t->rows * t->columns; i++) put_npy_value(p, t->values[i]);
}

static void put_csv(struct pieces *p, const struct table *t)
{
    char text[NUMBER_TEXT], name[TABLE_NAME];
    for (size_t j = 0; j < t->columns; j++) {
        t->name(t->about, j, name);
        put(p, name, strlen(name));
        put(p, j + 1 < t->columns ? "," : "\n", 1);
    }
    for (size_t i = 0; i < t->rows * t->columns; i++) {
        vae_number_write_f64(t->values[i], text);
        put(p, text, strlen(text));
        put(p, (i + 1) % t->columns ? "," : "\n", 1);
    }
}

void vae_table_write(struct replace_file *r, const char *path, const struct table *t)
{
    struct pieces p = {.to = r};
    if (vae_text_ends(path, npy))
        put_npy(&p, t);
    else
        put_csv(&p, t);
    flush(&p);
}
