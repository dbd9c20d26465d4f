"""Writes the state tests of Corpus/edges: the cases of cases.py, with the outcomes that Ethereum's executable
specification has for them. usage: fill.py FOLDER            the committed cases
                                   fill.py FOLDER --random N [--seed S]  N random programs instead"""

import argparse
import json
import logging
from pathlib import Path

from ethereum_spec_tools.evm_tools.statetest import TestCase, run_test_case
from ethereum_spec_tools.evm_tools.t8n import ForkCache

import cases
import programs

# As state tests name them, and the specification does.
FORKS = (
    "Frontier Homestead EIP150 EIP158 Byzantium ConstantinopleFix Istanbul Berlin London Paris Shanghai Cancun Prague"
    " Osaka"
).split()
SPECIFIED = {"Frontier": "Frontier", "EIP150": "TangerineWhistle", "EIP158": "SpuriousDragon", "Paris": "Merge"}


def environment(fork):
    index = FORKS.index(fork)
    env = {
        "currentCoinbase": cases.COINBASE,
        "currentDifficulty": "0x20000",
        "currentGasLimit": hex(1 << 62),
        "currentNumber": "0x1",
        "currentTimestamp": "0x3e8",
        "currentRandom": "0x" + "20".rjust(64, "0"),
        "currentBaseFee": "0x7",
        "currentExcessBlobGas": hex(cases.EXCESS_BLOB_GAS),
        "parentBeaconBlockRoot": "0x" + "00" * 32,
    }
    later = {"currentRandom": 9, "currentBaseFee": 8, "currentExcessBlobGas": 11, "parentBeaconBlockRoot": 11}
    return {key: value for key, value in env.items() if index >= later.get(key, 0)}


def outcome(case, fork, cache):
    """What the specification says about a case: one element of a `post` list."""
    indexes = {"data": 0, "gas": 0, "value": 0}
    result = run_test_case(
        TestCase(
            path="", key=case["name"], index=0, fork_name=SPECIFIED.get(fork, fork), post={"indexes": indexes},
            pre=case["pre"], env=environment(fork), transaction=case["transaction"],
        ),
        cache,
    )
    post = {"hash": "0x" + result.state_root.hex(), "logs": "0x" + result.logs_hash.hex(), "indexes": indexes}
    rejected = str(dict(result.rejected or {}).get(0, ""))
    if rejected:
        post["expectException"] = case["refusals"][fork] if fork in case.get("refusals", {}) else rejected
    elif fork in case.get("refusals", {}):
        raise SystemExit(f"{case['name']}: the specification accepts it in {fork}")
    return post


def fill(case, cache):
    first, last = case.get("forks", ("Frontier", "Osaka"))
    forks = FORKS[FORKS.index(first) : FORKS.index(last) + 1]
    post = {fork: [outcome(case, fork, cache)] for fork in forks}
    # One environment serves all forks: what a fork does not know it does not look at.
    return {"env": environment("Osaka"), "pre": case["pre"], "transaction": case["transaction"], "post": post}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--random", type=int, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    groups = cases.groups() if options.random is None else {"random": programs.cases(options.random, options.seed)}
    options.folder.mkdir(parents=True, exist_ok=True)
    with ForkCache() as cache:
        for group, members in groups.items():
            if options.only and options.only != group:
                continue
            filled = {case["name"]: fill(case, cache) for case in members}
            (options.folder / f"{group}.json").write_text(json.dumps(filled, indent=1) + "\n")
            print(group, len(filled))


main()
