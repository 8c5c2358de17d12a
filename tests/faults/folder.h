/* Folders of results: copied, and compared in what does not tell of time. */
#ifndef FOLDER_H
#define FOLDER_H

#include <stdbool.h>
#include <stddef.h>

enum { FOLDER_PATH = 512 };

/* Runs a line of the shell made by printf's rules; ends the program where it fails. */
void shell(const char *format, ...) __attribute__((format(printf, 1, 2)));

bool file_exists(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The same bytes, or neither is there. Of *.jsonl: the same lines but for samples_per_s, gflops, profile. */
bool same_file(const char *a, const char *b);

/* Both folders hold the same names, and same files under them. */
bool same_folder(const char *a, const char *b);

/* Temporaries of replace_file in a folder. */
size_t temporaries(const char *folder);

/* The file is whole JSON. */
bool is_json(const char *path);

#endif
