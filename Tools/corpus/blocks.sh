#!/bin/sh
# Regenerates Corpus/blocks (see README.md for the Python environment).
#   Tools/corpus/blocks.sh [OUT]     default OUT: Corpus/blocks
set -eu
. "$(dirname "$0")/environment.sh"
out=${1:-$root/Corpus/blocks}

block() { # NAME OPTIONS...
  name=$1
  shift
  "$python" "$here/generate.py" "$@" -o "$out/$name.json"
}

block transfers-london --preset transfers --transactions 40 --fork london --seed 11
block erc20-spread-cancun --preset erc20-spread --transactions 50 --fork cancun --seed 12
block erc20-hot-prague --preset erc20-hot --transactions 40 --fork prague --seed 13
block dex-hot-osaka --preset dex-10 --hot-ratio 0.3 --transactions 20 --fork osaka --seed 14
block chain-sender-prague --preset chain-sender --transactions 30 --fork prague --seed 15
block chain-pool-cancun --preset chain-pool --transactions 16 --fork cancun --seed 16
block mixed-london --preset mixed --transactions 26 --fork london --seed 17
block mixed-prague --preset mixed --transactions 29 --fork prague --seed 18
block mixed-osaka --preset mixed --transactions 28 --senders 20 --fork osaka --seed 19
