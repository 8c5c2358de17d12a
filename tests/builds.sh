#!/bin/sh
# Builds as packagers do: builds.sh. From a copy of the sources without .git, in a directory with a space in
# its name, at -O0. Where that is enough, only the commands that make would run are checked (-n).
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
CC=${CC:-gcc}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
unset MAKEFLAGS MAKELEVEL MFLAGS CFLAGS CPPFLAGS LDFLAGS WERROR VAE_BIN

fail() { echo "builds: $*" >&2; exit 1; }

# here DIRECTORY: copies the sources to it and enters it
here()
{
    mkdir -p "$1"
    (cd "$source" && tar cf - --exclude=./build --exclude=./.git --exclude=./out --exclude=./data .) | (cd "$1" && tar xf -)
    cd "$1"
}
built() { readlink "$PWD/build/vae"; }

# Nothing here is about AVX-512, whose folders take longest to compile.
fast=CPPFLAGS=-DSV_WITHOUT_AVX512

# would MAKE_ARGUMENTS...: prints what make would run, with the settings of the build below
would() { make -n V=1 CC="env $CC" OPT=-O0 WERROR=1 CFLAGS="$map" "$@" programs 2>&1; }

here "$scratch/a b"
map="'-ffile-prefix-map=$PWD=/usr/src/vae'"
make -j2 CC="env $CC" OPT=-O0 WERROR=1 CFLAGS="$map" "$fast" all objcheck || fail "at -O0, in a path with a space"
CK_RUN_SUITE=cli make CC="env $CC" OPT=-O0 WERROR=1 CFLAGS="$map" "$fast" check || fail "the program's tests in a path with a space"
make -q CC="env $CC" OPT=-O0 WERROR=1 CFLAGS="$map" "$fast" build/"$(built)" || fail "nothing changed, yet something is out of date"
cp build/vae "$scratch/first"

# flags: each reaches the commands that need it, and a change of it rebuilds
line() { would "$@" | grep -E -- "$pattern" || fail "make $*: no line matches $pattern"; }
for program in vae tests exhaustive bench-step; do
    pattern="-o build/[0-9]*/$program\$"
    line LDFLAGS=-Wl,-z,now | grep -q -e ' -Wl,-z,now ' || fail "$program is linked without LDFLAGS"
    line CFLAGS=--coverage | grep -q -e ' --coverage ' || fail "$program is linked without CFLAGS"
done
for object in vae/cli/main tests/main bench/results kernels/dispatch reference/kl_ref; do
    pattern="-c $object\.c -o build/[0-9]*/obj/$object\.o\$"
    line CPPFLAGS=-DPACKAGER | grep -q -e ' -DPACKAGER ' || fail "$object is compiled without CPPFLAGS"
    line CFLAGS=-fcf-protection | grep -q -e ' -fcf-protection ' || fail "$object is compiled without CFLAGS"
done
! would WERROR= | grep -q -e '-Werror' || fail "-Werror without WERROR=1"
would CFLAGS= | grep -q -e '-Werror' || fail "no -Werror with WERROR=1"

# libraries: pkg-config's win over the system's, and of its own the archive wins if there is one
prefix="$scratch/pre fix"
mkdir -p "$prefix/lib/pkgconfig"
for package in jansson:jansson libpng:png check:check; do
    printf 'prefix=%s\nlibdir=${prefix}/lib\nName: %s\nDescription: a stand-in\nVersion: 9\nCflags: -I${prefix}/include/%s\nLibs: -L${libdir} -l%s-9\n' \
        "$(echo "$prefix" | sed 's/ /\\ /g')" "${package%:*}" "${package%:*}" "${package#*:}" \
        >"$prefix/lib/pkgconfig/${package%:*}.pc"
done
: >"$prefix/lib/libjansson.a"
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
pattern='-o build/[0-9]*/tests$'
line | grep -q "'$prefix/lib/libjansson.a'.* -lm" || fail "the prefix's archive does not win: $(line)"
line | grep -q -e "-L$scratch/pre\\\\ fix/lib -lpng-9" || fail "the prefix's shared library does not win: $(line)"
line | grep -q -e "-lcheck-9" || fail "the prefix's check does not win: $(line)"
pattern='-c vae/data/png_grid.c'
line | grep -q -e "-I$scratch/pre\\\\ fix/include/libpng" || fail "no headers of the prefix: $(line)"
unset PKG_CONFIG_PATH

# no repository: nothing complains, and the commit of a repository further up is not taken
make -n lint exhaustive >"$scratch/said" 2>&1 || fail "make lint without .git: $(cat "$scratch/said")"
! grep -i -e fatal -e 'not a git' "$scratch/said" || fail "git complains"
grep -q ' vae/cli/main\.c' "$scratch/said" || fail "lint without .git sees no sources"
grep -q -e '--commit unknown' "$scratch/said" || fail "a commit without a repository"

if command -v bmake >/dev/null; then
    ! said=$(bmake 2>&1) || fail "BSD make goes on"
    [ "$(echo "$said" | wc -l)" = 1 ] || fail "BSD make says more than a line: $said"
    case $said in *gmake*) ;; *) fail "BSD make is not told of gmake: $said" ;; esac
fi

# the same bytes from wherever and into whichever directory it is built, with or without WERROR; the sources only read
here "$scratch/deeper/c"
before=$(find . | sort)
chmod -R a-w . # root writes all the same: so the names are compared too
make -j2 BUILD="$scratch/elsewhere" CC="env $CC" OPT=-O0 CFLAGS="-ffile-prefix-map=$PWD=/usr/src/vae" "$fast" all ||
    fail "with BUILD, from sources that cannot be written"
chmod -R u+w .
cmp "$scratch/elsewhere/vae" "$scratch/first" || fail "the program depends on BUILD or on where its sources lie"
! grep -q "$scratch" "$scratch/elsewhere/vae" || fail "the program names the directory it was built in"
[ "$(find . | sort)" = "$before" ] || fail "with BUILD something is written into the sources"
echo "builds: -O0, paths with spaces, flags, prefixes, BUILD, no repository, the same bytes from everywhere"
