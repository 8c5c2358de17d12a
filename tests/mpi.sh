#!/bin/bash
# usage: mpi.sh VAE VAE_MPI
# MPIRUN (mpirun): of the MPI that VAE_MPI was compiled with.
# Training by several processes gives the checkpoint of one; ranks that stop, die or disagree end the run.
set -uo pipefail
vae=$1 mpi=$2 mpirun=${MPIRUN:-mpirun}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
passed=0 failed=0
# More ranks than CPUs, and as root, which Open MPI wants to be told.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
export OMPI_MCA_btl_vader_single_copy_mechanism=none # asks for a right that containers lack

check() { # NAME: status of the last command
    if [ $? = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "mpi: $1: failed"; fi
}
ranks() { # N FOLDER OPTION...: an even number share the images, an odd one holds all
    local n=$1 to=$2 hold=()
    [ $((n % 2)) = 0 ] || hold=(--all-images)
    shift 2
    timeout -k 5 120 "$mpirun" -n "$n" "$mpi" "${hold[@]}" train --quiet --out "$out/$to" "$@" </dev/null >"$out/said" 2>&1 || { tail -n 3 "$out/said"; return 1; }
}
same() { cmp "$out/$1/model.safetensors" "$out/$2/model.safetensors"; }

# Models and methods, with a last minibatch that is partial: 203 = 4 * 50 + 3 rows, fewer than four ranks.
small='--data synthetic --train-images 203 --epochs 2 --batch 50 --hidden 40 --latent 5'
while read -r name options; do
    # shellcheck disable=SC2086
    "$vae" train --quiet --out "$out/$name" $small $options >/dev/null
    check "$name: vae"
    for n in 1 2 3 4; do
        # shellcheck disable=SC2086
        ranks $n "$name-$n" $small $options --threads $((n % 2 + 1)) && same "$name" "$name-$n"
        check "$name: $n ranks"
    done
done <<'MODELS'
adagrad
sgd --optimizer sgd
adam --optimizer adam --hidden 64,33 --binarize dynamic
draws --estimator a --samples-per-x 3 --binarize fixed
iwae --estimator iwae --samples-per-x 5 --optimizer adam
gaussian --likelihood gaussian --hidden 17 --latent 2
pixels --likelihood gaussian --noise per-pixel --validation 30
mixture --likelihood gaussian --noise mixture
wake-sleep --method wake-sleep
odd --batch 7 --latent 1 --train-images 30
long --epochs 60
mcem --method mcem --leapfrog 3 --m-steps 2 --epochs 15
chains --method mcem --leapfrog 2 --m-steps 1 --epochs 6 --batch 7 --likelihood gaussian --optimizer adam
full-vb --method full-vb --binarize dynamic
posterior --method full-vb --optimizer adam --batch 7 --train-images 30 --hidden 17
MODELS

# Begun by two, continued by three, ended by one: as if by one.
while read -r method options; do
    one='--data synthetic --samples 3000'
    new="--train-images 400 --hidden 40 --latent 5 --method $method $options"
    again="$out/parts-$method/model.safetensors"
    # shellcheck disable=SC2086
    {
        "$vae" train --quiet --out "$out/whole-$method" $one $new >/dev/null &&
            ranks 2 "parts-$method" $one $new --samples 1000 &&
            ranks 3 "parts-$method" $one --resume "$again" --samples 2200 &&
            "$vae" train --quiet --out "$out/parts-$method" $one --resume "$again" >/dev/null &&
            same "whole-$method" "parts-$method"
    }
    check "$method: resumed by other ranks"
done <<'METHODS'
aevb --optimizer adam
full-vb --optimizer adam
mcem --leapfrog 1 --m-steps 1
METHODS

# A signal to one rank, not the first, or to all: all stop after the same step, and the run can go on.
signal() { # SIGNAL RANKS OPTION...: to a run that would be long; a line of sed says which ranks
    local which=$2 what=$1
    shift 2
    rm -rf "$out/long"
    timeout -k 5 60 "$mpirun" -n 3 "$mpi" train --quiet --data synthetic --hidden 40 --latent 5 --epochs 100000 --out "$out/long" "$@" \
        </dev/null >"$out/said" 2>&1 &
    local run=$! pids
    for _ in $(seq 300); do [ -e "$out/long/model.safetensors" ] && break; sleep 0.2; done
    pids=$(pgrep -f "^$mpi train .*$out/long" | sort -n)
    [ "$(wc -w <<<"$pids")" = 3 ] || echo "mpi: not three ranks: $pids"
    mapfile -t pids < <(sed -n "${which}p" <<<"$pids")
    kill "-$what" "${pids[@]}"
    SECONDS=0
    wait $run
    status=$?
    [ $SECONDS -lt 20 ]
}
stopped() { # saved, and said so
    [ $status != 0 ] && grep -q 'stopped by signal 15 after' "$out/said" &&
        "$vae" eval "$out/long/model.safetensors" --data synthetic --json >/dev/null
}
signal TERM 3 && stopped
check "a signal to one rank"
signal TERM 1,3 --method mcem --train-images 500 --batch 500 --leapfrog 1000 --hidden 150 && stopped
check "a signal to all ranks, in steps of over a second"
signal KILL 2 && [ $status != 0 ]
check "a killed rank"

# What ranks disagree on.
refuses() { # TEXT COMMAND...: mpirun's arguments
    local text=$1
    shift
    ! timeout -k 5 60 "$mpirun" "$@" </dev/null >"$out/said" 2>&1 && [ "$(grep -c '^vae-mpi' "$out/said")" = 1 ] && grep -q "^vae-mpi train: $text" "$out/said"
}
train="$mpi train --quiet --hidden 40 --latent 5 --samples 100 --out $out/no --data"
# shellcheck disable=SC2086
"$vae" sample "$out/adagrad/model.safetensors" --count 203 --out "$out/drawn.npy" >/dev/null &&
    refuses 'rank 1: .*other images' -n 1 $train synthetic : -n 1 $train "$out/drawn.npy"
check "other images"
# shellcheck disable=SC2086
refuses "rank 1: $out/none" -n 1 $train synthetic : -n 1 $train "$out/none"
check "missing images"
# shellcheck disable=SC2086
refuses 'rank 1: .*options' -n 1 $train synthetic : -n 1 $train synthetic --lr 0.5
check "other options"
# shellcheck disable=SC2086
refuses 'rank 1: .*options' -n 1 $train synthetic : -n 1 "$mpi" --all-images ${train#* } synthetic
check "shares beside all images"
refuses '.*--hiddn' -n 2 "$mpi" train --hiddn 3
check "an unknown option"
[ ! -e "$out/no" ]
check "nothing is written"
# shellcheck disable=SC2086
refuses 'training diverged' -n 3 $train synthetic --lr 1e30
check "training that diverges"

echo "$passed passed, $failed failed"
[ $failed = 0 ]
