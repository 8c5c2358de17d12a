#!/bin/sh
# Tests the command line that the programs of bench/ share: bench.sh DIRECTORY NAME ...
# DIRECTORY has bench-NAME for each NAME.
set -eu

directory=$(cd "$1" && pwd)
shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$(dirname "$0")/.."
checks=0

fail() {
    echo "bench.sh: $*" >&2
    exit 1
}

# status WANTED WORD COMMAND ...: the exit status, and a word that standard error or output says
status() {
    wanted=$1 word=$2
    shift 2
    got=0
    "$@" >"$scratch/out" 2>"$scratch/err" </dev/null || got=$?
    [ "$got" = "$wanted" ] || fail "$* ends with status $got, not $wanted: $(cat "$scratch/err")"
    grep -qe "$word" "$scratch/out" "$scratch/err" || fail "$* does not say \"$word\": $(cat "$scratch/err")"
    checks=$((checks + 2))
}

# refused WORD COMMAND ...: status 2 after one line
refused() {
    status 2 "$@"
    case $2 in (*bench-kernels) return ;; esac # Google Benchmark adds one of its own
    [ "$(wc -l <"$scratch/err")" = 1 ] || fail "$* takes more than a line: $(cat "$scratch/err")"
}

for name; do
    program=$directory/bench-$name
    status 0 "usage: bench-$name" "$program" --help
    refused frobnicate "$program" --frobnicate
    refused "one too many" "$program" "one too many"
    refused "Unmatched" "$program" --only '('
    refused "number from 3" "$program" --rounds 2
    refused "number from 3" "$program" --rounds 5x
    refused "value is missing" "$program" --out
    refused "No such file" "$program" --out "$scratch/missing/results.json"
    status 0 . "$program" --list
    all=$(wc -l <"$scratch/out")
    last=$(sed -n '$s/[^A-Za-z0-9]/./g;$p' "$scratch/out")
    status 0 . "$program" --list --only "^$last\$"
    [ "$all" -gt 10 ] && [ "$(wc -l <"$scratch/out")" = 1 ] || fail "bench-$name --only selects no single row"
    status 2 "no row" "$program" --only no-such-row
    checks=$((checks + 1))
done

# A row's file: all rounds, and the same host and core as any other's.
row='^sgd, ordinary$'
"$directory/bench-sustained" --only "$row" --rounds 3 --out "$scratch/row.json" >"$scratch/out"
python3 - "$scratch/row.json" <<'PY'
import json
import sys

with open(sys.argv[1]) as f:
    results = json.load(f)
assert results["rounds"] == 3 and len(results["rows"]) == 1, results
assert results["rows"][0]["what"] == "sgd, ordinary", results
assert all(len(c["rates"]) == 3 for c in results["rows"][0]["contenders"]), results
assert results["host"]["core"] and results["host"]["commit"], results["host"]
PY
before=$(git status --short results 2>&1)
"$directory/bench-sustained" --only "$row" --rounds 3 >"$scratch/out" 2>"$scratch/err"
grep -q "nothing written" "$scratch/err" || fail "one row of many is written where all rows belong"
[ "$before" = "$(git status --short results 2>&1)" ] || fail "results/ has changed"
echo "bench.sh: $((checks + 7)) checks"
