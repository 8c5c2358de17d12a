#!/usr/bin/env python3
"""SHA-256 of a checkpoint after a short training run, on every instruction set and several numbers of
threads, into results/<machine>/bits.json.

usage: bits.py VAE
"""
import json
import os
import subprocess
import sys
import tempfile

import isas
import results

SAMPLES, THREADS = 2000, (1, 2, 3, 5)
MODEL = ["--hidden", "500", "--latent", "20", "--samples", str(SAMPLES)]


def checksum(vae, isa, threads, out):
    """The checkpoint's SHA-256; None if this CPU or this build lacks the instruction set."""
    done = subprocess.run([vae, "train", "--data", "synthetic", "--out", out, "--isa", isa, "--threads",
                           str(threads), "--quiet"] + MODEL, capture_output=True, text=True)
    if done.returncode and "--isa" in done.stderr:
        return None
    if done.returncode:
        sys.exit(f"bits: {done.stderr.strip()}")
    return results.sha256(os.path.join(out, "model.safetensors"))


def main():
    vae = sys.argv[1]
    rows = []
    with tempfile.TemporaryDirectory() as out:
        for isa in (i.name for i in isas.isas()):
            for threads in THREADS:
                sha = checksum(vae, isa, threads, out)
                if sha is None:
                    break
                rows.append({"isa": isa, "threads": threads, "sha256": sha})
                print(f"{isa:10} {threads} thread{'s' if threads > 1 else ' '} {sha}", flush=True)
    results.write("bits", '{"run": "784-500-20, Adagrad, synthetic digits", "samples": %d, "rows": [\n%s\n]}\n' %
                  (SAMPLES, ",\n".join(json.dumps(row) for row in rows)))
    if len({row["sha256"] for row in rows}) != 1:
        sys.exit("bits: the checkpoints differ; the promise of the same bits is broken")


if __name__ == "__main__":
    main()
