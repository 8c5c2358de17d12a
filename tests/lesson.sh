#!/bin/sh
# The lesson's check finds what it is there to find: lesson.py is run on a chapter of two lines, sound and with faults.
set -eu
export LC_ALL=C
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/text" "$scratch/expected" "$scratch/figures" "$scratch/build"
cp "$(dirname "$0")/../lesson/lesson.py" "$scratch"

# A program that gives what its environment says on the second instruction set.
cat >"$scratch/build/toy" <<'TOY'
#!/bin/sh
[ "$1" = --isas ] && { echo one; echo two; exit; }
[ "$2" = two ] && printf 'mean %s\n' "${TOY_TWO:--0.5}" || echo 'mean -0.5'
echo '<svg/>' >"$4/toy.svg"
TOY
chmod +x "$scratch/build/toy"
echo '# Opening' >"$scratch/text/opening.md"
echo 'The mean is {{mean}}.' >"$scratch/text/toy.md"

fail() { echo "lesson.sh: $*"; exit 1; }
lesson() { "$scratch/lesson.py" "$@" "$scratch/build" toy >"$scratch/said" 2>&1; }
must_find() { # WHAT IT SAYS
    if lesson --check; then fail "passes where it should say: $1"; fi
    grep -qF -- "$1" "$scratch/said" || fail "does not say \"$1\" but: $(cat "$scratch/said")"
}

must_find 'toy: prints something else than lesson/expected/toy.txt'
lesson --renew || fail "$(cat "$scratch/said")"
lesson --check || fail "$(cat "$scratch/said")"
grep -q 'The mean is −0.5' "$scratch/README.md" || fail 'the number is not in the page'
export TOY_TWO=-0.4
must_find 'toy on two: other bytes than on one'
unset TOY_TWO
echo >>"$scratch/README.md"
must_find 'lesson/README.md is not what the programs give'
lesson || fail "$(cat "$scratch/said")"
echo >>"$scratch/figures/toy.svg"
must_find 'lesson/figures/toy.svg is not what the programs give'
lesson || fail "$(cat "$scratch/said")"
touch "$scratch/figures/old.svg"
must_find 'lesson/figures/old.svg: no program draws it'
rm "$scratch/figures/old.svg"
echo 'The mean is {{mean}}, the mode {{mode}}.' >"$scratch/text/toy.md"
must_find 'toy.c does not print mode'
echo 'The mean is known.' >"$scratch/text/toy.md"
must_find 'toy.c prints, but the text never shows, mean'
