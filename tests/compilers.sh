#!/bin/sh
# Every compiler builds everything at every level without a warning, and all builds write the same checkpoints:
# compilers.sh [COMPILER ...]. By default all gcc-N and clang-N of PATH; LEVELS="-O0 ..." chooses the levels.
set -eu

cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- $(IFS=:; for d in $PATH; do ls "$d"; done 2>/dev/null | grep -xE '(gcc|clang)-[0-9]+' | sort -uV)
[ $# -gt 0 ] || { echo "compilers: no gcc-N and no clang-N here; name others: COMPILERS='cc ...'" >&2; exit 1; }
build=build/compilers # build/vae stays what it is
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

first=
for compiler; do
    for level in ${LEVELS:--O0 -Og -O2 -O3 -Os}; do
        ${MAKE:-make} --no-print-directory BUILD="$build" CC="$compiler" OPT="$level" WERROR=1 programs >"$out/said" 2>&1 || {
            grep -E 'error|warning' "$out/said" >&2 || tail "$out/said" >&2
            echo "compilers: $compiler $level does not build" >&2
            exit 1
        }
        ! grep -i 'warning' "$out/said" >&2 || exit 1
        for likelihood in bernoulli gaussian; do
            "$build/vae" train --data synthetic --out "$out/$likelihood" --likelihood $likelihood --optimizer adam \
                --hidden 37 --latent 3 --batch 10 --samples 300 --quiet >"$out/said" 2>&1 || {
                echo "compilers: $compiler $level: $(cat "$out/said")" >&2
                exit 1
            }
        done
        sum=$(cat "$out"/*/model.safetensors | sha256sum | cut -c1-64)
        rm -r "$out"/*
        first=${first:-$sum}
        echo "$sum $compiler $level"
        [ "$sum" = "$first" ] || { echo "compilers: another checkpoint than before" >&2; exit 1; }
    done
done
