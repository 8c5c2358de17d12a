#!/bin/sh
# Downloads MNIST's four IDX files: fetch_mnist.sh DIR [BASE_URL ...]
# Each mirror is tried in turn, a broken-off download is resumed, and a file counts only if its
# uncompressed bytes have the MD5 of the original distribution. A file that is there and right is
# not fetched again. A BASE_URL may be file:///... too.
set -u

dir=${1:?usage: fetch_mnist.sh DIR [BASE_URL ...]}
shift
[ $# -gt 0 ] || set -- \
    https://ossci-datasets.s3.amazonaws.com/mnist \
    https://storage.googleapis.com/cvdf-datasets/mnist

die() { echo "make data: $*" >&2; exit 1; }
command -v curl >/dev/null || die "curl is missing; run 'make deps'"
mkdir -p "$dir" || die "$dir: cannot be made"

# right FILE MD5: the uncompressed bytes are the original ones
right() { [ "$(gzip -dc "$1" 2>/dev/null | md5sum | cut -d' ' -f1)" = "$2" ]; }

# Goes on where PART ends; had_part is set if there was one. A part that cannot be a start is removed.
download() { # URL PART
    had_part=
    [ -s "$2" ] && had_part=yes
    curl --fail --location --silent --show-error --retry 2 --connect-timeout 20 \
        --continue-at - --output "$2" "$1"
}

fetch() { # NAME MD5, mirrors in the remaining arguments
    name=$1 md5=$2
    shift 2
    file=$dir/$name.gz part=$dir/$name.gz.part
    if [ -f "$file" ] && right "$file" "$md5"; then
        echo "$file: already there"
        return
    fi
    for base in "$@"; do
        echo "$file: from $base"
        # twice: what a broken-off download left may not be the start of what this mirror has
        for try in resumed fresh; do
            download "$base/$name.gz" "$part"
            if right "$part" "$md5"; then
                mv "$part" "$file"
                return
            fi
            [ "$try" = resumed ] && [ -n "$had_part" ] || break
            rm -f "$part"
        done
    done
    die "$name: no mirror has it; give others: make data MIRRORS=\"URL ...\""
}

fetch train-images-idx3-ubyte 6bbc9ace898e44ae57da46a324031adb "$@"
fetch train-labels-idx1-ubyte a25bea736e30d166cdddb491f175f624 "$@"
fetch t10k-images-idx3-ubyte 2646ac647ad5339dbf082846283269ea "$@"
fetch t10k-labels-idx1-ubyte 27ae3e4e09519cfbb04c329615203637 "$@"
echo "$dir: MNIST is complete; train on it with: make train DATA=$dir"
