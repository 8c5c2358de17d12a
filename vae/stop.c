#include "stop.h"
#include <stddef.h>

static volatile sig_atomic_t caught;

/* While it runs the signal is blocked: what is raised comes as it returns. */
static void on_signal(int number)
{
    if (caught) {
        signal(number, SIG_DFL);
        raise(number);
    }
    caught = number;
}

void stop_on_signals(void)
{
    static const int asked[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
    struct sigaction old, a = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    sigemptyset(&a.sa_mask);
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
        if (sigaction(asked[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            sigaction(asked[i], &a, NULL);
    signal(SIGPIPE, SIG_IGN);
}

const volatile sig_atomic_t *stop_signal(void) { return &caught; }
