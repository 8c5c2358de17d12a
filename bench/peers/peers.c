#include "peers.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__linux__)
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

/* One line per library and setting: the library's own choice, and the settings that isa.def names.
 * `file` is for dlopen; $ORIGIN is the folder of the benchmark, where make puts the wrappers that
 * it compiles. */
static const struct {
    const char *library, *setting, *file, *symbol;
    const char *isa;              /* that this machine must support */
    const char *variable, *value; /* set while the library starts; NULL: it chooses */
    void (*gemm)(const struct peer *, enum product, const struct sv_gemm *);
    bool (*prepare)(struct peer *, enum product, const struct sv_gemm *);
} lines[] = {
#define OPENBLAS "libopenblas.so.0", "cblas_sgemm"
    {"OpenBLAS", "", OPENBLAS, "generic", NULL, NULL, blas_gemm, NULL},
#define SV_PEERS(isa, claim, openblas, blis, blis_arch)                                            \
    {"OpenBLAS", " " openblas, OPENBLAS, #isa, "OPENBLAS_CORETYPE", openblas, blas_gemm, NULL},
#include "../../kernels/isa.def"
#define BLIS "libblis.so.4", "cblas_sgemm"
    {"BLIS", "", BLIS, "generic", NULL, NULL, blas_gemm, NULL},
#define SV_PEERS(isa, claim, openblas, blis, blis_arch)                                            \
    {"BLIS", " " blis, BLIS, #isa, "BLIS_ARCH_TYPE", blis_arch, blas_gemm, NULL},
#include "../../kernels/isa.def"
    {"oneDNN", "", "libdnnl.so.2", "dnnl_sgemm", "generic", NULL, NULL, onednn_gemm, NULL},
    {"libxsmm", "", "$ORIGIN/xsmm.so", "libxsmm_smmdispatch", "generic", NULL, NULL, xsmm_gemm,
     xsmm_prepare},
#define EIGEN(isa) "$ORIGIN/eigen_" #isa ".so", "eigen_gemm"
#define SV_PEERS(isa, claim, openblas, blis, blis_arch)                                            \
    {"Eigen", " " #isa, EIGEN(isa), #isa, NULL, NULL, eigen_gemm_call, NULL},
#include "../../kernels/isa.def"
};

enum { LINES = sizeof lines / sizeof *lines };
_Static_assert(LINES <= (int)PEERS_MAX, "room for every peer");

/* A second instance of a library that is already open. The loader identifies files by inode, so it
 * gets a copy in memory. */
#if defined(__linux__)
static void *open_copy(void *first)
{
    struct link_map *map;
    if (dlinfo(first, RTLD_DI_LINKMAP, &map)) return NULL;
    void *handle = NULL;
    struct stat st;
    const int from = open(map->l_name, O_RDONLY | O_CLOEXEC);
    const int to = memfd_create("peer", MFD_CLOEXEC);
    if (from >= 0 && to >= 0 && !fstat(from, &st)) {
        char path[64];
        off_t left = st.st_size;
        for (ssize_t n = 1; left && n > 0; left -= n) n = sendfile(to, from, NULL, (size_t)left);
        snprintf(path, sizeof path, "/proc/self/fd/%d", to);
        if (!left) handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    }
    /* `to` stays open: the loader would take a later file with the same number for this one */
    if (from >= 0) close(from);
    return handle;
}
#else
static void *open_copy(void *first) { return (void)first, NULL; } /* one setting per library */
#endif

static void *open_instance(const char *file)
{
    void *first = dlopen(file, RTLD_NOW | RTLD_LOCAL | RTLD_NOLOAD);
    return first ? open_copy(first) : dlopen(file, RTLD_NOW | RTLD_LOCAL);
}

/* Libraries read their settings when loaded or at the first call, so make one call. */
static bool start(struct peer *p, const char *file, const char *symbol)
{
    enum { N = 16 };
    static float a[N * N], b[N * N], c[N * N];
    const struct sv_gemm g = {
        .m = N, .n = N, .k = N, .a = a, .lda = N, .b = b, .ldb = N, .c = c, .ldc = N};
    p->handle = open_instance(file);
    p->symbol = p->handle ? dlsym(p->handle, symbol) : NULL;
    if (!p->symbol) return false;
    if (!p->prepare || p->prepare(p, PRODUCT_NN, &g)) p->gemm(p, PRODUCT_NN, &g);
    return true;
}

size_t peers_open(struct peer *peers)
{
    size_t count = 0;
    struct sv_kernels k;
    setenv("OPENBLAS_NUM_THREADS", "1", 1);
    setenv("BLIS_NUM_THREADS", "1", 1);
    setenv("OMP_NUM_THREADS", "1", 1);
    for (size_t i = 0; i < LINES; i++) {
        struct peer *p = &peers[count];
        if (sv_dispatch(lines[i].isa, &k) != SV_OK) continue;
        *p = (struct peer){.gemm = lines[i].gemm, .prepare = lines[i].prepare};
        if (lines[i].variable) setenv(lines[i].variable, lines[i].value, 1);
        const bool started = start(p, lines[i].file, lines[i].symbol);
        if (lines[i].variable) unsetenv(lines[i].variable);
        snprintf(p->name, sizeof p->name, "%s%s", lines[i].library, lines[i].setting);
        /* files in results/ have always called it "passes" */
        snprintf(p->name_unfused, sizeof p->name_unfused, "%s, passes", p->name);
        if (started)
            count++;
        else
            fprintf(stderr, "skipped: %s: not installed (make peers)\n", p->name);
    }
    return count;
}
