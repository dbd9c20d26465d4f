#!/bin/sh
# Regenerates Corpus/blocks with the Python of the environment that README.md sets up.
#   Tools/corpus/blocks.sh [OUT]     default OUT: Corpus/blocks
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../../Corpus/blocks}
python=${PYTHON:-python3}

block() { # NAME OPTIONS...
  name=$1
  shift
  "$python" "$here/generate.py" "$@" -o "$out/$name.json"
}

block transfers-london --preset transfers --transactions 60 --fork london --seed 11
block erc20-spread-cancun --preset erc20-spread --transactions 80 --fork cancun --seed 12
block mixed-prague --preset mixed --transactions 50 --fork prague --seed 13
