#!/bin/sh
# Downloads MNIST's four IDX files: fetch_mnist.sh DIR [BASE_URL ...]
# Mirrors are tried in turn, and an interrupted download is resumed. A file is accepted only if its
# uncompressed bytes, read back from their final place, have the MD5 of the original distribution. A
# file that is already there and right is not fetched again. A BASE_URL is https:// or file:///...;
# redirections are followed to https alone.
#
# It never hangs: a mirror that sends less than 1 kB/s for 20 s (VAE_FETCH_STALL=seconds), or needs
# more than 300 s for a file (VAE_FETCH_MOST=seconds), is given up. What it sent is kept, and the next
# mirror resumes from there.
set -u

dir=${1:?usage: fetch_mnist.sh DIR [BASE_URL ...]}
shift
[ $# -gt 0 ] || set -- \
    https://ossci-datasets.s3.amazonaws.com/mnist \
    https://storage.googleapis.com/cvdf-datasets/mnist
stall=${VAE_FETCH_STALL:-20} most=${VAE_FETCH_MOST:-300}

die() { echo "make data: $*" >&2; exit 1; }
for tool in curl gzip md5sum; do
    command -v $tool >/dev/null || die "$tool is missing; run 'make deps'"
done
mkdir -p -- "$dir" || die "$dir: cannot be made"

# right FILE MD5: whether the uncompressed bytes are the original ones
right() { [ "$(gzip -dc <"$1" 2>/dev/null | md5sum | cut -d' ' -f1)" = "$2" ]; }

# Resumes where PART ends; had_part is set if there was one.
download() { # URL PART
    had_part=
    [ -s "$2" ] && had_part=yes
    curl --fail --location --silent --show-error --proto '=https,file' --proto-redir '=https' \
        --connect-timeout "$stall" --speed-limit 1000 --speed-time "$stall" --max-time "$most" \
        --retry 2 --retry-max-time "$stall" --continue-at - --output "$2" "$1"
}

fetch() { # NAME MD5, mirrors in the remaining arguments
    name=$1 md5=$2
    shift 2
    file=$dir/$name.gz part=$dir/$name.gz.part
    if [ -f "$file" ] && right "$file" "$md5"; then
        echo "$file: already there"
        return
    fi
    for other in "$file" "$part"; do
        [ ! -e "$other" ] || [ -f "$other" ] || die "$other: not a file; remove it"
    done
    for base; do
        echo "$file: from $base"
        # twice: a partial download may not be the start of this mirror's file
        for try in resumed fresh; do
            download "$base/$name.gz" "$part"
            said=$?
            if [ -f "$part" ] && right "$part" "$md5"; then
                mv -f -- "$part" "$file" || die "$file: cannot be put in its place"
                return
            fi
            case $said in
            23) die "$part: cannot be written; is the disk full?" ;;
            0 | 33 | 36) ;; # complete but wrong, or cannot be resumed: the part was not its start
            *) break ;;     # interrupted, too slow or unavailable: the part may still be resumed
            esac
            [ "$try" = resumed ] && [ -n "$had_part" ] || break
            rm -f -- "$part"
        done
    done
    die "$name: no mirror has it; give others: make data MIRRORS=\"URL ...\""
}

sums='train-images-idx3-ubyte 6bbc9ace898e44ae57da46a324031adb
train-labels-idx1-ubyte a25bea736e30d166cdddb491f175f624
t10k-images-idx3-ubyte 2646ac647ad5339dbf082846283269ea
t10k-labels-idx1-ubyte 27ae3e4e09519cfbb04c329615203637'

# all COMMAND ...: runs it for each name and sum; not in a subshell, so that `die` ends the script
all()
{
    while read -r each sum; do
        "$@"
    done <<SUMS
$sums
SUMS
}
fetch_each() { fetch "$each" "$sum" "$@" </dev/null; }
stands() { right "$dir/$each.gz" "$sum" || die "$dir/$each.gz: not as it was downloaded; is the disk full?"; }

all fetch_each "$@"
all stands
echo "$dir: MNIST is complete; train on it with: make train DATA=$dir"
