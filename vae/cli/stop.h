/* Signals that ask a run to stop. SIGINT, SIGTERM, SIGHUP (a closed session) and SIGUSR1 (a batch
 * system's warning) are noted, unless inherited as ignored; the current step is finished. A second
 * signal ends the program at once, unless it is the same one within a second: timeout(1) and shells
 * send theirs twice. SIGPIPE is ignored: a run outlives the reader of its output. */
#ifndef VAE_STOP_H
#define VAE_STOP_H

#include "../base/error.h"
#include <signal.h>

void vae_stop_on_signals(void);

/* The first signal that came, 0 before. */
const volatile sig_atomic_t *vae_stop_signal(void);

/* False, with the message of a command that a signal stopped before it wrote anything. */
bool vae_stop_failed(struct vae_error *e);

/* The exit status of such a command: EXIT_DONE if ok, else 128 and the signal, or EXIT_FAILED. */
int vae_stop_status(bool ok);

#endif
