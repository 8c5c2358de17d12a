#!/bin/sh
# Checks which instructions the object files for 64-bit Arm contain: objcheck_arm.sh OBJECT_DIR
# ISA:ENCODING:BITS... as isa.def lists the instruction sets:
#   everywhere       no SVE: no z or p register
#   kernels/<isa>    where the encoding is asimd, at least one FMA by element on q registers
# Advanced SIMD itself belongs to the baseline. A self-test comes first.
set -eu
export LC_ALL=C
assembler() { eval "${CC:-cc} -c -x assembler - -o \"\$1\""; } # CC may be several words, quoted ones among them

dir=${1:?usage: objcheck_arm.sh OBJECT_DIR ISA:ENCODING:BITS...}
shift
isas=$*
objdump=$(eval "${CC:-cc} -print-prog-name=objdump")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

cat >"$scratch/rules.awk" <<'AWK'
BEGIN { FS = "\t" }
/^[0-9a-f]+ <.*>:/ { symbol = $0; sub(/^[^<]*</, "", symbol); sub(/>:.*/, "", symbol); next }
NF < 4 { next }
$4 ~ /(^|[ {,])(z[0-9]+(\.|[,}]|$)|p[0-9]+(\.|\/|[,}]|$))/ {
    print object ": SVE: " $3 " " $4 " in " symbol
    exit faults = 1
}
$3 == "fmla" && $4 ~ /^v[0-9]+\.4s, v[0-9]+\.4s, v[0-9]+\.s\[/ { own++ }
END {
    if (!faults && encoding == "asimd" && !own) { print object ": no fma by element"; faults = 1 }
    exit faults
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
    find "$1" -name '*.o' | sort >"$scratch/objects"
    while IFS= read -r object; do
        rule=:baseline:128
        for isa in $isas; do
            case $object in "$1/kernels/${isa%%:*}/"*) rule=$isa ;; esac
        done
        "$objdump" -d "$object" >"$scratch/listing" || return 1
        rule=${rule#*:}
        awk -v encoding="${rule%:*}" -v object="${object#"$1"/}" -f "$scratch/rules.awk" "$scratch/listing" ||
            status=1
    done <"$scratch/objects"
    return $status
}

put() # FOLDER INSTRUCTION: an object of that one instruction
{
    mkdir -p "$scratch/obj/$1"
    printf '.arch armv8-a+sve\n.globl f\nf:\n%s\nret\n.section .note.GNU-stack,"",%%progbits\n' "$2" |
        assembler "$scratch/obj/$1/test.o"
}
must_find() # FOLDER INSTRUCTION WORDS
{
    for isa in $isas; do put "kernels/${isa%%:*}" 'fmla v0.4s, v1.4s, v2.s[0]'; done
    put vae 'fmla v0.4s, v1.4s, v2.4s'
    check "$scratch/obj" || { echo "objcheck: self-test: finds fault with good objects" >&2; exit 1; }
    put "$1" "$2"
    if said=$(check "$scratch/obj") || ! printf '%s' "$said" | grep -q "^$1/test.o: $3"; then
        echo "objcheck: self-test: '$2' in $1 went unnoticed: $said" >&2
        exit 1
    fi
}
must_find vae 'ptrue p0.s' SVE
must_find vae 'ld1w {z0.s}, p0/z, [x0]' SVE
for tested in $isas; do
    must_find "kernels/${tested%%:*}" 'fadd z0.s, z1.s, z2.s' SVE
    case $tested in
    *:asimd:*) must_find "kernels/${tested%%:*}" 'fmla v0.4s, v1.4s, v2.4s' 'no fma by element' ;;
    esac
done

check "$dir" >"$scratch/found" || {
    sed 's/^/objcheck: /' "$scratch/found" >&2
    exit 1
}
echo "objcheck: $(find "$dir" -name '*.o' | wc -l) objects use what their folder allows"
