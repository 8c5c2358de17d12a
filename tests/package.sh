#!/bin/sh
# package.sh BUILD SUITE: builds the Debian packages in a clean root of that suite, with the checks of `make check`,
# asks lintian, installs them there and uses program and libraries. As root. mmdebstrap makes the root.
set -eu
build=$1 suite=$2
fail() { echo "package.sh: $*" >&2; exit 1; }
[ "$(id -u)" = 0 ] || fail "needs root, for the clean root"
command -v mmdebstrap >/dev/null || fail "needs mmdebstrap; apt-get install mmdebstrap"

name=vae-$(cat VERSION)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
tar -xzf "$build/$name.tar.gz" -C "$scratch"

needs=$(sed -n '/^Build-Depends:/,/^[A-Z].*:/p' debian/control | sed 's/^Build-Depends://; /^[A-Z]/d; s/(.*)//; s/<.*>//; s/,//' |
    sed 's/debhelper-compat/debhelper/')
include=$(echo $needs lintian fakeroot python3 | tr ' ' ,)

cat >"$scratch/inside.sh" <<'INSIDE'
set -eu
cd /build/vae-*
DEB_BUILD_OPTIONS="parallel=2 $PROFILE" dpkg-buildpackage -us -uc
cd ..
lintian --fail-on error --display-info --tag-display-limit 0 ./*.changes
dpkg -i ./*.deb
vae --version
vae train --data synthetic --out /tmp/out --samples 2000 --quiet
man -w vae-train >/dev/null 2>&1 || test -f /usr/share/man/man1/vae-train.1.gz
cp -r /usr/share/doc/libvae-dev/examples /tmp/examples
cd /tmp/examples
gunzip -f ./*.gz 2>/dev/null || true
gcc $(pkg-config --cflags sv) kernel.c -o kernel $(pkg-config --libs sv)
./kernel
gcc $(pkg-config --cflags vae) train.c -o train $(pkg-config --libs vae)
./train >/dev/null
echo "package: built, checked, installed and used in a clean root"
INSIDE

mmdebstrap --variant=buildd --include="$include" \
    --customize-hook="copy-in $scratch/$name $scratch/inside.sh /build" \
    --customize-hook="chroot \"\$1\" env PROFILE='${PACKAGE_OPTIONS:-}' sh /build/inside.sh" \
    --setup-hook='mkdir -p "$1"/build' "$suite" /dev/null
