#!/bin/sh
# fetch_jansson.sh DIRECTORY: the source of Debian's jansson, for which there is no package built for wasm, configured
# for emscripten. Needs no root: apt reads and writes lists of its own, of the archives that the system's name.
set -eu
to=$1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
fail() { echo "fetch_jansson.sh: $*" >&2; exit 1; }

[ ! -e "$to" ] || fail "$to is there already, but without src/jansson_config.h"
command -v apt-get >/dev/null && command -v dpkg-source >/dev/null ||
    fail "not Debian, or no dpkg-dev: give the source of jansson, configured for emscripten, as JANSSON=DIRECTORY"
keys=/usr/share/keyrings/debian-archive-keyring.gpg
[ ! -f "$keys" ] || signed="[signed-by=$keys]"
apt-get indextargets --format "deb-src ${signed-} \$(REPO_URI) \$(CODENAME) \$(COMPONENT)" \
    'Created-By: Packages' 'Origin: Debian' 'Component: main' | sort -u >"$scratch/sources.list"
mkdir -p "$scratch/lists/partial"
apt() {
    (cd "$scratch" && apt-get -qq -o Dir::Etc::SourceList="$scratch/sources.list" -o Dir::Etc::SourceParts=/dev/null \
        -o Dir::State::Lists="$scratch/lists" -o Dir::Cache::PkgCache= -o Dir::Cache::SrcPkgCache= \
        -o APT::Sandbox::User= "$@" >"$scratch/log" 2>&1) || fail "$(cat "$scratch/log")"
}
apt update
apt source jansson
mv "$scratch"/jansson-*/ "$scratch/jansson"
config=$scratch/jansson/src/jansson_config.h
[ -f "$config.in" ] || fail "jansson's source is laid out in another way: no src/jansson_config.h.in"
sed 's/@json_inline@/inline/; s/@json_have_[a-z_]*@/1/' "$config.in" >"$config"
printf '#%s\n' 'include <stdint.h>' 'define HAVE_STDINT_H 1' 'define INITIAL_HASHTABLE_ORDER 3' \
    >"$scratch/jansson/src/jansson_private_config.h"
mkdir -p "$(dirname "$to")"
mv "$scratch/jansson" "$to"
