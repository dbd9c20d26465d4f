"""Builds a `block-snapshot/1` object around planned transactions."""

import json

from ethereum_rlp import rlp
from ethereum_types.numeric import U64

from ethereum.crypto.hash import keccak256

from accounts import derive
from forks import FORKS
from plan import BASE_FEE
from spec import HEADER_FIELDS, as_json

CHAIN_ID = 1
ZERO_HASH = "0x" + "00" * 32
EMPTY_BLOOM = "0x" + "00" * 256
NO_UNCLES = "0x" + keccak256(rlp.encode([])).hex()
SLOT_SECONDS = 12
POW_DIFFICULTY = 7 * 10**15
PARENT_EXCESS_BLOB_GAS = 20 * 131_072


def miner(seed):
    """The fee recipient's address."""
    return "0x" + derive(seed, "miner")[12:].hex()


def header(spec, seed, position, gas_limit, label):
    """A header of the fork with everything that does not follow from execution.

    `position` is 0 for the block itself and -1 for its parent.
    """
    fork = FORKS[spec.fork_name]
    proof_of_work = not spec.has("withdrawalsRoot") and spec.fork_name != "paris"
    values = {
        "parentHash": as_json(derive(seed, "parent", label)),
        "sha3Uncles": NO_UNCLES,
        "miner": miner(seed),
        "stateRoot": ZERO_HASH, "transactionsRoot": ZERO_HASH, "receiptsRoot": ZERO_HASH,
        "logsBloom": EMPTY_BLOOM,
        "difficulty": hex(POW_DIFFICULTY if proof_of_work else 0),
        "number": hex(fork.number + position),
        "gasLimit": hex(gas_limit), "gasUsed": "0x0",
        "timestamp": hex(fork.timestamp + position * SLOT_SECONDS),
        "extraData": as_json(b"wavefront corpus"),
        "mixHash": as_json(derive(seed, "randao", label)),
        "nonce": as_json(derive(seed, "nonce")[:8] if proof_of_work else bytes(8)),
        "baseFeePerGas": hex(BASE_FEE),
        "withdrawalsRoot": ZERO_HASH,
        "blobGasUsed": "0x0", "excessBlobGas": "0x0",
        "parentBeaconBlockRoot": as_json(derive(seed, "beacon", label)),
        "requestsHash": ZERO_HASH,
    }
    return {name: values[name] for name, _, _ in HEADER_FIELDS if spec.has(name) or name == "mixHash"}


def setup_environment(spec, seed):
    """The block in which the pre-state's contracts are deployed: the parent."""
    return {"chainId": CHAIN_ID, "blockHashes": {}, "header": header(spec, seed, -1, 10**9, "setup")}


def link(spec, parent, child):
    """Sets what a header takes from its parent: hash, excess blob gas, difficulty."""
    child["parentHash"] = as_json(spec.header_hash(parent))
    if "excessBlobGas" in child:
        child["excessBlobGas"] = hex(int(spec.module("vm.gas").calculate_excess_blob_gas(spec.header(parent))))
    if hasattr(spec.fork, "calculate_block_difficulty"):
        above, below = spec.header(parent), spec.header(child)
        child["difficulty"] = hex(int(spec.fork.calculate_block_difficulty(
            below.number, below.timestamp, above.timestamp, above.difficulty, False)))


def withdrawals(plan, count):
    """Validator withdrawals to users, in gwei."""
    return [{
        "index": hex(50_000_000 + i), "validatorIndex": hex(900_000 + i),
        "address": plan.user(i).address, "amount": hex(plan.rng.randrange(10**6, 2 * 10**7)),
    } for i in range(count)]


def build(world, plan, gas_limit, command, expected=True, witness=True, access=True):
    """The snapshot of one block: executes it on the world's state, which is used up by that.

    Without `expected` the block is not executed: the fields of `expected` are null, and the header
    holds zero for stateRoot, receiptsRoot, logsBloom, gasUsed and requestsHash.
    """
    spec, seed = world.spec, plan.seed
    spec.put(world.state, miner(seed), balance=10**18)
    plan.assign_nonces()
    transactions = [as_json(t.encode(CHAIN_ID)) for t in plan.transactions]
    check_size(spec, transactions)
    paid = withdrawals(plan, 4) if spec.has("withdrawalsRoot") else None
    pre, codes = spec.dump(world.state)
    nodes = [] if witness else None
    pre_root = as_json(spec.state_root(world.state, nodes)) if expected or witness else ZERO_HASH

    parent = header(spec, seed, -1, gas_limit, "parent")
    # A parent at its gas target leaves the base fee as it is.
    parent.update(stateRoot=pre_root, gasUsed=hex(gas_limit // 2))
    if spec.has("excessBlobGas"):
        target = spec.module("vm.gas")
        per_block = getattr(target, "TARGET_BLOB_GAS_PER_BLOCK", None)
        per_block = int(per_block) if per_block else int(target.BLOB_SCHEDULE_TARGET) * 131_072
        parent.update(blobGasUsed=hex(per_block), excessBlobGas=hex(PARENT_EXCESS_BLOB_GAS))
    own = header(spec, seed, 0, gas_limit, "block")
    link(spec, parent, own)
    number = int(own["number"], 16)

    snapshot = {
        "format": "block-snapshot/1",
        "source": command,
        "chainId": CHAIN_ID,
        "number": number,
        "hash": None,
        "fork": spec.fork_name,
        "header": own,
        "parentHeader": parent,
        "blockHashes": {str(number - 2): parent["parentHash"], str(number - 1): own["parentHash"]},
        "transactions": transactions,
        "senders": [t.sender.address for t in plan.transactions],
        "withdrawals": paid,
        "uncles": [],
        "pre": pre,
        "codes": codes,
        "witness": {"preStateRoot": pre_root, "nodes": sorted({as_json(n) for n in nodes})} if witness else None,
        "expected": dict.fromkeys(("gasUsed", "txGasUsed", "receipts"))
        | {"receiptsRootChecked": False, "stateRootChecked": False, "access": None},
    }
    if expected:
        output, recorder = spec.run(snapshot, world.state, access)
        own.update(spec.results(output, world.state))
        snapshot["expected"] = {
            "gasUsed": int(output.block_gas_used),
            "txGasUsed": recorder.gas_used,
            "receipts": spec.receipts(output),
            "receiptsRootChecked": True,
            "stateRootChecked": True,
            "access": recorder.access if access else None,
        }
    else:
        own["transactionsRoot"] = as_json(transactions_root(spec, snapshot["transactions"]))
        if "withdrawalsRoot" in own:
            own["withdrawalsRoot"] = as_json(list_root(spec, [rlp.encode(spec.withdrawal(w)) for w in paid]))
        if "blobGasUsed" in own:
            own["blobGasUsed"] = hex(131_072 * sum(len(t.blob_hashes) for t in plan.transactions))
    snapshot["hash"] = as_json(spec.header_hash(own))
    return snapshot


def check_size(spec, transactions):
    """Refuses a block that EIP-7934 would (a header and withdrawals take less than 8 kB)."""
    limit = getattr(spec.fork, "MAX_RLP_BLOCK_SIZE", None)
    size = sum(len(t) // 2 + 4 for t in transactions) + 8_192
    if limit and size > limit:
        raise SystemExit(f"--fork {spec.fork_name}: the block has {size} bytes, EIP-7934 allows {limit}; "
                         "use fewer transactions or an earlier fork")


def transactions_root(spec, transactions):
    """The root of the transactions trie."""
    return list_root(spec, [bytes.fromhex(t[2:]) for t in transactions])


def list_root(spec, items):
    """The root of a trie of byte strings keyed by their RLP-encoded index."""
    trie = spec.trie.Trie(secured=False, default=None)
    for index, item in enumerate(items):
        spec.trie.trie_set(trie, rlp.encode(U64(index)), item)
    return spec.trie.root(trie)


def write(snapshot, path):
    """Writes compact JSON with one top-level field a line."""
    lines = (f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in snapshot.items())
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
