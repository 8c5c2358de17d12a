#include "cpus.h"
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PATH = 4096 };

/* Quota over period of one control group; 0 where it sets none. */
static double quota_of(const char *dir)
{
    char path[PATH + 32];
    double quota = 0, period = 0;
    snprintf(path, sizeof path, "%s/cpu.max", dir); /* v2: "max 100000" or "250000 100000" */
    FILE *f = fopen(path, "r");
    if (f) {
        if (fscanf(f, "%lf %lf", &quota, &period) != 2) quota = 0;
        fclose(f);
        return quota > 0 && period > 0 ? quota / period : 0;
    }
    static const char *const names[] = {"cpu.cfs_quota_us", "cpu.cfs_period_us"};
    double value[2] = {0, 0};
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        if (!(f = fopen(path, "r"))) return 0;
        if (fscanf(f, "%lf", &value[i]) != 1) value[i] = 0;
        fclose(f);
    }
    return value[0] > 0 && value[1] > 0 ? value[0] / value[1] : 0;
}

/* The least quota from root/group up to the root. */
static double least_quota(const char *root, char *group, double least)
{
    char dir[PATH];
    for (;;) {
        snprintf(dir, sizeof dir, "%s%s", root, group);
        const double q = quota_of(dir);
        if (q > 0 && (least == 0 || q < least)) least = q;
        char *slash = strrchr(group, '/');
        if (!slash) return least;
        *slash = 0;
    }
}

/* Lines of /proc/self/cgroup: "0::/group" (v2), "4:cpu,cpuacct:/group" (v1). */
static double cgroup_quota(void)
{
    char line[PATH];
    double least = 0;
    FILE *f = fopen("/proc/self/cgroup", "r");
    if (!f) return 0;
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        char *controllers = strchr(line, ':'), *group;
        if (!controllers || !(group = strchr(++controllers, ':'))) continue;
        *group++ = 0;
        if (!*controllers) {
            least = least_quota("/sys/fs/cgroup", group, least);
        } else if (!strcmp(controllers, "cpu") || !strncmp(controllers, "cpu,", 4)) {
            least = least_quota("/sys/fs/cgroup/cpu", group, least);
        }
    }
    fclose(f);
    return least;
}

static size_t affinity(void)
{
#ifdef __linux__
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return (size_t)CPU_COUNT(&set);
#endif
    const long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n > 0 ? (size_t)n : 1;
}

size_t cpus_allowed(void)
{
    const size_t cpus = affinity();
    const double quota = cgroup_quota();
    if (quota <= 0 || quota >= (double)cpus) return cpus;
    return quota < 2 ? 1 : (size_t)quota;
}
