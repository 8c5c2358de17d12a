#!/usr/bin/env python3
"""Throughput of the GEMM inner loops by llvm-mca's CPU models, beside what was measured.

mca.py OBJECTS MEASURED OUT: disassembles OBJECTS/kernels_<isa>.o, gives the inner loop of each microtile
of full height to each model, and writes OUT.json and OUT.md. MEASURED is gemm.json.

A share is FMAs per cycle over what the same model reaches with independent FMAs only. The models
have no caches and no memory: loads hit L1.
"""

import glob
import json
import re
import shutil
import subprocess
import sys

import isas

MODELS = {
    "aarch64": ["neoverse-n1", "neoverse-n2", "neoverse-v1", "neoverse-v2"],
    "x86_64": ["znver4", "sapphirerapids", "icelake-server"],
}
FMA = re.compile(r"^(fmla|vfn?madd)")
BRANCH = re.compile(r"^(b\.\w+|cbn?z|tbn?z|j\w+|b)\b")


def find_mca():
    """The newest /usr/bin/llvm-mca-N, otherwise llvm-mca on the path."""
    versions = [int(m.group(1)) for p in glob.glob("/usr/bin/llvm-mca-*")
                if (m := re.search(r"-(\d+)$", p))]
    name = "llvm-mca-%d" % max(versions) if versions else "llvm-mca"
    return name if shutil.which(name) else sys.exit("mca.py: no llvm-mca here; make deps-arm")


MCA = find_mca()


def functions(path, triple):
    """{name: [(address, instruction)]} of the microtiles in an object."""
    arm = triple == "aarch64"
    objdump, comment = ("aarch64-linux-gnu-objdump", "//") if arm else ("objdump", "#")
    text = subprocess.run([objdump, "-d", "--no-show-raw-insn", path], check=True,
                          capture_output=True, text=True).stdout
    found, code = {}, None
    for line in text.splitlines():
        if m := re.match(r"[0-9a-f]+ <(.*)>:", line):
            code = found.setdefault(m.group(1), [])
        elif (m := re.match(r"\s*([0-9a-f]+):\s+(.*)", line)) and code is not None:
            code.append((int(m.group(1), 16), m.group(2).split(comment)[0].strip()))
    return {n: c for n, c in found.items() if re.fullmatch(r"gemm_tile_\d+x\d+", n)}


def inner_loop(code):
    """The instructions of the innermost loop with the most FMAs, and how many FMAs it has."""
    at = {address: i for i, (address, _) in enumerate(code)}
    best, count = [], 0
    for i, (address, text) in enumerate(code):
        m = BRANCH.match(text) and re.search(r"\b([0-9a-f]+) <", text)
        if not m or int(m.group(1), 16) not in at or int(m.group(1), 16) > address:
            continue
        body = [t for _, t in code[at[int(m.group(1), 16)]:i]]
        fma = sum(bool(FMA.match(t)) for t in body)
        if fma > count and not any(BRANCH.match(t) for t in body):
            best, count = body + [re.sub(r"\b[0-9a-f]+ <.*", ".Lagain", text)], fma
    return best, count


def cycles(block, triple, cpu):
    """Per iteration in the steady state: cycles, micro-operations; the dispatch width; and the cycles
    for which each resource is busy."""
    code = "\n".join([".Lagain:"] + block) + "\n"

    def run(iterations):
        out = subprocess.run([MCA, "-mtriple=" + triple, "-mcpu=" + cpu, "-json",
                              "-iterations=%d" % iterations],
                             input=code, check=True, capture_output=True, text=True).stdout
        return json.loads(out)
    few, many = run(200), run(600)
    a, b = (r["CodeRegions"][0]["SummaryView"] for r in (few, many))
    # llvm-mca names an instance of a group of units by a raw byte
    names = ["".join(c if c.isprintable() else str(ord(c)) for c in name)
             for name in many["TargetInfo"]["Resources"]]
    total = {}
    for r in many["CodeRegions"][0]["ResourcePressureView"]["ResourcePressureInfo"]:
        if r["InstructionIndex"] == len(block):
            total[names[r["ResourceIndex"]]] = r["ResourceUsage"]
    per = (b["TotalCycles"] - a["TotalCycles"]) / 400
    return per, b["TotaluOps"] / b["Iterations"], b["DispatchWidth"], total


def what_binds(per, uops, width, usage):
    """The bottleneck: a resource that is busy in every cycle, dispatch, or latency."""
    name, busy = max(usage.items(), key=lambda u: u[1])
    if busy >= 0.97 * per:
        return "%s: %.1f of %.1f cycles" % (name, busy, per)
    if uops / width >= 0.97 * per:
        return "dispatch: %.0f micro-operations, %d a cycle" % (uops, width)
    return "latency; busiest %s, %.1f of %.1f cycles" % (name, busy, per)


def compiler(path):
    """The compiler that made an object, from its .comment section."""
    text = subprocess.run(["readelf", "-p", ".comment", path], check=True, capture_output=True,
                          text=True).stdout
    return re.search(r"\]\s+(.*)", text).group(1).strip()


def independent(isa):
    """Independent FMAs, enough of them to cover any latency."""
    if isa.encoding == "asimd":
        return [f"fmla v{r}.4s, v28.4s, v29.s[0]" for r in range(24)]
    v = {128: "%xmm", 256: "%ymm", 512: "%zmm"}[isa.bits]
    last, chains = (15, 12) if isa.encoding == "vex" else (31, 24)
    return [f"vfmadd231ps {v}{last - 1}, {v}{last}, {v}{r}" for r in range(chains)]


def modelled():
    """The instruction sets whose inner loops are modelled: all but generic."""
    return [isa for isa in isas.isas() if isa.arch]


def tiles_of_full_height(found):
    """The tallest microtile of each width."""
    tallest = {}
    for name in found:
        h, w = map(int, re.findall(r"\d+", name))
        tallest[w] = max(tallest.get(w, 0), h)
    return [(h, w) for w, h in sorted(tallest.items())]


def analyse(objects):
    rows = []
    for isa in modelled():
        found, alone = functions("%s/kernels_%s.o" % (objects, isa.name), isa.arch), independent(isa)
        for cpu in MODELS[isa.arch]:
            peak = len(alone) / cycles(alone, isa.arch, cpu)[0]
            for h, w in tiles_of_full_height(found):
                loop, fma = inner_loop(found["gemm_tile_%dx%d" % (h, w)])
                per, uops, width, usage = cycles(loop, isa.arch, cpu)
                rows.append({"isa": isa.name, "model": cpu, "tile": "%d x %d" % (h, 8 * w),
                             "instructions": len(loop), "fma": fma, "cycles": round(per, 2),
                             "peak_fma_per_cycle": round(peak, 2),
                             "share": round(fma / per / peak, 3),
                             "binds": what_binds(per, uops, width, usage)})
    return rows


def measured(path):
    """The CPU, and {isa: {product: share of the FMA peak}} with packed operands."""
    with open(path, encoding="utf-8") as f:
        results = json.load(f)
    shares = {}
    for row in results["rows"]:
        for c in row["contenders"]:
            if c["name"] == "packed":
                shares.setdefault(row["isa"], {})[row["what"]] = c["to_first"]["median"]
    host = results["host"]
    return "%s, family %s" % (host["cpu"], host["family"]), shares


def version():
    text = subprocess.run([MCA, "--version"], capture_output=True, text=True, check=True).stdout
    return text.split("LLVM version")[1].split()[0]


SUMMARY = """# The GEMM inner loops by models of CPUs

Written by `make arm-mca`: llvm-mca of LLVM %s, code by %s.
A share is FMAs per cycle over what the same model reaches with independent FMAs only. The models
have no caches, and some have a wider front end than the CPU (neoverse-n1 decodes 4 instructions a
cycle).

## The preferred microtile, beside what was measured

Measured: whole products of the paper's layers and squares, packed operands, share of the FMA peak
of the same run, lowest to highest, on %s. NEON has not been timed.

| instruction set | MR x NR | by model | measured |
|---|---|---|---|
"""
TRUST = """
How far to trust this: 1.00 means that nothing in the loop keeps the FMA pipes from issuing every
cycle; measurements fall below it for memory, edges and epilogues. A low figure need not be
true: znver4's model splits vbroadcastss from memory, in its EVEX form only, into three
micro-operations, one of them on a vector pipe. Zen 5, one generation later, shows no such cost.
"""
HEAD = """
## %s

| model | MR x NR | instructions | FMA | cycles | peak FMA per cycle | share | bottleneck |
|---|---|---|---|---|---|---|---|
"""
ROW = ("| %(model)s | %(tile)s | %(instructions)d | %(fma)d | %(cycles).2f "
       "| %(peak_fma_per_cycle).2f | %(share).3f | %(binds)s |\n")


def write_summary(rows, made_by, cpu, shares, f):
    f.write(SUMMARY % (version(), made_by, cpu))
    for isa in [i.name for i in modelled()]:
        tile = "%d x %d" % isas.tile(isa)
        models = ", ".join("%s %.2f" % (r["model"], r["share"])
                           for r in rows if r["isa"] == isa and r["tile"] == tile)
        s = sorted(shares.get(isa, {}).values())
        spread = "%.2f to %.2f" % (s[0], s[-1]) if s else "-"
        f.write("| %s | %s | %s | %s |\n" % (isa, tile, models, spread))
    f.write(TRUST)


def write_tables(rows, f):
    for isa in [i.name for i in modelled()]:
        f.write(HEAD % isa)
        f.writelines(ROW % r for r in rows if r["isa"] == isa)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    objects, gemm, out = sys.argv[1:]
    rows = analyse(objects)
    cpu, shares = measured(gemm)
    with open(out + ".json", "w", encoding="utf-8") as f:
        f.write('{"llvm": "%s",\n"rows": [\n%s],\n"measured": %s}\n'
                % (version(), ",\n".join(json.dumps(r) for r in rows),
                   json.dumps({"cpu": cpu, "packed": shares})))
    with open(out + ".md", "w", encoding="utf-8") as f:
        write_summary(rows, compiler(objects + "/kernels_neon.o"), cpu, shares, f)
        write_tables(rows, f)


main()
