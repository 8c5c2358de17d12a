#!/bin/sh
# Checks which instructions the x86-64 object files contain: objcheck.sh OBJECT_DIR ISA:ENCODING:BITS...
# as isa.def lists the instruction sets:
#   kernels/<isa>   no newer encoding (vex, then evex and mask registers) and no wider vector than its own; at
#                   least one instruction of its own encoding and length: with vex an FMA, with evex any
#   elsewhere, and where the encoding is baseline   no VEX, no EVEX encoding
# A self-test on objects that break each rule comes first.
set -eu
export LC_ALL=C
assembler() { eval "${CC:-cc} -c -x assembler - -o \"\$1\""; } # CC may be several words, quoted ones among them

dir=${1:?usage: objcheck.sh OBJECT_DIR ISA:ENCODING:BITS...}
shift
isas=$*
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Reads objdump -d. In 64-bit code an instruction whose first byte, after prefixes for segment and
# address size, is c4 or c5 is VEX, and one with 62 is EVEX. So no list of mnemonics is needed.
cat >"$scratch/rules.awk" <<'AWK'
function fault(what) {
    sub(/[ \t]+$/, "", $3)
    print object ": " what ": " $3 " in " symbol
    if (++faults == 3) exit
}
BEGIN {
    FS = "\t"
    own = bits == 512 ? "%zmm" : bits == 256 ? "%ymm" : "%xmm"
    wider = bits == 512 ? "" : bits == 256 ? "%zmm" : "%[yz]mm"
}
/^[0-9a-f]+ <.*>:/ { symbol = $0; sub(/^[^<]*</, "", symbol); sub(/>:.*/, "", symbol); next }
NF < 3 { next }
{
    instructions++
    bytes = $2
    while (bytes ~ /^(26|2e|36|3e|64|65|67) /) bytes = substr(bytes, 4)
    vex = bytes ~ /^c[45] /; evex = bytes ~ /^62 /
}
encoding == "baseline" && (vex || evex) { fault("VEX or EVEX outside its folder") }
encoding == "vex" && (evex || $3 ~ /%k[0-7]/) { fault("beyond VEX") }
encoding != "baseline" && wider && $3 ~ wider { fault("beyond " bits " bits") }
(encoding == "vex" ? vex && $3 ~ /^vfn?m(add|sub)[0-9]*ps / : evex) && $3 ~ own { found++ }
END {
    if (faults || encoding == "baseline") exit faults > 0
    if (!instructions) print object ": no instructions"
    else if (!found) print object ": none of its own instructions, " encoding " of " bits " bits"
    exit !found
}
AWK

# Prints what is wrong with the objects under $1.
check()
{
    status=0
    for isa in $isas; do
        [ -n "$(find "$1/kernels/${isa%%:*}" -name '*.o' 2>/dev/null)" ] || {
            echo "$1/kernels/${isa%%:*}: no objects"
            status=1
        }
    done
    find "$1" -name '*.o' ! -path "$1/bench/*" | sort >"$scratch/objects"
    while IFS= read -r object; do
        rule=:baseline:128
        for isa in $isas; do
            case $object in
            "$1/kernels/${isa%%:*}/"*) rule=$isa ;;
            *".${isa%%:*}.o") continue 2 ;; # the reference, compiled for the benchmarks with its flags
            esac
        done
        objdump -d "$object" >"$scratch/listing" || return 1
        rule=${rule#*:}
        awk -v encoding="${rule%:*}" -v bits="${rule#*:}" -v object="${object#"$1"/}" -f "$scratch/rules.awk" \
            "$scratch/listing" || status=1
    done <"$scratch/objects"
    return $status
}

# own ENCODING BITS: an instruction that must be there
own()
{
    case $1:$2 in
    vex:128) echo 'vfmadd231ps %xmm0, %xmm1, %xmm2' ;;
    vex:256) echo 'vfmadd231ps %ymm0, %ymm1, %ymm2' ;;
    evex:128) echo 'vaddps %xmm0, %xmm1, %xmm16' ;;
    evex:256) echo 'vaddps %ymm0, %ymm1, %ymm16' ;;
    evex:512) echo 'vaddps %zmm0, %zmm1, %zmm2' ;;
    *) echo 'mulps %xmm0, %xmm1' ;;
    esac
}

# assemble FOLDER INSTRUCTION: makes a valid object for each folder, then one of that instruction in FOLDER
assemble()
{
    rm -rf "$scratch/obj"
    put vae 'addps %xmm0, %xmm1'
    for isa in $isas; do
        rule=${isa#*:}
        put "kernels/${isa%%:*}" "$(own "${rule%:*}" "${rule#*:}")"
    done
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
for tested in $isas; do
    folder=kernels/${tested%%:*}
    case ${tested#*:} in
    vex:*)
        must_find "$folder" 'vaddps %xmm0, %xmm1, %xmm16' 'beyond VEX'
        must_find "$folder" 'kmovw %eax, %k1' 'beyond VEX'
        must_find "$folder" 'vaddps %xmm0, %xmm1, %xmm2' 'none of its own'
        ;;
    evex:*) must_find "$folder" "$(own vex 128)" 'none of its own' ;;
    esac
    case ${tested#*:} in
    vex:256) must_find "$folder" 'vaddps %ymm0, %ymm1, %ymm2' 'none of its own' ;;
    evex:256) must_find "$folder" "$(own vex 256)" 'none of its own' ;;
    evex:512) must_find "$folder" "$(own evex 256)" 'none of its own' ;;
    esac
    case ${tested#*:} in
    baseline:*) ;;
    *:256) must_find "$folder" "$(own evex 512)" beyond ;;
    *:128) must_find "$folder" "$(own vex 256)" 'beyond 128 bits' ;;
    esac
done

check "$dir" >"$scratch/found" || {
    sed 's/^/objcheck: /' "$scratch/found" >&2
    exit 1
}
echo "objcheck: $(find "$dir" -name '*.o' | wc -l) objects use what their folder allows"
