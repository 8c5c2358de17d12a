/* The CPU quota that Linux control groups set for this process. */
#ifndef VAE_CGROUP_H
#define VAE_CGROUP_H

/* The smallest quota, in CPUs, of its control group and of the group's visible ancestors; 0 if none
 * is set. Reads v1 and v2, mounted anywhere: /proc/self/cgroup names the groups,
 * /proc/self/mountinfo says where they are mounted (Linux Documentation/admin-guide/cgroup-v1 and
 * cgroup-v2.rst; proc_pid_mountinfo(5)). `root` is the directory that stands for /, "" for /
 * itself. What cannot be read or parsed sets no quota. */
double vae_cgroup_cpu_quota(const char *root);

#endif
