#include "scenario.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODEL "--batch 10 --hidden 8 --latent 2 --quiet --threads "
#define TRAIN "train --data ../data.idx --out out " MODEL "1 "
#define OLDER "train --data ../data.idx --out out --seed 7 --validation 5 " MODEL "1 --epochs 1"
#define GO_ON "train --data ../data.idx --out out --resume out/model.safetensors --quiet --threads "
#define FILE_ "out/model.safetensors "

static const struct {
    const char *name, *arguments;
} templates[] = {
    {"empty", NULL},
    {"older", OLDER},
    {"half", TRAIN "--epochs 1"},
};
enum { TEMPLATES = sizeof templates / sizeof *templates };

const struct scenario scenarios[] = {
    {"train", "empty", TRAIN "--epochs 3", GO_ON "1 --epochs 3", NULL, SAYS_TIMES, true},
    {"train over another run", "older", TRAIN "--epochs 2", GO_ON "1 --epochs 2", NULL, SAYS_TIMES,
     true},
    {"train --resume", "half", GO_ON "1 --epochs 3", GO_ON "1 --epochs 3", NULL, SAYS_TIMES, true},
    {"train --threads 2 --profile", "empty",
     "train --data ../data.idx --out out --profile --epochs 1 --points 3 " MODEL "2",
     GO_ON "2 --epochs 1 --points 3 --profile", NULL, SAYS_TIMES, true},
    {"train --validation", "older", TRAIN "--epochs 3 --validation 9", GO_ON "1 --epochs 3", NULL,
     SAYS_TIMES, true},
    {"eval", "half", "eval " FILE_ "--data ../data.idx --threads 1", NULL, NULL, SAYS_SAME, true},
    {"eval --json", "half", "eval " FILE_ "--data ../data.idx --json --threads 2", NULL, NULL,
     SAYS_SAME, true},
    {"eval --per-image", "half",
     "eval " FILE_ "--data ../data.idx --json --threads 2 --grey --importance-samples 3 "
     "--local-steps 2 --per-dimension --per-image out/images.csv",
     NULL, "out/images.csv", SAYS_SAME, true},
    {"sample", "half", "sample " FILE_ "--out out/samples.png --seed 9", NULL, "out/samples.png",
     SAYS_SAME, true},
    {"reconstruct", "half",
     "reconstruct " FILE_ "--data ../data.idx --out out/reconstructions.png --pairs 2", NULL,
     "out/reconstructions.png", SAYS_SAME, true},
    {"manifold", "half", "manifold " FILE_ "--out out/samples.png", NULL, "out/samples.png",
     SAYS_SAME, true},
    {"inpaint", "half",
     "inpaint " FILE_ "--data ../data.idx --mask random:0.5 --out out/samples.png --steps 3 "
     "--threads 2",
     NULL, "out/samples.png", SAYS_SAME, true},
    {"plot", "half", "plot out/log.jsonl --out out/samples.png", NULL, "out/samples.png", SAYS_SAME,
     true},
    {"plot scatter", "half",
     "plot " FILE_ "--data ../data.idx --kind scatter --out out/samples.svg", NULL,
     "out/samples.svg", SAYS_SAME, true},
    {"kernels", "empty", "kernels --kernel relu", NULL, NULL, SAYS_TIMES, false},
    {"kernels --json", "empty", "kernels --kernel kl --json", NULL, NULL, SAYS_JSON, false},
};
const size_t scenario_count = sizeof scenarios / sizeof *scenarios;

/* --- running --- */

static void run(const struct place *p, const char *arguments, const struct fault *f,
                struct process *out)
{
    char program[4096], text[FOLDER_PATH], *argv[40] = {program}, *rest;
    size_t n = 1;
    snprintf(program, sizeof program, "%s", p->program);
    snprintf(text, sizeof text, "%s", arguments);
    for (char *w = strtok_r(text, " ", &rest); w && n < 39; w = strtok_r(NULL, " ", &rest))
        argv[n++] = w;
    process_run(argv, p->preload, f, out);
}

static const struct fault no_fault;
static struct process other; /* runs without a fault */

static const char *run_well(const struct place *p, const char *arguments, const char *why)
{
    run(p, arguments, &no_fault, &other);
    return other.status ? why : NULL;
}

static bool untouched(const struct scenario *s)
{
    char before[FOLDER_PATH];
    snprintf(before, sizeof before, "../before/%s", s->before);
    return same_folder("out", before);
}

static void reset(const struct scenario *s)
{
    if (!untouched(s)) shell("rm -rf out && cp -a ../before/%s out", s->before);
}

/* 40 images of 8 x 8. */
static void write_data(const char *path)
{
    static const unsigned char header[] = {0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 8, 0, 0, 0, 8};
    FILE *f = fopen(path, "wb");
    if (!f) exit(2);
    fwrite(header, 1, sizeof header, f);
    for (unsigned i = 0; i < 40 * 64; i++) putc((int)(i * 2654435761u >> 24), f);
    if (fclose(f)) exit(2);
}

void place_make(struct place *p, const char *parent, size_t worker)
{
    snprintf(p->folder, sizeof p->folder, "%s/%03zu", parent, worker);
    shell("mkdir -p %s/run %s/before %s/after", p->folder, p->folder, p->folder);
    char path[FOLDER_PATH + 16];
    snprintf(path, sizeof path, "%s/run", p->folder);
    if (chdir(path)) exit(2);
    setenv("XDG_CACHE_HOME", p->folder, 1); /* the user's tuning cache is not used */
    write_data("../data.idx");
    for (size_t i = 0; i < TEMPLATES; i++) {
        const char *why = NULL;
        shell("rm -rf out && mkdir out");
        if (templates[i].arguments) why = run_well(p, templates[i].arguments, other.err);
        if (why) fprintf(stderr, "faults: vae %s: %s\n", templates[i].arguments, why);
        if (why) exit(2);
        shell("mv out ../before/%s", templates[i].name);
    }
}

/* --- what must hold --- */

static bool same(const char *folder, const char *name)
{
    char theirs[FOLDER_PATH + 64], ours[FOLDER_PATH];
    snprintf(theirs, sizeof theirs, "../%s/%s", folder, name);
    snprintf(ours, sizeof ours, "out/%s", name);
    return same_file(ours, theirs);
}

static const char *const files[] = {"model.safetensors", "model-best.safetensors", "log.jsonl",
                                    "samples.png", "reconstructions.png"};
enum { FILES = sizeof files / sizeof *files };

/* NULL if all files equal those of that folder, otherwise what differs. */
static const char *all_same(const char *folder)
{
    static const char *const other_file[] = {"another model", "another best model", "another log",
                                             "other samples", "other reconstructions"};
    for (size_t i = 0; i < FILES; i++)
        if (!same(folder, files[i])) return other_file[i];
    return NULL;
}

static const char *check_says(const struct scenario *s)
{
    if (s->says == SAYS_SAME && !same_file("../stdout", "../after/stdout"))
        return "says another thing";
    return s->says == SAYS_JSON && !is_json("../stdout") ? "damaged JSON" : NULL;
}

/* Going on from what is there must end in the files wanted: those of the older run if its model is
 * still there, otherwise those of this run. */
static const char *check_going_on(const struct place *p, const struct scenario *s)
{
    char older[FOLDER_PATH];
    snprintf(older, sizeof older, "before/%s", s->before);
    const bool there = file_exists("out/model.safetensors");
    const char *why = NULL, *arguments = !there ? s->arguments : s->go_on, *wanted = "after/out";
    if (there && !strcmp(s->before, "older") && same(older, "model.safetensors")) {
        arguments = GO_ON "1 --epochs 1";
        wanted = older;
    }
    if ((why = run_well(p, arguments, "does not go on"))) return why;
    if (temporaries("out")) return "temporary files stay after going on";
    return all_same(wanted);
}

/* The output must be the old file or the new one, and the next run must make the new one. */
static const char *check_output(const struct place *p, const struct scenario *s)
{
    char old[FOLDER_PATH + 64], new[FOLDER_PATH + 64];
    snprintf(old, sizeof old, "../before/%s/%s", s->before, s->output + strlen("out/"));
    snprintf(new, sizeof new, "../after/%s", s->output);
    if (!same_file(s->output, old) && !same_file(s->output, new)) return "a damaged file";
    const char *why = run_well(p, s->arguments, "does not run again");
    if (why) return why;
    if (temporaries("out")) return "temporary files stay after the next run";
    return same_file(s->output, new) ? NULL : "another file";
}

/* Standard error must hold one line of the program's, which names memory if that ran out. */
static const char *check_line(const struct fault *f, const struct process *out)
{
    const char *end = strchr(out->err, '\n');
    const bool memory = f->kind == FAULT_MEMORY || (f->kind == FAULT_ERROR && f->error == ENOMEM);
    if (!*out->err && out->status == 0) return NULL;
    if (strncmp(out->err, "vae", 3) || !end || end[1]) return "not one line on standard error";
    if (out->status && memory && !strstr(out->err, "memory"))
        return "does not say that memory is short";
    return NULL;
}

static const char *check_status(const struct fault *f, const struct process *out)
{
    const bool killed = f->kind == FAULT_KILL || f->kind == FAULT_KILL_HALF;
    if (killed) return out->status == STATUS_SIGNAL + 9 ? NULL : "not killed";
    if (out->status == STATUS_SIGNAL + 14) return "hangs";
    if (out->status >= STATUS_SIGNAL) return "crashes";
    return out->status > 1 ? "a wrong exit status" : check_line(f, out);
}

const char *scenario_run(const struct place *p, const struct scenario *s, const struct fault *f,
                         struct process *out)
{
    reset(s);
    run(p, s->arguments, f, out);
    const bool killed = out->status == STATUS_SIGNAL + 9;
    const char *why = check_status(f, out);
    if (!why && out->status == 0) why = check_says(s);
    if (!why && out->status == 0) why = all_same("after/out");
    if (!why && !killed && temporaries("out")) why = "temporary files stay";
    if (why || untouched(s)) return why; /* nothing changed: the next run is that without a fault */
    return s->go_on ? check_going_on(p, s) : s->output ? check_output(p, s) : NULL;
}

bool scenario_begin(const struct place *p, const struct scenario *s, const char **why)
{
    reset(s);
    *why = run_well(p, s->arguments, other.err);
    if (!*why && *other.err) *why = "says something on standard error";
    if (*why) return false;
    shell("rm -rf ../after/out && cp -a out ../after/out && cp ../stdout ../after/stdout");
    return true;
}

void scenario_count_faults(const struct place *p, const struct scenario *s, enum fault_kind kind,
                           struct process *out)
{
    reset(s);
    run(p, s->arguments, &(struct fault){.kind = kind}, out);
}
