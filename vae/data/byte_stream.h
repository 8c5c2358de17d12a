/* Bytes of a file in order, whatever holds them. */
#ifndef VAE_BYTE_STREAM_H
#define VAE_BYTE_STREAM_H

#include "../base/error.h"
#include <stddef.h>
#include <stdint.h>

struct byte_stream {
    const char *path; /* for messages: the file, or file:member */
    size_t file_size; /* of the file on disk; 0: unknown (a pipe) */
    size_t exact;     /* bytes to be had in all, if that is known before reading; else 0 */
    size_t taken;     /* bytes had */
    void *state;
    /* Reads up to n bytes; *got is how many there were, 0 at the end. False, with a message, if the
     * stream is damaged. */
    bool (*read)(struct byte_stream *s, uint8_t *to, size_t n, size_t *got, struct vae_error *e);
};

/* Reads n bytes, or fewer at the end. */
bool vae_stream_read(struct byte_stream *s, uint8_t *to, size_t n, size_t *got,
                     struct vae_error *e);

/* Opens a file, plain or compressed by gzip, or a pipe. hint: see vae_input_open. */
bool vae_stream_open(struct byte_stream *s, const char *path, const char *hint,
                     struct vae_error *e);

/* False, with a message, if `ok` and the compressed stream ended early; else returns ok. */
bool vae_stream_close(struct byte_stream *s, bool ok, struct vae_error *e);

#endif
