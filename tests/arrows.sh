#!/bin/sh
# Checks which folders include which. Dependencies run downward only, so that the library and its verifier
# can be used without the trainer, and the trainer without the tests. A self-test comes first.
set -eu
export LC_ALL=C

# Reads "folder/file:#include ..." lines; the first prefix that matches a file gives its rule.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cat >"$scratch/rules.awk" <<'AWK'
BEGIN {
    n = split("kernels/=kernels/ " \
              "reference/generators/=kernels/,reference/,vae/base/ " \
              "reference/=kernels/,reference/ " \
              "vae/cli/=kernels/,reference/,vae/base/,vae/data/,vae/model/,vae/methods/,vae/tuning/,vae/settings/,vae/plot/,vae/cli/ " \
              "vae/api/=vae/base/,vae/data/images.h,vae/data/fixed_draw.h,vae/model/,vae/methods/,vae/tuning/kernels_check.h,vae/settings/,vae/api/ " \
              "vae/plot/=vae/base/,vae/data/png_write.h,vae/plot/ " \
              "vae/manual/=kernels/,reference/,vae/base/,vae/settings/,vae/cli/,vae/manual/ " \
              "vae/=kernels/,reference/,vae/base/,vae/data/,vae/model/,vae/methods/,vae/tuning/,vae/settings/ " \
              "mpi/=reference/fnv.h,vae/base/,vae/methods/,vae/settings/,vae/cli/,mpi/ " \
              "bench/mpi/=vae/base/,mpi/link.h,bench/ " \
              "bench/=kernels/,reference/,vae/,bench/ " \
              "lesson/=vae/base/error.h,vae/plot/,vae/data/synthetic.h,lesson/ " \
              "web/=kernels/,reference/,vae/api/vae.h,vae/base/,vae/methods/principal.h,bench/rounds.h,tests/golden/,web/ " \
              "tests/=kernels/,reference/,vae/,tests/", rules, " ")
}
{
    file = $0; sub(/:.*/, "", file)
    path = $0; sub(/^[^"]*"/, "", path); sub(/".*/, "", path)
    target = file; sub(/[^\/]*$/, "", target)
    while (sub(/^\.\.\//, "", path)) sub(/[^\/]*\/$/, "", target)
    target = target path
    for (i = 1; i <= n; i++) {
        split(rules[i], rule, "=")
        if (index(file, rule[1]) != 1) continue
        many = split(rule[2], may, ",")
        good = 0
        for (j = 1; j <= many; j++) good = good || index(target, may[j]) == 1
        if (!good) { print file ": includes " target; faults++ }
        break
    }
}
END { exit faults > 0 }
AWK
judge() { awk -f "$scratch/rules.awk"; }

must_find() { ! printf '%s\n' "$1" | judge >/dev/null || { echo "arrows.sh: passes $1"; exit 1; }; }
must_pass() { printf '%s\n' "$1" | judge || { echo "arrows.sh: refuses $1"; exit 1; }; }
must_find 'kernels/a.c:#include "../reference/ref.h"'
must_find 'reference/verify/a.c:#include "../../vae/base/clock.h"'
must_find 'reference/generators/a.c:#include "../../tests/a.h"'
must_find 'reference/generators/a.c:#include "../../vae/model/model.h"'
must_find 'vae/base/a.c:#include "../../tests/a.h"'
must_find 'vae/model/a.c:#include "../cli/a.h"'
must_find 'vae/methods/a.c:#include "../api/vae.h"'
must_find 'vae/api/a.c:#include "../cli/options.h"'
must_find 'vae/cli/a.c:#include "../manual/pages.h"'
must_find 'vae/api/a.c:#include "../data/png_folder.h"'
must_find 'vae/plot/a.c:#include "../cli/plots.h"'
must_find 'vae/methods/a.c:#include "../plot/chart.h"'
must_find 'lesson/a.c:#include "../kernels/kernels.h"'
must_find 'vae/cli/a.c:#include "../../mpi/link.h"'
must_find 'bench/a.c:#include "../tests/a.h"'
must_find 'bench/mpi/a.c:#include "../../mpi/member.h"'
must_find 'web/a.c:#include "../vae/model/model.h"'
must_pass 'reference/generators/a.c:#include "../../vae/base/clock.h"'
must_pass 'reference/verify/a.c:#include "../../kernels/kernels.def"'
must_pass 'vae/api/a.c:#include "vae.h"'
must_pass 'vae/cli/a.c:#include "../settings/settings.h"'
must_pass 'tests/a/b.c:#include "../../reference/verify/verify.h"'

grep -rn --include='*.[ch]' --include='*.cc' '^ *# *include *"' kernels reference vae mpi bench lesson web tests |
    sed 's/:[0-9]*:/:/' | judge
# Only callers of the library read the environment.
! grep -rn --include='*.c' 'getenv' kernels reference vae/api || { echo "reads the environment"; exit 1; }
