#!/bin/sh
# A short train, eval, sample and reconstruct under valgrind: memcheck.sh PROGRAM
# No error and no leak on any instruction set that valgrind knows and this machine has.
set -eu

program=${1:?usage: memcheck.sh PROGRAM}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
check="valgrind --quiet --leak-check=full --show-leak-kinds=all --errors-for-leak-kinds=all --error-exitcode=99"

# 40 images of 8 x 8: a header, then any bytes
{ printf '\000\000\010\003\000\000\000\050\000\000\000\010\000\000\000\010'; head -c 2560 "$program"; } >"$out/data.idx"

for isa in $(sed -n 's/^SV_ISA(\([a-z0-9]*\),.*/\1/p' "$(dirname "$0")/../kernels/isa.def"); do
    says=$(valgrind --quiet "$program" eval "$out/missing" --data "$out/data.idx" --isa "$isa" 2>&1) || true
    case $says in
    *'lacks it'* | *'give one of'*)
        echo "memcheck: skipped: $says"
        continue
        ;;
    esac
    for decoder in bernoulli gaussian 'gaussian --sigma 0.1'; do
        $check "$program" train --data "$out/data.idx" --out "$out" --likelihood $decoder \
            --epochs 2 --batch 10 --hidden 13 --latent 3 --isa $isa --quiet
        $check "$program" eval "$out/model.safetensors" --data "$out/data.idx" --isa $isa
        $check "$program" sample "$out/model.safetensors" --out "$out/s.png" --isa $isa
        $check "$program" reconstruct "$out/model.safetensors" --data "$out/data.idx" \
            --out "$out/r.png" --isa $isa
    done
    status=0
    $check "$program" eval "$out/missing" --data "$out/data.idx" 2>/dev/null || status=$?
    [ $status = 1 ] || exit 1
    echo "memcheck: $isa: no error, no leak"
done
