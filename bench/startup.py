#!/usr/bin/env python3
"""Time from start to the first training step, and peak resident memory, on MNIST in the page cache, from
.gz and from plain files, into results/<machine>/startup.json.

usage: startup.py VAE DIRECTORY        the directory with MNIST's four .gz files
"""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

import results

TIMES = 11


def measure(vae, data, out):
    """Seconds to the first step, and the peak of resident memory in bytes."""
    child = subprocess.Popen([vae, "train", "--data", data, "--out", out, "--samples", "1000", "--quiet"],
                             stdout=subprocess.PIPE, text=True)
    words = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    seconds = re.search(r"first step after ([0-9.]+) s", words)
    if child.returncode or not seconds:
        sys.exit(f"startup: vae train on {data} failed")
    return float(seconds.group(1)), usage.ru_maxrss * 1024


def main():
    vae, source = sys.argv[1:3]
    files = sorted(glob.glob(os.path.join(source, "*-ubyte.gz")))
    if len(files) != 4:
        print(f"startup skipped: {source} does not hold MNIST's four .gz files")
        return
    rows = []
    with tempfile.TemporaryDirectory() as work:
        plain = os.path.join(work, "plain")
        os.mkdir(plain)
        size = 0
        for path in files:
            # Not read here: a child's peak resident memory starts from that of its parent.
            to = os.path.join(plain, os.path.basename(path)[:-3])
            with open(to, "wb") as f:
                subprocess.run(["gzip", "-dc", path], stdout=f, check=True)
            size += os.path.getsize(to) if "images" in path else 0
        for kind, data in (("gz", source), ("plain", plain)):
            found = [measure(vae, data, os.path.join(work, "out")) for _ in range(TIMES + 1)][1:]
            rows.append({"files": kind, "data_bytes": size, "seconds": [s for s, _ in found],
                         "peak_bytes": [b for _, b in found]})
            print(f"{kind:6} first step after {sorted(rows[-1]['seconds'])[TIMES // 2]:.3f} s (median of {TIMES}); "
                  f"at most {max(rows[-1]['peak_bytes']) / 1e6:.1f} MB resident, {size / 1e6:.1f} MB of images")
    results.write("startup", '{"rows": [\n' + ",\n".join(json.dumps(r) for r in rows) + "\n]}\n")


if __name__ == "__main__":
    main()
