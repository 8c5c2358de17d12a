#!/bin/sh
# Which instructions are in the object files: objcheck.sh OBJECT_DIR
#   outside the folders of an instruction set   no VEX, no EVEX encoding
#   kernels/avx2                                no EVEX, no mask register; fma on ymm is there
#   kernels/avx512vl                            no zmm; ymm16 ... ymm31 or masks are there
#   kernels/avx512                              zmm is there
# First the check checks itself on objects that break each rule.
set -eu
export LC_ALL=C
assembler() { eval "${CC:-cc} -c -x assembler - -o \"\$1\""; } # CC may be several words, quoted ones among them

dir=${1:?usage: objcheck.sh OBJECT_DIR}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Reads objdump -d. In 64-bit code an instruction whose first byte, after prefixes for segment and
# address size, is c4 or c5 is VEX, and one with 62 is EVEX: no list of mnemonics to keep.
cat >"$scratch/rules.awk" <<'AWK'
function fault(what) {
    sub(/[ \t]+$/, "", $3)
    print object ": " what ": " $3 " in " symbol
    if (++faults == 3) exit
}
BEGIN { FS = "\t" }
/^[0-9a-f]+ <.*>:/ { symbol = $0; sub(/^[^<]*</, "", symbol); sub(/>:.*/, "", symbol); next }
NF < 3 { next }
{
    instructions++
    bytes = $2
    while (bytes ~ /^(26|2e|36|3e|64|65|67) /) bytes = substr(bytes, 4)
    vex = bytes ~ /^c[45] /; evex = bytes ~ /^62 /
    zmm = $3 ~ /%zmm/; mask = $3 ~ /%k[0-7]/
}
isa == "baseline" && (vex || evex) { fault("VEX or EVEX outside its folder") }
isa == "avx2" && (evex || mask) { fault("AVX-512 in avx2") }
isa == "avx512vl" && zmm { fault("zmm in avx512vl") }
isa == "avx2" && $3 ~ /^vfn?m(add|sub)[0-9]*ps .*%ymm/ { own++ }
isa == "avx512vl" && evex && $3 ~ /%ymm(1[6-9]|2|3)|%ymm.*%k[0-7]|%k[0-7].*%ymm/ { own++ }
isa == "avx512" && zmm { own++ }
END {
    if (!faults && !instructions && isa != "baseline") { print object ": no instructions"; faults++ }
    else if (!faults && isa != "baseline" && !own) { print object ": none of the instructions of " isa; faults++ }
    exit faults > 0
}
AWK

# Prints what is wrong with the objects under $1.
check()
{
    status=0
    for isa in avx2 avx512vl avx512; do
        [ -n "$(find "$1/kernels/$isa" -name '*.o' 2>/dev/null)" ] || {
            echo "$1/kernels/$isa: no objects"
            status=1
        }
    done
    # not the benchmarks, nor the reference compiled for them with an instruction set's flags
    find "$1" -name '*.o' ! -path "$1/bench/*" ! -name '*.avx*.o' | sort >"$scratch/objects"
    while IFS= read -r object; do
        isa=baseline
        case $object in
        "$1"/kernels/avx2/*) isa=avx2 ;;
        "$1"/kernels/avx512vl/*) isa=avx512vl ;;
        "$1"/kernels/avx512/*) isa=avx512 ;;
        esac
        objdump -d "$object" >"$scratch/listing" || return 1
        awk -v isa=$isa -v object="${object#"$1"/}" -f "$scratch/rules.awk" "$scratch/listing" || status=1
    done <"$scratch/objects"
    return $status
}

# assemble FOLDER INSTRUCTION: an object of that one instruction, after one of each folder's own.
assemble()
{
    rm -rf "$scratch/obj"
    put kernels/avx2 'vfmadd231ps %ymm0, %ymm1, %ymm2'
    put kernels/avx512vl 'vaddps %ymm0, %ymm1, %ymm16'
    put kernels/avx512 'vaddps %zmm0, %zmm1, %zmm2'
    put vae 'addps %xmm0, %xmm1'
    put "$1" "$2"
}
put()
{
    mkdir -p "$scratch/obj/$1"
    printf '.globl f\nf:\n%s\nret\n.section .note.GNU-stack,"",@progbits\n' "$2" |
        assembler "$scratch/obj/$1/test.o"
}

# must_find FOLDER INSTRUCTION WORDS
must_find()
{
    assemble "$1" "$2"
    if said=$(check "$scratch/obj") || ! printf '%s' "$said" | grep -q "^$1/test.o: $3"; then
        echo "objcheck: self-test: '$2' in $1 went unnoticed: $said" >&2
        exit 1
    fi
}

assemble vae 'mulps %xmm0, %xmm1'
check "$scratch/obj" || { echo "objcheck: self-test: finds fault with good objects" >&2; exit 1; }
for folder in vae kernels kernels/generic kernels/another; do
    must_find $folder 'vaddps %xmm0, %xmm1, %xmm2' 'VEX or EVEX outside'
done
must_find vae 'pdep %rax, %rbx, %rcx' 'VEX or EVEX outside'
must_find vae 'vmovups %fs:(%eax), %ymm1' 'VEX or EVEX outside'
must_find vae 'vaddps %zmm0, %zmm1, %zmm2' 'VEX or EVEX outside'
must_find kernels/avx2 'vaddps %ymm0, %ymm1, %ymm16' 'AVX-512 in avx2'
must_find kernels/avx2 'vaddps %zmm0, %zmm1, %zmm2' 'AVX-512 in avx2'
must_find kernels/avx2 'kmovw %eax, %k1' 'AVX-512 in avx2'
must_find kernels/avx2 'vaddps %ymm0, %ymm1, %ymm2' 'none of the instructions'
must_find kernels/avx512vl 'vaddps %zmm0, %zmm1, %zmm2' 'zmm in avx512vl'
must_find kernels/avx512vl 'vfmadd231ps %ymm0, %ymm1, %ymm2' 'none of the instructions'
must_find kernels/avx512 'vaddps %ymm0, %ymm1, %ymm16' 'none of the instructions'

check "$dir" >"$scratch/found" || {
    sed 's/^/objcheck: /' "$scratch/found" >&2
    exit 1
}
echo "objcheck: $(find "$dir" -name '*.o' | wc -l) objects use what their folder allows"
