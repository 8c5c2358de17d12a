#include "progress.h"
#include "../base/clock.h"
#include "../base/json.h"
#include "options.h"
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const double BAR_PAUSE = 0.1, JSON_PAUSE = 0.25; /* seconds */
enum { LEAST_BAR = 5, MOST_BAR = 24, COLUMNS = 80 };

/* --- figures --- */

/* Units a second of this process; NAN before the first. */
static double rate(const struct progress *p, double seconds)
{
    return p->done > p->first && seconds > 0 ? (double)(p->done - p->first) / seconds : (double)NAN;
}

static double seconds_left(const struct progress *p, double seconds)
{
    return p->done < p->total ? (double)(p->total - p->done) / rate(p, seconds) : 0;
}

static double fraction(const struct progress *p)
{
    return p->done < p->total ? (double)p->done / (double)p->total : 1;
}

static double images_per_second(const struct progress *p, double seconds)
{
    return p->per_image ? rate(p, seconds) / (double)p->per_image : (double)NAN;
}

/* --- on a terminal --- */

/* Asked before each line: a window may be resized. */
static size_t terminal_columns(void)
{
    struct winsize size;
    const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : COLUMNS;
}

enum { PIECE = 48 };

static void write_left(double seconds, char text[PIECE])
{
    const double most = 1e6;
    if (!(seconds < most)) return;
    const unsigned s = (unsigned)ceil(seconds), minutes = s / 60;
    if (s < 60)
        snprintf(text, PIECE, "  %u s left", s);
    else if (minutes < 60)
        snprintf(text, PIECE, "  %u:%02u left", minutes, s % 60);
    else
        snprintf(text, PIECE, "  %u:%02u:%02u left", minutes / 60, minutes % 60, s % 60);
}

/* What stands behind the bar, from left to right; what is unknown is empty. */
enum { SHARE, COUNT, BOUND, SPEED, LEFT, NOTE, PIECES };

static void write_pieces(const struct progress *p, double seconds, char piece[PIECES][PIECE])
{
    const double images = images_per_second(p, seconds);
    memset(piece, 0, PIECES * sizeof *piece);
    snprintf(piece[SHARE], PIECE, "%3d%%", (int)(100 * fraction(p)));
    snprintf(piece[COUNT], PIECE, "  %" PRIu64 "/%" PRIu64, p->done, p->total);
    if (isfinite(p->bound)) snprintf(piece[BOUND], PIECE, "  %.1f nats", p->bound);
    if (isfinite(images)) snprintf(piece[SPEED], PIECE, "  %.0f images/s", images);
    write_left(seconds_left(p, seconds), piece[LEFT]);
    if (p->note) snprintf(piece[NOTE], PIECE, "  %s", p->note);
}

/* Rooms are given in this order: the share, the shortest bar, then the others; what is left over
 * lengthens the bar. */
void vae_progress_line(const struct progress *p, double seconds, size_t columns,
                       char line[PROGRESS_LINE])
{
    static const int wanted[] = {LEFT, BOUND, SPEED, NOTE, COUNT};
    char piece[PIECES][PIECE], bar[MOST_BAR + 4] = "";
    size_t room = columns ? columns - 1 : 0, width = 0;
    if (room > PROGRESS_LINE - 1) room = PROGRESS_LINE - 1;
    write_pieces(p, seconds, piece);
    const size_t share = strlen(piece[SHARE]), frame = strlen("[] ");
    if (share > room) *piece[SHARE] = 0;
    room -= strlen(piece[SHARE]);
    if (room >= frame + LEAST_BAR) {
        width = LEAST_BAR;
        room -= frame + width;
    }
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        char *text = piece[wanted[i]];
        const size_t n = strlen(text);
        if (n > room) *text = 0;
        if (n <= room) room -= n;
    }
    for (; width && width < MOST_BAR && room; width++) room--;
    const size_t filled = (size_t)((double)width * fraction(p));
    if (width) {
        snprintf(bar, sizeof bar, "[%*s] ", (int)width, "");
        for (size_t i = 0; i < width; i++) bar[1 + i] = i < filled ? '#' : '.';
    }
    snprintf(line, PROGRESS_LINE, "%s%s%s%s%s%s%s", bar, piece[SHARE], piece[COUNT], piece[BOUND],
             piece[SPEED], piece[LEFT], piece[NOTE]);
}

static void draw(const struct progress *p, double seconds)
{
    char line[PROGRESS_LINE];
    vae_progress_line(p, seconds, terminal_columns(), line);
    fprintf(stderr, "\r%s\033[K", line); /* a wrapped line would not be erased */
    fflush(stderr);
}

/* --- as JSON --- */

/* Out of memory, an object is left out. */
static void print_object(const struct progress *p, double seconds)
{
    bool ok = true;
    json_t *o = json_object();
    vae_json_put(&ok, o, "command", json_string(p->command));
    vae_json_put(&ok, o, "phase", json_string(p->phase));
    vae_json_put(&ok, o, "done", json_integer((json_int_t)p->done));
    vae_json_put(&ok, o, "total", json_integer((json_int_t)p->total));
    vae_json_put(&ok, o, "fraction", vae_json_number(fraction(p)));
    vae_json_put(&ok, o, "seconds", vae_json_number(seconds));
    vae_json_put(&ok, o, "seconds_left", vae_json_number(seconds_left(p, seconds)));
    vae_json_put(&ok, o, "images_per_second", vae_json_number(images_per_second(p, seconds)));
    vae_json_put(&ok, o, "bound", vae_json_number(p->bound));
    char *text = vae_json_text(ok, o, JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (text) fprintf(stderr, "%s\n", text);
    fflush(stderr);
    free(text);
}

/* --- its life --- */

struct progress vae_progress_start(const struct settings *s, const char *phase, uint64_t first,
                                   uint64_t total, uint64_t per_image)
{
    struct progress p = {.command = vae_command_name(s->command),
                         .phase = phase,
                         .first = first,
                         .done = first,
                         .total = total,
                         .per_image = per_image,
                         .bound = NAN,
                         .start = vae_seconds_now()};
    p.how = s->json_progress                     ? PROGRESS_JSON
            : !s->quiet && isatty(STDERR_FILENO) ? PROGRESS_BAR
                                                 : PROGRESS_NONE;
    p.told = p.how == PROGRESS_JSON ? p.start : 0;
    if (p.how == PROGRESS_JSON) print_object(&p, 0);
    return p;
}

void vae_progress_update(struct progress *p, uint64_t done, double bound)
{
    if (!p || p->how == PROGRESS_NONE) return;
    const double now = vae_seconds_now();
    p->done = done;
    p->bound = bound;
    if (now - p->told < (p->how == PROGRESS_BAR ? BAR_PAUSE : JSON_PAUSE)) return;
    if (p->how == PROGRESS_JSON && done >= p->total) return; /* the last one follows */
    p->told = now;
    if (p->how == PROGRESS_BAR)
        draw(p, now - p->start);
    else
        print_object(p, now - p->start);
}

void vae_progress_watch(void *p, const struct vae_model *m, size_t first, size_t rows)
{
    (void)m;
    vae_progress_update(p, first + rows, NAN);
}

void vae_progress_clear(const struct progress *p)
{
    if (p->how == PROGRESS_BAR) fputs("\r\033[K", stderr);
}

void vae_progress_end(struct progress *p)
{
    vae_progress_clear(p);
    if (p->how == PROGRESS_JSON) print_object(p, vae_seconds_now() - p->start);
}
