#include "file_kind.h"
#include <stdbool.h>
#include <string.h>
#include <strings.h>

struct kind {
    size_t length;
    const char *bytes, *name;
};

static const struct kind kinds[] = {
    {2, "\x1f\x8b", "compressed by gzip (once more?), unpack it with gunzip"},
    {4, "PK\3\4",
     "a zip archive (PyTorch's .pt, NumPy's .npz and Kaggle's downloads are such), "
     "unpack or convert it"},
    {8, "\x89PNG\r\n\x1a\n", "a PNG picture"},
    {3, "\xff\xd8\xff", "a JPEG picture"},
    {6, "\x93NUMPY", "a NumPy array (.npy), convert it"},
    {8, "\x89HDF\r\n\x1a\n", "HDF5, convert it"},
    {6, "MATLAB", "a MATLAB file, fetch the IDX or gzip edition of it"},
    {4, "PAR1", "a Parquet table, convert it"},
    {3, "BZh", "compressed by bzip2, unpack it with bunzip2"},
    {6,
     "\xfd"
     "7zXZ\0",
     "compressed by xz, unpack it with unxz"},
    {4, "\x28\xb5\x2f\xfd", "compressed by Zstandard, unpack it with unzstd"},
    {6, "7z\xbc\xaf\x27\x1c", "a 7z archive, unpack it"},
    {5, "%PDF-", "a PDF document"},
    {12, "version http", "a pointer of Git LFS, run git lfs pull"},
    {2, "\x80\2", "a pickle of Python, convert it"},
    {2, "\x80\3", "a pickle of Python, convert it"},
    {2, "\x80\4", "a pickle of Python, convert it"},
};

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

const char *file_kind(const unsigned char *head, size_t n)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (n >= kinds[i].length && !memcmp(head, kinds[i].bytes, kinds[i].length))
            return kinds[i].name;
    return markup(head, n) ? "a web page, the download went wrong, fetch the file again" : NULL;
}
