#!/bin/sh
# Writes one large block for each preset of generate.py into OUT, for benchmarks.
#   Tools/corpus/presets.sh OUT [GAS_LIMIT] [generate.py options…]
# GAS_LIMIT: the block gas limit to fill, default 100000000. Blocks use 60 to 100 % of it.
# PRESETS="dex-1 mixed" limits it to some; --no-expected skips the (slow) execution.
set -eu
. "$(dirname "$0")/environment.sh"
out=${1:?usage: presets.sh OUT [GAS_LIMIT] [generate.py options]}
gas=${2:-100000000}
shift
[ $# -eq 0 ] || shift
mkdir -p "$out"
for preset in ${PRESETS:-$("$python" "$here/presets.py")}; do
  "$python" "$here/generate.py" --preset "$preset" --gas-limit "$gas" --no-access "$@" \
    -o "$out/$preset-$((gas / 1000000))m.json"
done
