#include "file_kind.h"
#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

static const struct {
    size_t length;
    const char *bytes;
    struct file_kind kind;
} kinds[] = {
    {2, "\x1f\x8b", {"compressed by gzip", "unpack it with gunzip"}},
    {4, "PK\3\4", {"a zip archive, as PyTorch's .pt and NumPy's .npz are", "unpack or convert it"}},
    {8, "\x89PNG\r\n\x1a\n", {"a PNG picture", "convert it"}},
    {3, "\xff\xd8\xff", {"a JPEG picture", "convert it"}},
    {6, "\x93NUMPY", {"a NumPy array", "convert it"}},
    {8, "\x89HDF\r\n\x1a\n", {"HDF5", "convert it"}},
    {6, "MATLAB", {"a MATLAB file", "convert it, or fetch the set's other edition"}},
    {4, "PAR1", {"a Parquet table", "convert it"}},
    {3, "BZh", {"compressed by bzip2", "unpack it with bunzip2"}},
    {6, "\xfd\x37zXZ\0", {"compressed by xz", "unpack it with unxz"}},
    {4, "\x28\xb5\x2f\xfd", {"compressed by Zstandard", "unpack it with unzstd"}},
    {6, "7z\xbc\xaf\x27\x1c", {"a 7z archive", "unpack it"}},
    {5, "%PDF-", {"a PDF document", "fetch the data it speaks of"}},
    {12, "version http", {"a pointer of Git LFS", "run git lfs pull"}},
    {2, "\x80\2", {"a pickle of Python", "convert it"}},
    {2, "\x80\3", {"a pickle of Python", "convert it"}},
    {2, "\x80\4", {"a pickle of Python", "convert it"}},
};
static const struct file_kind page = {"a web page", "the download went wrong, fetch it again"};
const struct file_kind vae_file_kind_text = {
    "text", "if it is a table of pixels, let its name end in .csv"};

/* Markup may begin with white space or a byte order mark. */
static bool markup(const unsigned char *p, size_t n)
{
    static const char *const starts[] = {"<!doctype", "<html", "<head", "<?xml", "<!--"};
    if (n >= 3 && !memcmp(p, "\xef\xbb\xbf", 3)) p += 3, n -= 3;
    for (; n && strchr(" \t\r\n", *p) && *p; n--) p++;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        const size_t length = strlen(starts[i]);
        if (n >= length && !strncasecmp((const char *)p, starts[i], length)) return true;
    }
    return false;
}

static bool text(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isprint(p[i]) && !isspace(p[i])) return false;
    return n >= 8;
}

const struct file_kind *vae_file_kind(const unsigned char *head, size_t n)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (n >= kinds[i].length && !memcmp(head, kinds[i].bytes, kinds[i].length))
            return &kinds[i].kind;
    return markup(head, n) ? &page : text(head, n) ? &vae_file_kind_text : NULL;
}
