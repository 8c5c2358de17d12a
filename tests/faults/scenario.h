/* The commands that are run under faults, and what must hold afterwards. Not `tune`, which takes a minute a
 * run: it is what `kernels` does and a file, whose every request for memory the suite short_memory fails. */
#ifndef SCENARIO_H
#define SCENARIO_H

#include "folder.h"
#include "process.h"

struct scenario {
    const char *name;
    const char *before;    /* folder of `templates` that the command finds */
    const char *arguments; /* in that folder; the data lie beside it, in ../data.idx */
    const char *go_on;     /* of a training: the arguments that go on from out/model.safetensors */
    const char *output;    /* the one file it writes, if it is no training */
    enum { SAYS_TIMES, SAYS_SAME, SAYS_JSON } says; /* what of standard output can be compared */
    bool traced; /* system calls fail too, and the program is killed at each */
};

extern const struct scenario scenarios[];
extern const size_t scenario_count;

/* Where a worker's runs take place: folder/run is the current directory, folder/before and folder/after what
 * the templates and the runs without a fault gave. */
struct place {
    char program[4096], preload[4096], folder[FOLDER_PATH];
};

/* Enters a new folder below `parent` and makes data and templates. */
void place_make(struct place *p, const char *parent, size_t worker);

/* Makes the scenario's run without a fault, whose outcome the others are held against; fails with why. */
bool scenario_begin(const struct place *p, const struct scenario *s, const char **why);

/* Runs it under the fault; NULL, or what does not hold. *out: the run's outcome. */
const char *scenario_run(const struct place *p, const struct scenario *s, const struct fault *f,
                         struct process *out);

/* Counts: requests for memory (FAULT_NONE), system calls (FAULT_TRACE). */
void scenario_count_faults(const struct place *p, const struct scenario *s, enum fault_kind kind,
                           struct process *out);

#endif
