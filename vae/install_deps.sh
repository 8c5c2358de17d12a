#!/bin/sh
# Installs those Debian packages among its arguments that are missing; elsewhere says what is needed.
set -u

if ! command -v dpkg >/dev/null; then
    for tool in cc make pkg-config curl; do
        command -v $tool >/dev/null || missing="${missing-} $tool"
    done
    echo "make deps: not a Debian system. Needed is what these packages of Debian hold:" \
         "$*.${missing:+ Missing here:$missing}" >&2
    [ -z "${missing-}" ]
    exit
fi

missing=
for package; do
    dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || {
        echo "make deps: run as root, or install:$missing" >&2
        exit 1
    }
    as_root=sudo
fi
echo "installing:$missing"
export DEBIAN_FRONTEND=noninteractive
for package in $missing; do # dpkg must first know the architecture of a foreign package
    case $package in
    *:*) $as_root dpkg --add-architecture "${package#*:}" ;;
    esac
done
$as_root apt-get update -qq &&
    $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null || {
    echo "make deps: apt-get could not install:$missing" >&2
    exit 1
}
