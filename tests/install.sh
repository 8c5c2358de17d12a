#!/bin/sh
# The installed library, as others use it: install.sh BUILD_FOLDER
# Installs into a clean root, builds every program of examples/ against it, with the shared and the static library,
# from C and C++, and runs them; looks at names, sonames, dependencies and pkg-config's answers; uninstalls.
set -eu
export LC_ALL=C

build=${1:?usage: install.sh BUILD_FOLDER}
CC=${CC:-cc}
PKG_CONFIG=${PKG_CONFIG:-pkg-config}
MAKE="${MAKE:-make} --no-print-directory"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unset DESTDIR PREFIX LIBDIR LD_LIBRARY_PATH PKG_CONFIG_PATH PKG_CONFIG_LIBDIR PKG_CONFIG_SYSROOT_DIR
version=$(cat VERSION)
so=${version%%.*}

fail() { echo "install: $*" >&2; exit 1; }
compile() { eval "$CC" '"$@"'; } # CC may be several words, quoted ones among them
files() { (cd "$1" && find . ! -type d | sed 's:^\./::' | sort); }

# a root of its own, where a distribution would put it
root=$scratch/root
$MAKE BUILD="$build" DESTDIR="$root" PREFIX=/usr LIBDIR=/usr/lib/some-triplet install
files "$root" | grep -v '^usr/share/' >"$scratch/files"
cat >"$scratch/wanted" <<EOF
usr/bin/vae
usr/include/sv.h
usr/include/vae.h
$(for l in sv vae; do printf 'usr/lib/some-triplet/%s\n' lib$l.a lib$l.so lib$l.so.$so lib$l.so.$version pkgconfig/$l.pc; done)
EOF
sort "$scratch/wanted" | diff - "$scratch/files" || fail "other files than wanted"
grep -q '^libdir=${prefix}/lib/some-triplet$' "$root/usr/lib/some-triplet/pkgconfig/vae.pc" || fail "vae.pc: LIBDIR"
! grep -r -q "$root" "$root/usr/lib/some-triplet/pkgconfig" "$root/usr/include" || fail "DESTDIR in an installed file"
"$root/usr/bin/vae" --help >/dev/null || fail "the program does not run"
$MAKE BUILD="$build" DESTDIR="$root" PREFIX=/usr LIBDIR=/usr/lib/some-triplet uninstall
[ -z "$(files "$root")" ] || fail "uninstall leaves $(files "$root")"

# a prefix, with a space in its name
prefix="$scratch/my prefix"
$MAKE BUILD="$build" PREFIX="$prefix" install
lib=$prefix/lib
export PKG_CONFIG_PATH="$lib/pkgconfig"
[ "$($PKG_CONFIG --modversion vae)" = "$version" ] || fail "pkg-config --modversion vae"
[ "$(sed -n 's/^#define VAE_VERSION  *"\(.*\)"/\1/p' "$prefix/include/vae.h")" = "$version" ] || fail "vae.h: VAE_VERSION"
case $($PKG_CONFIG --libs sv) in *-lsv*) ;; *) fail "pkg-config --libs sv" ;; esac
case $($PKG_CONFIG --static --libs vae) in *-lvae*-ljansson*) ;; *) fail "pkg-config --static --libs vae" ;; esac

# names: those that the header declares, no others, in both forms; what is linked at run time
declared() { sed -n "s/^[a-z].*[ *]\($1_[a-z0-9_]*\)[([].*;\$/\1/p; s/^[a-z].*[ *]\($1_[a-z0-9_]*\)(.*,\$/\1/p" \
    "$prefix/include/$1.h" | grep -v '_fn$' | sort -u; }
for l in sv vae; do
    declared $l >"$scratch/declared"
    [ "$(wc -l <"$scratch/declared")" -gt 8 ] || fail "$l.h declares little: $(cat "$scratch/declared")"
    nm -D --defined-only "$lib/lib$l.so" | awk '{ print $NF }' | sort -u | diff "$scratch/declared" - ||
        fail "lib$l.so: names"
    nm -g --defined-only "$lib/lib$l.a" | awk 'NF == 3 { print $3 }' | sort -u | diff "$scratch/declared" - ||
        fail "lib$l.a: names"
    readelf -d "$lib/lib$l.so" | grep -q "SONAME.*\[lib$l\.so\.$so\]" || fail "lib$l.so: soname"
    ! readelf -d "$lib/lib$l.so" | grep -q TEXTREL || fail "lib$l.so: relocations in its code"
    ! nm -D -u "$lib/lib$l.so" | grep -E ' (getenv|secure_getenv|printf|puts|putchar|perror|abort|system|signal|sigaction|setlocale)(@|$)' ||
        fail "lib$l.so prints, reads the environment, or changes the process"
    ! readelf -d "$lib/lib$l.so" | sed -n 's/.*NEEDED.*\[\(.*\)\]/\1/p' |
        grep -v -E '^(libc|libm|libpthread|ld-linux.*)\.so' | grep -v -x "$([ $l = vae ] && echo 'libjansson\.so\..*' || echo none)" ||
        fail "lib$l.so needs another library"
done

# every function and type has a comment: no declaration after an empty line without one
for h in sv vae; do
    awk -v h=$h.h 'BEGIN { extern = 0 } /^extern "C"/ { before = $0; getline; getline }
        before == "" && /^(const |enum |struct |size_t |bool |uint64_t |void |typedef |static )/ && !/^struct [a-z_]*;$/ {
            print h ":" NR ": not documented: " $0; bad = 1 } { before = $0 } END { exit bad }' "$prefix/include/$h.h" ||
        fail "$h.h"
done

# the examples, without a warning: with the shared library and with the archive
warn="-std=c11 -O1 -Wall -Wextra -Wconversion -Wstrict-prototypes -Wpedantic -Wno-pragmas -Werror"
[ "$(ls examples/*.c | wc -l)" -ge 5 ] || fail "examples are missing"
for c in examples/*.c; do
    name=$(basename "$c" .c)
    l=vae; [ $name != kernel ] || l=sv
    [ "$(wc -l <"$c")" -lt 60 ] || fail "$c has 60 lines or more"
    eval "set -- $($PKG_CONFIG --cflags --libs $l)"
    compile $warn "$c" -o "$scratch/$name-shared" "$@" -lm
    eval "set -- $($PKG_CONFIG --cflags $l) '$lib/lib$l.a' $($PKG_CONFIG --static --libs $l | sed 's/-l\(sv\|vae\)\b//')"
    compile $warn "$c" -o "$scratch/$name-static" "$@" -lm
done
case $(LD_LIBRARY_PATH=$lib ldd "$scratch/train-shared") in *"libvae.so.$so => $lib/libvae.so.$so"*) ;; *) fail "train-shared: ldd" ;; esac
! ldd "$scratch/train-static" | grep -q libvae || fail "train-static: linked with the shared library"

# run HOW PROGRAM ARGUMENTS...
run() { how=$1; program=$2; shift 2; LD_LIBRARY_PATH=$lib "$scratch/$program-$how" "$@" || fail "$program, $how"; }
examples=$(pwd)/examples
for how in shared static; do
    mkdir "$scratch/$how"
    cd "$scratch/$how"
    run $how kernel | grep -q ' 1\.0986 1002\.4076$' || fail "kernel: other numbers"
    run $how train >said; grep -q '^100000 examples: ' said || fail "train: no progress"
    cp bars.safetensors first.safetensors
    run $how sample bars.safetensors | awk 'length($0) != 8 { exit 1 } END { exit NR != 8 }' || fail "sample: no picture of 8 x 8"
    run $how resume bars.safetensors | grep -q '^105000 examples now$' || fail "resume: not so many examples"
    head -c 64000 /dev/zero | tr '\0' 'v' >raw
    run $how own_data raw | grep -q '^200 steps' || fail "own_data"
    ! "$scratch/sample-static" raw 2>said || fail "sample reads anything"
    [ "$(wc -l <said)" = 1 ] || fail "sample: not one line: $(cat said)"
    "$prefix/bin/vae" sample bars.safetensors --out bars.png >/dev/null || fail "the program does not read the library's file"
done
cmp "$scratch/shared/bars.safetensors" "$scratch/static/bars.safetensors" || fail "other bytes by the other library"

# C++, both headers in one file
if command -v "${CXX:-c++}" >/dev/null; then
    cat >"$scratch/both.cc" <<'EOF'
#include <vae.h>
#include <sv.h>
#include <cstdio>
int main()
{
    sv_kernels k;
    vae_net *net = vae_net_create();
    const float x[4] = {0, 1, 1, 0};
    const vae_net_rows rows = {x, nullptr, 2, 2};
    if (sv_dispatch(nullptr, &k) != SV_OK || vae_net_set(net, "latent", "1") || vae_net_train(net, &rows, 20, nullptr, nullptr))
        return 1;
    std::printf("%u %u %zu\n", sv_rng_at(1, 2, 3).ctr[3], unsigned(vae_net_seen(net)), sv_packed_size(2, 17));
    vae_net_destroy(net);
}
EOF
    eval "set -- $($PKG_CONFIG --cflags --libs vae sv)"
    "${CXX:-c++}" -std=c++17 -Wall -Wextra -Wconversion -Wpedantic -Werror "$scratch/both.cc" -o "$scratch/both" "$@"
    [ "$(LD_LIBRARY_PATH=$lib "$scratch/both")" = "2 20 64" ] || fail "C++"
else
    echo "skipped: install: C++: no compiler"
fi

if command -v python3 >/dev/null; then
    python3 "$examples/encode.py" "$lib/libvae.so.$so" first.safetensors >said || fail "encode.py"
    grep -q '^light \[' said || fail "encode.py says $(cat said)"
else
    echo "skipped: install: Python: none here"
fi

cd "$examples/.."
$MAKE BUILD="$build" PREFIX="$prefix" uninstall
[ -z "$(files "$prefix")" ] || fail "uninstall leaves $(files "$prefix")"

# a tarball, twice, and from its own contents: the same bytes
$MAKE BUILD="$scratch/b" dist >/dev/null
mv "$scratch/b/vae-$version.tar.gz" "$scratch/one.tar.gz"
$MAKE BUILD="$scratch/b" dist >/dev/null
cmp "$scratch/b/vae-$version.tar.gz" "$scratch/one.tar.gz" || fail "dist: other bytes the second time"
(cd "$scratch" && tar xzf one.tar.gz && cd "vae-$version" && $MAKE BUILD="$scratch/b" dist >/dev/null)
cmp "$scratch/b/vae-$version.tar.gz" "$scratch/one.tar.gz" || fail "dist: other bytes from an unpacked tarball"
echo "install: files, names, examples in C, C++ and Python, shared and static, pkg-config, uninstall, dist"
