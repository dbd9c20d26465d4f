#!/usr/bin/env python3
"""Drives wavefront t8n through official blockchain fixtures: block by block, from files to files.

    Tools/t8n/check-fixtures.py WAVEFRONT PATH… [--every N]

Each valid block's environment is derived from its parent's header as far as the tool can derive the rest itself (base
fee, difficulty, excess blob gas); the state is what the tool made of the block before; transactions go in as JSON and
as RLP in turns. Roots, bloom, gas, fees and requests must be those of the block's header. Of blocks with a transaction
that must be refused, the tool must reject one.
"""

import json
import re
import subprocess
from pathlib import Path

import fixtures

ETHER = 10**18
# The first fork with each reward, and all fork names in order, as fixtures write them.
FORKS = [
    "Frontier", "Homestead", "Dao", "EIP150", "EIP158", "Byzantium", "Constantinople", "ConstantinopleFix", "Istanbul",
    "MuirGlacier", "Berlin", "London", "ArrowGlacier", "GrayGlacier", "Paris", "Shanghai", "Cancun", "Prague", "Osaka",
    "BPO1", "BPO2", "BPO3", "BPO4", "BPO5", "Amsterdam",
]  # fmt: skip
ALIASES = {"Merge": "Paris", "TangerineWhistle": "EIP150", "SpuriousDragon": "EIP158"}


def ordinal(name):
    return FORKS.index(ALIASES.get(name, name))


def fork_of(network, header, total_difficulty):
    match = re.fullmatch(r"(\w+?)To(\w+?)At(Time|Diff)?(\w+)", network)
    if not match:
        return network
    before, after, kind, moment = match.groups()
    if kind == "Time":
        moment = int(moment[:-1]) * 1000 if moment.endswith("k") else int(moment)
        begun = int(header["timestamp"], 16) >= moment
    elif kind == "Diff":
        begun = total_difficulty >= int(moment, 16)
    else:
        begun = int(header["number"], 16) >= int(moment)
    return after if begun else before


def reward(fork):
    if ordinal(fork) >= ordinal("Paris"):
        return -1
    if ordinal(fork) >= ordinal("Constantinople"):
        return 2 * ETHER
    return 3 * ETHER if ordinal(fork) >= ordinal("Byzantium") else 5 * ETHER


def rlp_items(data):
    """The encoded items of an RLP list."""

    def span(at):
        first = data[at]
        if first < 0x80:
            return at, at + 1
        if first < 0xB8 or 0xC0 <= first < 0xF8:
            size = first - (0x80 if first < 0xB8 else 0xC0)
            return at + 1, at + 1 + size
        width = first - (0xB7 if first < 0xC0 else 0xF7)
        size = int.from_bytes(data[at + 1 : at + 1 + width], "big")
        return at + 1 + width, at + 1 + width + size

    if data[0] < 0xC0:
        raise ValueError("not a list")
    at, end = span(0)
    items = []
    while at < end:
        _, after = span(at)
        items.append(data[at:after])
        at = after
    return items


def environment(block, header, parent, hashes, fork):
    level = ordinal(fork)
    env = {
        "currentCoinbase": header["coinbase"], "currentGasLimit": header["gasLimit"],
        "currentNumber": header["number"], "currentTimestamp": header["timestamp"], "blockHashes": hashes,
    }  # fmt: skip
    if level >= ordinal("Paris"):
        env["currentRandom"] = header["mixHash"]
    else:
        env |= {
            "parentDifficulty": parent["difficulty"], "parentTimestamp": parent["timestamp"],
            "parentUncleHash": parent["uncleHash"],
            "ommers": [
                {"delta": int(header["number"], 16) - int(uncle["number"], 16), "address": uncle["coinbase"]}
                for uncle in block.get("uncleHeaders", [])
            ],
        }  # fmt: skip
    if "baseFeePerGas" in parent:
        env |= {
            "parentBaseFee": parent["baseFeePerGas"], "parentGasUsed": parent["gasUsed"],
            "parentGasLimit": parent["gasLimit"],
        }  # fmt: skip
    elif "baseFeePerGas" in header:
        env["currentBaseFee"] = header["baseFeePerGas"]
    if level >= ordinal("Shanghai"):
        env["withdrawals"] = block.get("withdrawals", [])
    if level >= ordinal("Cancun"):
        env["parentBeaconBlockRoot"] = header["parentBeaconBlockRoot"]
        env["parentExcessBlobGas"] = parent.get("excessBlobGas", "0x0")
        env["parentBlobGasUsed"] = parent.get("blobGasUsed", "0x0")
    if "slotNumber" in header:
        env["slotNumber"] = header["slotNumber"]
    return env


PAIRS = {
    "stateRoot": "stateRoot", "txRoot": "transactionsTrie", "receiptsRoot": "receiptTrie", "logsBloom": "bloom",
    "withdrawalsRoot": "withdrawalsRoot", "requestsHash": "requestsHash", "blockAccessListHash": "blockAccessListHash",
}  # fmt: skip
NUMBERS = {
    "gasUsed": "gasUsed", "currentBaseFee": "baseFeePerGas", "currentExcessBlobGas": "excessBlobGas",
    "blobGasUsed": "blobGasUsed", "currentDifficulty": "difficulty",
}  # fmt: skip


def difference(result, header, fork):
    if result.get("rejected"):
        return f"rejected: {result['rejected']}"
    if "blockException" in result:
        return result["blockException"]
    for ours, theirs in PAIRS.items():
        if result.get(ours) != header.get(theirs):
            return f"{ours}: expected {header.get(theirs)}, found {result.get(ours)}"
    for ours, theirs in NUMBERS.items():
        if ours == "currentDifficulty" and ordinal(fork) >= ordinal("Paris"):
            continue
        found, expected = result.get(ours), header.get(theirs)
        if (found is None) != (expected is None) or (found is not None and int(found, 16) != int(expected, 16)):
            return f"{ours}: expected {expected}, found {found}"
    return None


class Chain:
    def __init__(self, wavefront, test):
        self.wavefront, self.test = wavefront, test
        genesis = test["genesisBlockHeader"]
        config = test.get("config", {})
        self.chain_id = int(config.get("chainid", "0x1"), 16)
        self.schedules = config.get("blobSchedule", {})
        self.links = {genesis["hash"]: (genesis, test["pre"], int(genesis["difficulty"], 16))}
        self.runs = 0

    def hashes(self, parent_hash):
        hashes = {}
        while parent_hash in self.links and len(hashes) < 256:
            header = self.links[parent_hash][0]
            hashes[str(int(header["number"], 16))] = parent_hash
            parent_hash = header["parentHash"]
        return hashes

    def transition(self, block, header):
        """The tool's output on the block, and the fork."""
        parent, alloc, total = self.links[header["parentHash"]]
        fork = fork_of(self.test["network"], header, total)
        items = rlp_items(bytes.fromhex(block["rlp"][2:]))
        source = {"alloc": alloc, "env": environment(block, header, parent, self.hashes(header["parentHash"]), fork)}
        self.runs += 1
        if self.runs % 2 and "transactions" in block:
            source["txs"] = [form(transaction) for transaction in block["transactions"]]
        else:
            source["txsRlp"] = "0x" + items[1].hex()
        command = [
            self.wavefront, "t8n", "--input.alloc=stdin", "--input.env=stdin", "--input.txs=stdin",
            "--output.alloc=stdout", "--output.result=stdout", "--output.body=stdout",
            f"--state.fork={self.test['network']}", f"--state.reward={reward(fork)}",
            f"--state.chainid={self.chain_id}",
        ]  # fmt: skip
        if fork in self.schedules:
            source["blobParams"] = self.schedules[fork]
            command.append("--input.blobParams=stdin")
        run = subprocess.run(command, input=json.dumps(source).encode(), capture_output=True)
        if run.returncode:
            return None, fork, f"exit code {run.returncode}: {run.stderr.decode().strip()}"
        output = json.loads(run.stdout)
        if not output["result"].get("rejected") and bytes.fromhex(output["body"][2:]) != items[1]:
            return None, fork, "the body is not that of the block"
        return output, fork, None

    def run(self):
        """Counts of valid and invalid blocks, and the first difference."""
        valid = invalid = 0
        for index, block in enumerate(self.test["blocks"]):
            exception = block.get("expectException") or block.get("expectExceptionALL")
            header = block.get("blockHeader") or block.get("rlp_decoded", {}).get("blockHeader")
            if header is None or header["parentHash"] not in self.links:
                continue
            if exception or "blockHeader" not in block:
                if not exception or "TransactionException" not in exception:
                    continue
                block = block["rlp_decoded"] | {"rlp": block["rlp"]}
                output, _, problem = self.transition(block, header)
                invalid += 1
                if problem is None and not output["result"].get("rejected"):
                    return valid, invalid, f"block {index}: nothing was rejected, expected {exception}"
                continue
            output, fork, problem = self.transition(block, header)
            problem = problem or difference(output["result"], header, fork)
            if problem:
                return valid, invalid, f"block {index}: {problem}"
            valid += 1
            total = self.links[header["parentHash"]][2] + int(header["difficulty"], 16)
            self.links[header["hash"]] = (header, output["alloc"], total)
        return valid, invalid, None


def form(transaction):
    """A transaction of a fixture as tools write it."""
    transaction = {key: value for key, value in transaction.items() if key != "sender"}
    if not transaction.get("to"):
        transaction["to"] = None
    return transaction


def check(wavefront, path):
    counts = {"tests": 0, "valid blocks": 0, "blocks refused": 0, "failed": 0}
    reports = []
    for name, test in json.loads(Path(path).read_text()).items():
        if "blocks" not in test:
            continue
        counts["tests"] += 1
        valid, invalid, problem = Chain(wavefront, test).run()
        counts["valid blocks"] += valid
        counts["blocks refused"] += invalid
        if problem:
            counts["failed"] += 1
            reports.append(f"FAIL {path} {name} {test['network']}: {problem}")
    return counts, reports


if __name__ == "__main__":
    fixtures.run(check, fixtures.arguments(__doc__).parse_args(), bad="failed")
