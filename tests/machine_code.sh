#!/bin/sh
# Tests bench/machine_code.py, by which `make compare` tells a slower kernel from one that lies elsewhere: machine_code.sh
# Programs differ in places, in a function that is called, or in one that is called through a pointer (x86-64).
set -eu

bench=$(cd "$(dirname "$0")/.." && pwd)/bench
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
case $(${CC:-cc} -dumpmachine) in x86_64-*) ;; *) echo "machine_code: skipped, for x86-64"; exit 0 ;; esac

# build NAME FACTOR OFFSET BEFORE: sv_direct calls thrice(), sv_inner does not, sv_pointer calls it through a pointer
build() {
    cat >"$scratch/$1.c" <<C
__attribute__((noinline)) int before(int x) { return $4; }
__attribute__((noinline)) int thrice(int x) { return x * x * $2; }
__attribute__((noinline)) int sv_direct(int x) { return thrice(x) + thrice(x + 1); }
__attribute__((noinline)) int sv_inner(int x) { while (x > $3) x = x / 2 + 1; return x; }
static int (*volatile pointer)(int) = thrice;
__attribute__((noinline)) int sv_pointer(int x) { return pointer(x) + 1; }
int main(int n, char **v) { (void)v; return before(n) + sv_direct(n) + sv_inner(n) + sv_pointer(n); }
C
    ${CC:-cc} -O2 -o "$scratch/$1" "$scratch/$1.c"
}
build base 3 7 x
build moved 3 7 'x > 9 ? x * x * x % 11 + x / 13 + x % 17 : x * 5'
build callee 5 7 x
build inner 3 8 x

cd "$scratch"
PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$bench python3 - <<'PY'
from machine_code import Code

code = {name: Code("./" + name) for name in ("base", "moved", "callee", "inner")}
base = code["base"]
assert base.start["sv_direct"] != code["moved"].start["sv_direct"], "nothing moved"
for symbol in ("sv_direct", "sv_inner"):
    assert base.of(symbol) and base.of(symbol) == code["moved"].of(symbol), symbol + ": moved, and not the same"
assert base.of("sv_direct") != code["callee"].of("sv_direct"), "a change in what is called was not seen"
assert base.of("sv_inner") == code["callee"].of("sv_inner"), "a change elsewhere was seen"
assert base.of("sv_inner") != code["inner"].of("sv_inner"), "a change of a constant was not seen"
assert base.of("sv_pointer") is None, "an answer in spite of a pointer"
assert base.of("sv_absent") is None, "an answer without a function"
PY
echo "machine_code: code that moved, that changed, and that cannot be told"
