#!/usr/bin/env python3
"""Makes the vectors of the transition tests: what Ethereum's executable specification makes of the same input.

    pip install ethereum-execution==2.20.0
    Tools/t8n/make-vectors.py Tests/TransitionTests/Vectors

One file for each fork: the flags, the three inputs, and the outputs and traces of the specification's own t8n.
"""

import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

FORKS = [
    "Frontier", "Homestead", "EIP150", "EIP158", "Byzantium", "ConstantinopleFix", "Istanbul", "Berlin", "London",
    "Paris", "Shanghai", "Cancun", "Prague", "Osaka",
]  # fmt: skip

KEY = "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8"
SENDER = "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b"
REJECTED = 3
MINER = "0x00000000000000000000000000000000000c01ba"

CONTRACTS = {
    # SSTORE(1, CALLVALUE); LOG1(0, 0, 7)
    "0x00000000000000000000000000000000000ca11e": "0x346001556007600060 00a100".replace(" ", ""),
    # SSTORE(2, 5); INVALID
    "0x0000000000000000000000000000000000fa11ed": "0x6005600255fe",
    # CALL(gas, 0xca11e, 3, 0, 0, 0, 0); SSTORE(0, result); SELFDESTRUCT(0xdead)
    "0x00000000000000000000000000000000005e1f00": (
        "0x6000600060006000600362 0ca11e62 0186a0f1600055 61deadff".replace(" ", "")
    ),
    # SSTORE(3, 0): a refund
    "0x00000000000000000000000000000000005e7500": "0x6000600355",
}


def transactions(fork):
    """Candidates of every type the fork knows; one of them has a nonce that cannot be right."""
    level = FORKS.index(fork)
    price = {"gasPrice": "0x3b9aca00"}
    nonce = 0
    list_ = []

    def add(gas=200_000, to=None, value=0, data="0x", valid=True, **fields):
        nonlocal nonce
        base = {} if "maxFeePerGas" in fields else price
        list_.append(
            {
                "nonce": hex(nonce if valid else nonce + 5), "gas": hex(gas), "value": hex(value), "input": data,
                "to": to, "v": "0x0", "r": "0x0", "s": "0x0", "secretKey": KEY, **base, **fields,
            }
        )  # fmt: skip
        nonce += valid

    contracts = list(CONTRACTS)
    add(gas=21_000, to="0x00000000000000000000000000000000000beef0", value=7)
    add(to=contracts[0], value=9, data="0x0001ff")
    add(to=contracts[1])
    add(to=contracts[0], valid=False)
    add(to=contracts[2], value=100, gas=400_000)
    add(to=contracts[3], protected=False)
    # Deploys the single byte STOP.
    add(data="0x60006000526001601ff3", gas=300_000)
    if level >= FORKS.index("Berlin"):
        slots = [{"address": contracts[0], "storageKeys": ["0x" + "00" * 31 + "01"]}]
        add(to=contracts[0], value=1, type="0x1", chainId="0x1", accessList=slots)
    caps = {"maxFeePerGas": "0x77359400", "maxPriorityFeePerGas": "0x2", "chainId": "0x1"}
    if level >= FORKS.index("London"):
        add(to=contracts[0], value=2, type="0x2", accessList=[], **caps)
    if level >= FORKS.index("Cancun"):
        blob = {"maxFeePerBlobGas": "0x64", "blobVersionedHashes": ["0x01" + "22" * 31]}
        add(to=contracts[0], value=3, type="0x3", accessList=[], **blob, **caps)
    if level >= FORKS.index("Prague"):
        # Signed by nobody: skipped, but paid for.
        wish = {
            "chainId": "0x1", "address": contracts[0], "nonce": "0x0", "v": "0x0", "yParity": "0x0", "r": "0x1",
            "s": "0x1",
        }  # fmt: skip
        add(to=contracts[0], value=4, type="0x4", accessList=[], authorizationList=[wish], **caps)
    return list_


def environment(fork):
    level = FORKS.index(fork)
    env = {
        "currentCoinbase": MINER, "currentGasLimit": "0x1c9c380", "currentNumber": "0x64",
        "currentTimestamp": "0x3e8", "blockHashes": {hex(99): "0x" + "ab" * 32},
    }  # fmt: skip
    if level < FORKS.index("Paris"):
        env |= {
            "parentDifficulty": "0x200000", "parentTimestamp": "0x3de", "parentUncleHash": "0x" + "cd" * 32,
        }  # fmt: skip
    else:
        env["currentRandom"] = "0x" + "0e" * 32
    if level >= FORKS.index("London"):
        env |= {"parentBaseFee": "0x7", "parentGasUsed": "0x1312d00", "parentGasLimit": "0x1c9c380"}
    if level >= FORKS.index("Shanghai"):
        who = "0x000000000000000000000000000000000000face"
        env["withdrawals"] = [{"index": "0x0", "validatorIndex": "0x1", "address": who, "amount": "0x5"}]
    if level >= FORKS.index("Cancun"):
        env |= {
            "parentBeaconBlockRoot": "0x" + "be" * 32, "parentExcessBlobGas": "0x140000",
            "parentBlobGasUsed": "0xc0000",
        }  # fmt: skip
    return env


def alloc(fork):
    accounts = {SENDER: {"balance": "0x56bc75e2d63100000"}}
    for address, code in CONTRACTS.items():
        accounts[address] = {"balance": "0x1", "code": code}
    accounts["0x00000000000000000000000000000000005e7500"]["storage"] = {"0x" + "00" * 31 + "03": "0x" + "00" * 31 + "08"}
    if FORKS.index(fork) >= FORKS.index("Prague"):
        # Queues that are empty: STOP.
        for queue in ("00000961ef480eb55e80d19ad83579a64c007002", "0000bbddc7ce488642fb579f8b00f3a590007251"):
            accounts["0x" + queue] = {"balance": "0x0", "nonce": "0x1", "code": "0x00"}
    return accounts


def text(vector):
    """The vector as JSON, with a line for each line of a trace."""
    traces = vector.pop("traces")
    lines = ",\n".join(
        f'  "{index}": [\n' + ",\n".join("   " + json.dumps(line) for line in trace) + "\n  ]"
        for index, trace in traces.items()
    )
    return json.dumps(vector, indent=1)[:-2] + ',\n "traces": {\n' + lines + "\n }\n}\n"


def main(folder):
    for fork in FORKS:
        source = {"alloc": alloc(fork), "env": environment(fork), "txs": transactions(fork)}
        reward = "-1" if FORKS.index(fork) >= FORKS.index("Paris") else "2000000000000000000"
        command = [
            "ethereum-spec-evm", "t8n", "--input.alloc=stdin", "--input.env=stdin", "--input.txs=stdin",
            "--output.alloc=stdout", "--output.result=stdout", "--output.body=stdout", f"--state.fork={fork}",
            f"--state.reward={reward}", "--trace", "--output.basedir",
        ]  # fmt: skip
        # The specification's t8n keeps rejected transactions in its tries, so it gets the valid ones only.
        valid = source | {"txs": source["txs"][:REJECTED] + source["txs"][REJECTED + 1 :]}
        with TemporaryDirectory() as traces:
            run = subprocess.run(command + [traces], input=json.dumps(valid), capture_output=True, text=True)
            if run.returncode:
                sys.exit(f"{fork}: {run.stderr}")
            lines = {
                path.name.split("-")[1]: [json.loads(line) for line in path.read_text().splitlines()]
                for path in sorted(Path(traces).glob("*.jsonl"))
            }
        vector = {
            "fork": fork, "reward": int(reward), "input": source, "expected": json.loads(run.stdout), "traces": lines,
        }  # fmt: skip
        (Path(folder) / f"{fork}.json").write_text(text(vector))


if __name__ == "__main__":
    main(sys.argv[1])
