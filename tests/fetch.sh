#!/bin/sh
# Tests vae/fetch_mnist.sh with good and bad mirrors, all on this machine: fetch.sh
# The files are stand-ins that hold their names; a fake md5sum, first in PATH, gives them the sums that the script
# expects. The TLS server is openssl's.
set -eu

fetch=$(cd "$(dirname "$0")/.." && pwd)/vae/fetch_mnist.sh
scratch=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill $server 2>/dev/null; rm -rf "$scratch"' EXIT
cd "$scratch"

fail() { echo "fetch: $*: $(cat out err)" >&2; exit 1; }

mkdir bin good half
sed -n "s/^\(sums='\)\{0,1\}\([a-z0-9]*-[a-z]*-idx[13]-ubyte\) \([0-9a-f]\{32\}\)'\{0,1\}\$/\2 \3/p" "$fetch" >sums
[ "$(wc -l <sums)" = 4 ] || { echo "fetch: no four sums in $fetch" >&2; exit 1; }
cat >bin/md5sum <<EOF
#!/bin/sh
read -r name || name=nothing
sed -n "s/^\$name \(.*\)/\1  -/p" "$scratch/sums"
EOF
chmod +x bin/md5sum
while read -r name sum; do
    echo "$name" | gzip >"good/$name.gz"
    head -c 20 "good/$name.gz" >"half/$name.gz"
done <sums
PATH=$scratch/bin:$PATH
export VAE_FETCH_STALL=2 VAE_FETCH_MOST=10

# run STATUS WORDS ARGUMENTS...: fetches into "to here"; requires STATUS, and WORDS in the output
run()
{
    status=$1 words=$2
    shift 2
    got=0
    timeout 60 "$fetch" "to here" "$@" >out 2>err || got=$?
    [ $got = "$status" ] || fail "status $got, not $status, of $*"
    grep -q -- "$words" out err || fail "no \"$words\" of $*"
    [ "$status" = 0 ] || ! grep -q complete out || fail "complete, of $*"
}
# requires all four files, and nothing else
complete() { [ "$(ls "to here" | wc -l)" = 4 ] && for f in good/*; do cmp "$f" "to here/${f#good/}" || fail "$f"; done; }

run 0 'is complete' file:///nowhere "file://$scratch/good"
complete
run 0 'already there' file:///nowhere
head -c 9 good/t10k-labels-idx1-ubyte.gz >"to here/t10k-labels-idx1-ubyte.gz"
run 0 'is complete' "file://$scratch/good"
complete
rm -r "to here"
run 1 'no mirror has it' "file://$scratch/half"
run 0 'is complete' "file://$scratch/good"
complete

rm -r "to here"
mkdir -p "to here/train-labels-idx1-ubyte.gz"
run 1 'not a file' "file://$scratch/good"
rm -r "to here"
mkdir "to here"
mkfifo "to here/train-images-idx3-ubyte.gz.part"
run 1 'not a file' "file://$scratch/good"

# a full or failing disk at the last step: mv fails, or leaves an empty file
for mv in 'exit 1' 'for to; do :; done; : >"$to"'; do
    rm -rf "to here"
    printf '#!/bin/sh\n%s\n' "$mv" >bin/mv
    chmod +x bin/mv
    run 1 'train-images-idx3-ubyte.gz: ' "file://$scratch/good"
done
rm -r bin/mv "to here"

run 1 'disabled' "http://127.0.0.1:1"
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
    -keyout key -out cert 2>err || fail "openssl req"
export CURL_CA_BUNDLE="$scratch/cert"

# serve ARGUMENTS...: starts openssl's server on 127.0.0.1:$port; it sends its standard input to the client
serve()
{
    stop
    for try in 1 2 3 4 5; do
        port=$((20000 + ($$ + try * 7919) % 30000))
        openssl s_server -quiet -accept 127.0.0.1:$port -cert cert -key key "$@" <line >said 2>&1 &
        server=$!
        exec 3>line
        for wait in 1 2 3 4 5 6 7 8 9 10; do
            ! grep -q "$(printf ':%04X 00000000:0000 0A' $port)" /proc/net/tcp || return 0
            sleep 0.2
        done
        stop
    done
    cat said err >out && fail "no server"
}
stop()
{
    [ -z "$server" ] || { kill $server && wait $server || true; } 2>/dev/null
    server=
}
mkfifo line

# answer HEADER...: makes -HTTP send these headers before each file
answer()
{
    for f in good/*; do { printf '%b\r\n' "$@" ''; cat "$f"; } >"${f#good/}"; done
}
answer 'HTTP/1.0 200 OK'
serve -HTTP
run 0 'is complete' "https://127.0.0.1:$port"
complete
rm -r "to here"
answer 'HTTP/1.0 302 Found' 'Location: http://127.0.0.1:1/' 'Content-Length: 0'
run 1 'disabled' "https://127.0.0.1:$port"
answer 'HTTP/1.0 302 Found' "Location: file://$scratch/good/train-images-idx3-ubyte.gz" 'Content-Length: 0'
run 1 'disabled' "https://127.0.0.1:$port"

# A server that stops midway: the next mirror resumes from there.
serve
{ printf 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n'; head -c 20 good/train-images-idx3-ubyte.gz; } >&3
run 1 'too slow\|timed out' "https://127.0.0.1:$port"
run 1 'too slow\|timed out' "https://127.0.0.1:$port" # it sends nothing now: the partial file is kept
cmp "to here/train-images-idx3-ubyte.gz.part" half/train-images-idx3-ubyte.gz || fail "the part"
run 0 'is complete' "https://127.0.0.1:$port" "file://$scratch/good"
complete
stop
echo "fetch: good, broken-off, stalled and downgraded downloads end as they should"
