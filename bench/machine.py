#!/usr/bin/env python3
"""The name of this machine's folder under results/, as bench/results.c makes it."""
import re


def cpu_info(key):
    try:
        with open("/proc/cpuinfo") as f:
            for line in f:
                if line.split("\t")[0].rstrip() == key and ":" in line:
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return "unknown"


def machine():
    name = " ".join(cpu_info(key) for key in ("model name", "cpu family", "model"))
    return re.sub("[^a-z0-9]+", "-", name.lower()).lstrip("-")


if __name__ == "__main__":
    print(machine())
