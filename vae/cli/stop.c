#include "stop.h"
#include "../base/clock.h"
#include "commands.h"
#include <stdbool.h>
#include <stddef.h>

static const double STOP_DOUBLED = 1; /* seconds */

static volatile sig_atomic_t caught;
static double when; /* it was caught */

/* timeout(1) and an exiting shell send theirs twice, to the process and to its group. */
static bool doubled(int number)
{
    return number == caught && vae_seconds_now() - when < STOP_DOUBLED;
}

/* The signal is blocked while the handler runs: one raised here is delivered on return. */
static void on_signal(int number)
{
    if (!caught) {
        when = vae_seconds_now();
        caught = number;
    } else if (!doubled(number)) {
        signal(number, SIG_DFL);
        raise(number);
    }
}

void vae_stop_on_signals(void)
{
    static const int asked[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
    struct sigaction old, a = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&a.sa_mask);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) sigaddset(&a.sa_mask, asked[i]);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        if (sigaction(asked[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(asked[i], &a, NULL);
    signal(SIGPIPE, SIG_IGN);
}

const volatile sig_atomic_t *vae_stop_signal(void) { return &caught; }

bool vae_stop_failed(struct vae_error *e)
{
    return vae_fail(e, "stopped by signal %d; nothing was written", (int)caught);
}

int vae_stop_status(bool ok)
{
    if (ok) return EXIT_DONE;
    return caught ? 128 + (int)caught : EXIT_FAILED;
}
