/* Folders of results: shell commands on them, and comparisons that ignore times. */
#ifndef FOLDER_H
#define FOLDER_H

#include <stdbool.h>
#include <stddef.h>

enum { FOLDER_PATH = 512 };

/* Runs a shell command, formatted as by printf; exits the program if it fails. */
void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

bool file_exists(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Whether both hold the same bytes, or neither exists. For *.jsonl: the same lines except for
 * samples_per_s, gflops and profile. */
bool same_file(const char *a, const char *b);

/* Whether both folders hold the same names, each with the same file. */
bool same_folder(const char *a, const char *b);

/* The number of temporaries of replace_file in a folder. */
size_t temporaries(const char *folder);

/* Whether the file is complete JSON. */
bool is_json(const char *path);

#endif
