/* What the preloaded library and the tracer agree on. */
#ifndef PRELOAD_H
#define PRELOAD_H

enum { FAULT_MARK = 0x7661 }; /* an option of prctl that no system knows */

#endif
