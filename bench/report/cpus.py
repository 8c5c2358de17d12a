"""Which microarchitecture a machine of results/ has, and what that means for its FMA peaks."""
import os
import re

# As the benchmarks name them, too.
with open(os.path.join(os.path.dirname(__file__), "../cores.def")) as f:
    MICROARCHITECTURES = re.findall(r'^CORE\("(.*)", "(.*)"\)$', f.read(), re.M)

# Sources: AMD, Software Optimization Guides for Zen 4 (57647) and Zen 5 (58455), the floating-point
# unit; Intel, Optimization Reference Manual (248966), the Skylake server microarchitecture.
SERVER_55 = ("Ports 0 and 1 join to form one 512-bit FMA pipe, and most models have a second on port 5. With both, "
             "AVX-512 has twice the peak of AVX2 per cycle, but heavy 512-bit code may lower the clock.")
WIDTHS = {
    "Zen 4": "Zen 4 has 256-bit FMA pipes and splits each 512-bit operation into two 256-bit ones. So AVX2 and AVX-512 "
             "peak alike; AVX-512 still brings 32 registers instead of 16, masks, and half as many instructions.",
    "Zen 5": "Zen 5 servers have 512-bit FMA pipes, so AVX-512 peaks at twice the rate of 256-bit vectors.",
    "Skylake-SP": SERVER_55, "Cascade Lake": SERVER_55, "Cooper Lake": SERVER_55,
}


def microarchitecture(host):
    """That of the host in a file of results/. Files of earlier versions lack the stepping."""
    vendor = re.match("[A-Za-z]*", host["cpu"]).group()
    model, stepping = (f"{int(n):X}" if n.isdigit() else "" for n in (host["model"], host.get("stepping", "")))
    known = f"{vendor}-{host['family']}-{model}-{stepping}"
    return next((name for pattern, name in MICROARCHITECTURES if re.match(pattern, known)),
                "unknown microarchitecture")


def peaks(machine):
    """The FMA peak of each instruction set, and why they differ or do not."""
    rates = {}
    for row in machine.rows("gemm"):
        rates.setdefault(row.isa, []).append(row.rate("FMA peak"))
    medians = [f"{isa} {sorted(r)[len(r) // 2]:.0f}" for isa, r in rates.items()]
    why = WIDTHS.get(microarchitecture(machine.host()))
    return f"FMA peak of one thread, GFLOP/s: {', '.join(medians)}." + (f" {why}" if why else "")
