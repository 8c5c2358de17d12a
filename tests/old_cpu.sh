#!/bin/sh
# The program on emulated older CPUs: old_cpu.sh PROGRAM
# Without AVX, and without AVX-512, it chooses the best instruction set there is and writes the same
# checkpoint as on this machine, byte for byte. Needs qemu-x86_64 7.2 or later (Debian: qemu-user).
set -eu

program=${1:?usage: old_cpu.sh PROGRAM}
command -v qemu-x86_64 >/dev/null || {
    echo "old_cpu: no qemu-x86_64 here; install qemu-user (make deps-dev)" >&2
    exit 1
}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
unset SV_ISA

fail()
{
    echo "old_cpu: $*" >&2
    exit 1
}

# 40 images of 8 x 8: a header, then any bytes
{ printf '\000\000\010\003\000\000\000\050\000\000\000\010\000\000\000\010'; head -c 2560 "$program"; } >"$out/data.idx"

# train NAME PROGRAM...: one run with each decoder
train()
{
    name=$1
    shift
    for likelihood in bernoulli gaussian; do
        "$@" train --data "$out/data.idx" --out "$out/$name-$likelihood" --likelihood $likelihood \
            --optimizer adam --epochs 2 --batch 10 --hidden 37 --latent 3 --quiet \
            >/dev/null 2>"$out/errors" || fail "$name: train failed: $(cat "$out/errors")"
    done
}

# on_cpu CPU ISA LACKING: chooses ISA by itself, refuses LACKING, and writes the same checkpoints
on_cpu()
{
    train "$1" qemu-x86_64 -cpu "$1" "$program"
    for likelihood in bernoulli gaussian; do
        grep -q "\"isa\":\"$2\"" "$out/$1-$likelihood/log.jsonl" ||
            fail "$1: not trained on $2: $(tail -n 1 "$out/$1-$likelihood/log.jsonl")"
        cmp "$out/here-$likelihood/model.safetensors" "$out/$1-$likelihood/model.safetensors" ||
            fail "$1: another checkpoint than on this machine"
    done
    ! qemu-x86_64 -cpu "$1" "$program" eval "$out/here-bernoulli/model.safetensors" \
        --data "$out/data.idx" --isa "$3" >/dev/null 2>"$out/errors" || fail "$1: runs $3"
    grep -q 'lacks it' "$out/errors" || fail "$1: $3 is not refused: $(cat "$out/errors")"
    echo "old_cpu: $1: $2 serves, $3 is refused, same checkpoints"
}

# Under emulation all kernels would take minutes, so one is checked.
kernels_generic_only()
{
    qemu-x86_64 -cpu "$1" "$program" kernels --kernel relu --json >"$out/rows" 2>"$out/errors" ||
        fail "$1: vae kernels failed: $(cat "$out/errors")"
    awk '/"isa"/ { isa = $2 } /"verified"/ { verified[isa] = verified[isa] $2 } /"serves": true/ { serves[isa] }
         END {
             for (isa in verified)
                 if ((isa ~ /generic/) != (verified[isa] ~ /true/) || verified[isa] ~ /true.*false|false.*true/) exit 1
             for (isa in serves) if (isa !~ /generic/) exit 1
             exit !("\"generic\"," in serves)
         }' "$out/rows" || fail "$1: vae kernels is wrong: $(cat "$out/rows")"
    echo "old_cpu: $1: vae kernels has generic alone"
}

train here "$program"
on_cpu Nehalem generic avx2
kernels_generic_only Nehalem
# No kernels check here: qemu 7.2's masked loads also read masked-out lanes, in the guard pages.
on_cpu Haswell avx2 avx512
