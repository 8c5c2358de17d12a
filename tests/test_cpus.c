/* What the program finds out about its CPUs: quotas of control groups, instruction sets, the
 * identity of the machine. */
#include "../kernels/cpu.h"
#include "../vae/base/cgroup.h"
#include "../vae/base/cpus.h"
#include "../vae/tuning/machine.h"
#include "suites.h"
#include <errno.h>
#include <ftw.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- quotas, in a directory that takes the place of / --- */

#define CGROUP(text)                                                                               \
    {                                                                                              \
        "proc/self/cgroup", text                                                                   \
    }
#define MOUNTS(text)                                                                               \
    {                                                                                              \
        "proc/self/mountinfo", text                                                                \
    }
#define V1            "/sys/fs/cgroup/cpu,cpuacct"
#define MOUNT_CPU(at) "33 25 0:29 / " at " rw,nosuid shared:15 - cgroup cgroup rw,cpu,cpuacct\n"
#define MOUNT_V2(at)  "30 23 0:26 / " at " rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
#define QUOTA(dir, quota, period)                                                                  \
    {dir "/cpu.cfs_quota_us", quota "\n"}, { dir "/cpu.cfs_period_us", period "\n" }
#define TEN      "..........."
#define THOUSAND TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN

static const struct layout {
    const char *name;
    double cpus; /* 0: no quota */
    struct {
        const char *path, *text; /* text "-> x": a symbolic link */
    } file[10];
} layouts[] = {
    {"none: no control groups", 0, {CGROUP(""), MOUNTS("")}},
    {"none: no /proc", 0, {{NULL, NULL}}},
    {"v1, RHEL 7: cpuacct is named first",
     1.5,
     {CGROUP("11:memory:/\n4:cpuacct,cpu:/user.slice\n1:name=systemd:/user.slice\n"),
      MOUNTS(
          "32 25 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
          "33 25 0:29 / /sys/fs/cgroup/cpu,cpuacct rw shared:15 - cgroup cgroup rw,cpuacct,cpu\n"),
      QUOTA("sys/fs/cgroup/cpu,cpuacct", "-1", "100000"),
      QUOTA("sys/fs/cgroup/cpu,cpuacct/user.slice", "150000", "100000")}},
    {"v1, RHEL 8: links beside the mount",
     2,
     {CGROUP("4:cpu,cpuacct:/a/b\n"),
      MOUNTS(MOUNT_CPU("/sys/fs/cgroup/cpu,cpuacct")),
      {"sys/fs/cgroup/cpu", "-> cpu,cpuacct"},
      {"sys/fs/cgroup/cpuacct", "-> cpu,cpuacct"},
      QUOTA("sys/fs/cgroup/cpu,cpuacct/a", "200000", "100000"),
      QUOTA("sys/fs/cgroup/cpu,cpuacct/a/b", "300000", "100000")}},
    {"v1: mounted elsewhere, under a name with a space",
     3,
     {CGROUP("2:cpu:/job\n"), MOUNTS(MOUNT_CPU("/mnt/my\\040groups\\134x")),
      QUOTA("mnt/my groups\\x/job", "60000", "20000")}},
    {"v1: a name that only begins like cpu",
     0,
     {CGROUP("3:cpuset:/job\n2:cpuacct:/job\n"), MOUNTS(MOUNT_CPU("/c")),
      QUOTA("c/job", "100000", "100000")}},
    {"v1, no source in mountinfo",
     1,
     {CGROUP("2:cpu:/\n"),
      MOUNTS("33 25 0:29 / /c rw -  - cgroup  rw,cpu\n"
             "33 25 0:29 / /c rw - cgroup  rw,cpu\n"),
      QUOTA("c", "100000", "100000")}},
    {"v1, Docker: the group's own folder is mounted",
     0.5,
     {CGROUP("4:cpu,cpuacct:/docker/8c2f\n"),
      MOUNTS("710 704 0:29 /docker/8c2f " V1 " ro - cgroup cgroup rw,cpu,cpuacct\n"),
      QUOTA("sys/fs/cgroup/cpu,cpuacct", "50000", "100000")}},
    {"v1, Docker in Docker: below the mount's root",
     1,
     {CGROUP("4:cpu,cpuacct:/docker/8c2f/docker/77\n"),
      MOUNTS("710 704 0:29 /docker/8c2f " V1 " ro - cgroup cgroup rw,cpu,cpuacct\n"),
      QUOTA("sys/fs/cgroup/cpu,cpuacct", "400000", "100000"),
      QUOTA("sys/fs/cgroup/cpu,cpuacct/docker/77", "100000", "100000")}},
    {"v1, Kubernetes",
     2,
     {CGROUP("5:cpuacct,cpu:/kubepods/burstable/pod1/c2\n"),
      MOUNTS("710 704 0:29 /kubepods/burstable/pod1/c2 " V1 " ro - cgroup cgroup rw,cpuacct,cpu\n"),
      QUOTA("sys/fs/cgroup/cpu,cpuacct", "200000", "100000")}},
    {"v1: only another group is mounted",
     3,
     {CGROUP("4:cpu:/docker/8c\n"),
      MOUNTS("710 704 0:29 /docker/8c2f /c ro - cgroup cgroup rw,cpu\n"),
      QUOTA("c", "300000", "100000")}},
    {"v1: another group is mounted, too",
     4,
     {CGROUP("4:cpu:/job\n"),
      MOUNTS("710 704 0:29 /other /other ro - cgroup cgroup rw,cpu\n" MOUNT_CPU("/c")),
      QUOTA("other", "100000", "100000"), QUOTA("c/job", "400000", "100000")}},
    {"hybrid, systemd: v1 has the controller",
     2.5,
     {CGROUP("4:cpu,cpuacct:/a\n1:name=systemd:/a\n0::/a\n"),
      MOUNTS("31 25 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n" MOUNT_CPU(V1)),
      QUOTA("sys/fs/cgroup/cpu,cpuacct/a", "250000", "100000")}},
    {"v2, the process in the root",
     0,
     {CGROUP("0::/\n"), MOUNTS(MOUNT_V2("/sys/fs/cgroup")), {"sys/fs/cgroup/cgroup.procs", "1\n"}}},
    {"v2, nested: the group above is tighter",
     1.25,
     {CGROUP("0::/user.slice/run.scope\n"),
      MOUNTS(MOUNT_V2("/sys/fs/cgroup")),
      {"sys/fs/cgroup/user.slice/cpu.max", "125000 100000\n"},
      {"sys/fs/cgroup/user.slice/run.scope/cpu.max", "400000 100000\n"}}},
    {"v2, max below a limit",
     2,
     {CGROUP("0::/a/b\n"),
      MOUNTS(MOUNT_V2("/sys/fs/cgroup")),
      {"sys/fs/cgroup/a/cpu.max", "100000 50000\n"},
      {"sys/fs/cgroup/a/b/cpu.max", "max 100000\n"}}},
    {"v2, Docker: a namespace of its own",
     1,
     {CGROUP("0::/\n"),
      MOUNTS(MOUNT_V2("/sys/fs/cgroup")),
      {"sys/fs/cgroup/cpu.max", "100000 100000\n"}}},
    {"v2: mounted before the namespace was entered",
     3,
     {CGROUP("0::/\n"),
      MOUNTS("30 23 0:26 /../../.. /c rw - cgroup2 cgroup rw\n"),
      {"c/cpu.max", "300000 100000\n"}}},
    {"v2: the process was moved out of the namespace",
     1,
     {CGROUP("0::/../job\n"),
      MOUNTS(MOUNT_V2("/c/d")),
      {"c/d/cpu.max", "100000 100000\n"},
      {"c/job/cpu.max", "50000 100000\n"}}},
    {"v2: a sibling within the mount",
     2,
     {CGROUP("0::/../job\n"),
      MOUNTS("30 23 0:26 /.. /c rw - cgroup2 cgroup rw\n"),
      {"c/job/cpu.max", "200000 100000\n"}}},
    {"v2: a group whose name holds a colon and dots",
     1,
     {CGROUP("0::/a:b/..c\n"), MOUNTS(MOUNT_V2("/c")), {"c/a:b/..c/cpu.max", "100000 100000\n"}}},
    {"v2: the group is gone",
     2,
     {CGROUP("0::/a/b (deleted)\n"), MOUNTS(MOUNT_V2("/c")), {"c/a/cpu.max", "200000 100000\n"}}},
    {"malformed: words for numbers",
     0,
     {CGROUP("0::/a\n"),
      MOUNTS(MOUNT_V2("/c")),
      {"c/a/cpu.max", "many few\n"},
      {"c/cpu.max", "inf nan\n"}}},
    {"malformed: half a file, zero, minus",
     0,
     {CGROUP("0::/a/b\n"),
      MOUNTS(MOUNT_V2("/c")),
      {"c/a/b/cpu.max", "100000"},
      {"c/a/cpu.max", "100000 0\n"},
      {"c/cpu.max", "-5 100000\n"}}},
    {"malformed: lines cut short",
     1,
     {CGROUP("\n:\n0:\n7:cpu\n0::/a\n"),
      MOUNTS("\n-\n - \n30\n30 23 0:26 / - cgroup2\n30 23 0:26 / /c - cgroup2 \n" MOUNT_V2("/c")),
      {"c/a/cpu.max", "100000 100000\n"}}},
    {"long lines before and between",
     1,
     {CGROUP("9:" THOUSAND THOUSAND THOUSAND THOUSAND ":/x\n0::/a\n"),
      MOUNTS("8 1 0:5 / /x rw - overlay o rw,lowerdir=" THOUSAND THOUSAND THOUSAND THOUSAND THOUSAND
             "\n" MOUNT_V2("/c")),
      {"c/a/cpu.max", "100000 100000\n"}}},
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

static char root[] = "/tmp/vae-cpus-XXXXXX";

static void put(const char *path, const char *text)
{
    char full[512];
    snprintf(full, sizeof full, "%s/%s", root, path);
    for (char *c = full + sizeof root; (c = strchr(c, '/')); c++) {
        *c = 0;
        ck_assert(mkdir(full, 0777) == 0 || errno == EEXIST);
        *c = '/';
    }
    if (!strncmp(text, "-> ", 3)) {
        ck_assert_int_eq(symlink(text + 3, full), 0);
        return;
    }
    FILE *f = fopen(full, "w");
    ck_assert_msg(f && fputs(text, f) >= 0 && fclose(f) == 0, "%s", full);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

START_TEST(test_quota_in_every_layout)
{
    const struct layout *l = &layouts[_i];
    strcpy(root + sizeof root - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(root));
    for (size_t i = 0; i < sizeof l->file / sizeof *l->file && l->file[i].path; i++)
        put(l->file[i].path, l->file[i].text);
    const double got = vae_cgroup_cpu_quota(root);
    nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    ck_assert_msg(got == l->cpus, "%s: %g CPUs, not %g", l->name, got, l->cpus);
}
END_TEST

START_TEST(test_cpus_within_a_quota)
{
    static const struct {
        size_t cpus;
        double quota;
        size_t want;
    } rows[] = {{8, 0, 8}, {8, 2.5, 2},   {8, 2, 2},           {8, 0.25, 1}, {8, 7.9, 7},
                {8, 8, 8}, {8, 1e300, 8}, {8, (double)NAN, 8}, {1, 0.5, 1},  {96, 95.5, 95}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_uint_eq(vae_cpus_within(rows[i].cpus, rows[i].quota), rows[i].want);
    ck_assert_uint_ge(vae_cpus_allowed(), 1);
}
END_TEST

/* --- instruction sets --- */

#if defined(__x86_64__)
enum { FMA = 1 << 12, OSXSAVE = 1 << 27, AVX = 1 << 28, BASE = FMA | OSXSAVE | AVX };
enum { AVX2 = 1 << 5, F = 1 << 16, DQ = 1 << 17, BW = 1 << 30 };
#define VL   (UINT32_C(1) << 31)
#define FULL (AVX2 | F | DQ | BW | VL)
static const struct {
    const char *what;
    struct sv_cpuid cpu;
    bool avx2, avx512;
} probes[] = {
    {"all", {7, BASE, FULL, 0xe7}, true, true},
    {"more than all", {0x20, 0xffffffff, 0xffffffff, 0xffffffff}, true, true},
    {"Haswell", {13, BASE, AVX2, 7}, true, false},
    {"Sandy Bridge", {13, AVX | OSXSAVE, 0, 7}, false, false},
    {"Nehalem", {11, 0, 0, 0}, false, false},
    {"AVX hidden by a hypervisor, AVX2 left", {13, FMA | OSXSAVE, FULL, 0xe7}, false, false},
    {"no FMA", {13, AVX | OSXSAVE, FULL, 0xe7}, false, false},
    {"a system without XSAVE", {13, FMA | AVX, FULL, 0xe7}, false, false},
    {"a system that saves xmm alone", {13, BASE, FULL, 3}, false, false},
    {"a system that saves ymm, not zmm", {13, BASE, FULL, 7}, true, false},
    {"masks and low zmm saved, zmm16 ... 31 not", {13, BASE, FULL, 0x67}, true, false},
    {"ymm's bit without xmm's", {13, BASE, FULL, 0xe4}, false, false},
    {"leaves limited by the BIOS", {3, BASE, FULL, 0xe7}, false, false},
    {"no VL (Knights Landing)", {13, BASE, AVX2 | F, 0xe7}, true, false},
    {"no BW", {13, BASE, FULL & ~(uint32_t)BW, 0xe7}, true, false},
    {"no DQ", {13, BASE, FULL & ~(uint32_t)DQ, 0xe7}, true, false},
    {"AVX-512 without AVX2", {13, BASE, FULL & ~(uint32_t)AVX2, 0xe7}, false, false},
};

START_TEST(test_instruction_sets_by_cpuid)
{
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++) {
        ck_assert_msg(sv_cpuid_avx2(&probes[i].cpu) == probes[i].avx2, "AVX2: %s", probes[i].what);
        ck_assert_msg(sv_cpuid_avx512(&probes[i].cpu) == probes[i].avx512, "AVX-512: %s",
                      probes[i].what);
    }
}
END_TEST
#endif

/* --- the identity of the machine --- */

/* Cores with the same `machine` belong together; different machines have different names. */
#define INTEL12 "GenuineIntel", "12th Gen Intel(R) Core(TM) i7-12700K"
static const struct {
    int machine;
    struct core core;
} cores[] = {
    {0, {INTEL12, 0x90672, true, {48 << 10, 1280 << 10, 25 << 20}}},
    {0, {INTEL12, 0x90672, true, {32 << 10, 2 << 20, 25 << 20}}},
    {0, {INTEL12, 0xb06a2, true, {32 << 10, 2 << 20, 25 << 20}}}, /* with another signature */
    {1, {"AuthenticAMD", "AMD Ryzen AI 9 HX 370", 0xb20f40, true, {48 << 10, 1 << 20, 16 << 20}}},
    {1, {"AuthenticAMD", "AMD Ryzen AI 9 HX 370", 0xb20f40, true, {48 << 10, 1 << 20, 8 << 20}}},
    {2, {"AuthenticAMD", "AMD EPYC", 0xa10f11, false, {32 << 10, 1 << 20, 32 << 20}}},
    {3, {"AuthenticAMD", "AMD EPYC", 0xb00f21, false, {32 << 10, 1 << 20, 32 << 20}}},
    {4, {"AuthenticAMD", "AMD EPYC", 0xb00f21, false, {48 << 10, 1 << 20, 32 << 20}}},
    {5,
     {INTEL12, 0x90672, false, {48 << 10, 1280 << 10, 25 << 20}}}, /* its slow cores switched off */
    {6, {"", "aarch64", 0, false, {64 << 10, 1 << 20, 32 << 20}}},
};
enum { CORES = sizeof cores / sizeof *cores };

START_TEST(test_machine_has_one_name_from_every_core)
{
    char a[sizeof((struct machine *)0)->cpu], b[sizeof a];
    for (size_t i = 0; i < CORES; i++)
        for (size_t j = 0; j < CORES; j++) {
            vae_machine_name(&cores[i].core, a, sizeof a);
            vae_machine_name(&cores[j].core, b, sizeof b);
            ck_assert_msg(!strcmp(a, b) == (cores[i].machine == cores[j].machine),
                          "cores %zu, %zu: %s; %s", i, j, a, b);
        }
}
END_TEST

Suite *suite_cpus(void)
{
    Suite *s = suite_create("cpus");
    TCase *t = tcase_create("cpus");
    tcase_add_loop_test(t, test_quota_in_every_layout, 0, LAYOUTS);
    tcase_add_test(t, test_cpus_within_a_quota);
#if defined(__x86_64__)
    tcase_add_test(t, test_instruction_sets_by_cpuid);
#endif
    tcase_add_test(t, test_machine_has_one_name_from_every_core);
    suite_add_tcase(s, t);
    return s;
}
