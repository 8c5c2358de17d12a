/* A bar for work that mostly takes no time: it appears after two seconds. */
#ifndef VAE_LATE_BAR_H
#define VAE_LATE_BAR_H

#include "progress.h"

struct late_bar {
    const struct settings *settings;
    const char *phase;
    struct progress progress;
    bool shown;
    double since;
};

struct late_bar vae_late_bar(const struct settings *s, const char *phase);

/* bar: a struct late_bar. done: from 1 to total. The bar goes when all is done; another may follow. */
void vae_late_bar_show(void *bar, size_t done, size_t total);

/* Clears it, if the work ended early. */
void vae_late_bar_end(struct late_bar *b);

#endif
