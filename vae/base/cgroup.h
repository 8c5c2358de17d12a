/* How much CPU time Linux's control groups leave this process. */
#ifndef VAE_CGROUP_H
#define VAE_CGROUP_H

/* The least quota, in CPUs, of its control group and of the groups above, as far as they are visible from here;
 * 0 if none is set. v1 and v2, mounted anywhere: /proc/self/cgroup names the groups, /proc/self/mountinfo
 * where they are (Linux Documentation/admin-guide/cgroup-v1 and cgroup-v2.rst; proc_pid_mountinfo(5)). `root` is
 * the directory that stands for /, "" for / itself. What cannot be read or understood sets no quota. */
double vae_cgroup_cpu_quota(const char *root);

#endif
