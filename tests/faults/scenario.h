/* The commands that are run under faults, and what must hold afterwards. `tune` is left out, as a
 * run takes a minute: it does what `kernels` does and writes a file, and the suite short_memory
 * makes each allocation of that fail. */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "folder.h"
#include "process.h"

struct scenario {
    const char *name;
    const char *before;    /* the folder of `templates` that the command starts from */
    const char *arguments; /* run in that folder; the data are in ../data.idx */
    const char *go_on;     /* training: the arguments that go on from out/model.safetensors */
    const char *output;    /* other commands: the one file that they write */
    enum { SAYS_TIMES, SAYS_SAME, SAYS_JSON } says; /* what of standard output can be compared */
    bool traced; /* system calls fail too, and the program is killed at each */
};

extern const struct scenario scenarios[];
extern const size_t scenario_count;

/* Where a worker's runs take place. folder/run is the current directory; folder/before holds the
 * templates, folder/after the results of the run without a fault. */
struct place {
    char program[4096], preload[4096], folder[FOLDER_PATH];
};

/* Enters a new folder below `parent` and makes data and templates. */
void place_make(struct place *p, const char *parent, size_t worker);

/* Runs the scenario without a fault, to compare the others with; false, with *why, on failure. */
bool scenario_begin(const struct place *p, const struct scenario *s, const char **why);

/* Runs the scenario under the fault; returns NULL, or what does not hold. *out: its outcome. */
const char *scenario_run(const struct place *p, const struct scenario *s, const struct fault *f,
                         struct process *out);

/* Counts the allocations (FAULT_NONE) or the system calls (FAULT_TRACE). */
void scenario_count_faults(const struct place *p, const struct scenario *s, enum fault_kind kind,
                           struct process *out);

#endif
