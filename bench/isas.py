"""Reads kernels/isa.def: the instruction sets of every architecture, in the order of the list."""
import collections
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
KERNELS = os.path.normpath(os.path.join(HERE, "../kernels"))

Isa = collections.namedtuple("Isa", "name arch encoding bits")  # arch: as in compilers' triples; None: any
Peers = collections.namedtuple("Peers", "isa claim")  # claim: a share of the FMA peak


def lines(macro):
    """Yields (architecture, arguments) for each line of a macro."""
    with open(os.path.join(KERNELS, "isa.def")) as f:
        text = f.read()
    arch = None
    for m in re.finditer(r"^#if defined\(__(\w+)__\)|^(#endif)|^(\w+)\(([^)]*)\)$", text, re.M):
        arch = m.group(1) or (None if m.group(2) else arch)
        if m.group(3) == macro:
            yield arch, [word.strip('"') for word in re.findall(r'"[^"]*"|\w+', m.group(4))]


def isas():
    return [Isa(a[0], arch, a[1], int(a[2])) for arch, a in lines("SV_ISA")]


def claimed():
    """Those for which REPORT.md makes claims, the most preferred first."""
    return [Peers(a[0], int(a[1]) / 100) for _, a in lines("SV_PEERS")][::-1]


def tile(name):
    """(MR, NR) of the microtile an ISA prefers: NR from GEMM_MAIN, MR from GEMM_KINDS."""
    with open(os.path.join(KERNELS, name, f"gemm_{name}.h")) as f:
        text = f.read()
    main = int(re.search(r"\bGEMM_MAIN = (\d+)", text).group(1))
    rows = re.search(rf"\bK\({main}, (\d+)\)", text).group(1)
    return int(rows), 8 * main
