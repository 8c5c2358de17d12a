/* Assertions for inner loops. Check writes where each ck_assert was to a file that its parent
 * reads, which takes longer than most of what tests compare; these write failures alone. */
#ifndef EACH_H
#define EACH_H

#include <check.h>

#define each_msg(x, ...)                                                                           \
    do {                                                                                           \
        if (!(x)) ck_abort_msg(__VA_ARGS__);                                                       \
    } while (0)
#define each(x) each_msg(x, "not so: %s", #x)

#endif
