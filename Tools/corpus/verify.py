"""Re-executes block snapshots from their JSON alone and compares every recorded result.

    verify.py BLOCK.json... [--plain]

Prints one line per block; exit status 1 if any differs.
"""

import argparse
import json
import sys
import time
from types import SimpleNamespace

from ethereum_types.numeric import U64

from ethereum.exceptions import InvalidBlock

from spec import Spec, as_json

BEFORE_BYZANTIUM = ("frontier", "homestead", "dao_fork", "tangerine_whistle", "spurious_dragon")


def differences(snapshot, plain):
    """Names of the recorded results that the specification does not reproduce."""
    spec = Spec(snapshot["fork"], journaled=not plain)
    header, expected = snapshot["header"], snapshot["expected"]
    wrong = []

    def check(name, found, recorded):
        if found != recorded:
            wrong.append(name)

    check("hash", as_json(spec.header_hash(header)), snapshot["hash"])
    check("senders", *senders(spec, snapshot))
    if same_rules(header, snapshot["parentHeader"]):
        try:
            spec.fork.validate_header(chain_with(spec.header(snapshot["parentHeader"])), spec.header(header))
        except InvalidBlock as error:
            wrong.append(f"header against parentHeader ({error})")
    state = spec.state_from(snapshot["pre"], snapshot["codes"])
    # A pre-state is the full state when its own root is the one that the witness proves.
    witness = snapshot["witness"]
    full = witness is not None and as_json(spec.state_root(state)) == witness["preStateRoot"]
    output, recorder = spec.run(snapshot, state, access=expected["access"] is not None)

    # Receipts before Byzantium hold the state root, which needs the full state.
    receipts = expected["gasUsed"] is not None and (full or spec.fork_name not in BEFORE_BYZANTIUM)
    for name, value in spec.results(output, state, root=full).items():
        if expected["gasUsed"] is None and name not in ("transactionsRoot", "withdrawalsRoot"):
            continue
        if name == "receiptsRoot" and not receipts:
            continue
        check(f"header.{name}", value, header[name])
    if expected["gasUsed"] is not None:
        check("expected.gasUsed", int(output.block_gas_used), expected["gasUsed"])
        check("expected.txGasUsed", recorder.gas_used, expected["txGasUsed"])
    if receipts:
        check("expected.receipts", spec.receipts(output), expected["receipts"])
    if expected["access"] is not None:
        # Whether SELFDESTRUCT writes the slots it clears is a matter of taste; leave it open.
        gone = {a for entry in recorder.access for a, now in entry["accountChanged"].items() if now is None}

        def lasting(slots):
            return [s for s in slots if s.split("/")[0] not in gone]

        for found, recorded in zip(recorder.access, expected["access"], strict=True):
            for name, value in found.items():
                pair = (value, recorded[name])
                if name == "writes":
                    pair = map(lasting, pair)
                check(f"expected.access[{found['index']}].{name}", *pair)
    return wrong, full


def senders(spec, snapshot):
    """(recovered, recorded) senders; both None where none are recorded."""
    if snapshot["senders"] is None:
        return None, None
    recovered = []
    for text in snapshot["transactions"]:
        tx = spec.wire(text)
        if isinstance(tx, bytes):
            tx = spec.transactions.decode_transaction(tx)
        recovered.append(as_json(recover(spec, snapshot["chainId"], tx)))
    return recovered, snapshot["senders"]


def recover(spec, chain_id, tx):
    """The sender; the specification takes a chain id since Spurious Dragon."""
    recover_sender = spec.transactions.recover_sender
    try:
        return recover_sender(U64(chain_id), tx)
    except TypeError:
        return recover_sender(tx)


def same_rules(header, parent):
    """Whether both are proof-of-stake headers with the same fields, so that one fork can judge them."""
    return parent is not None and header.keys() == parent.keys() and all(
        int(h["difficulty"], 16) == 0 for h in (header, parent))


def chain_with(header):
    """What `validate_header` looks at of a chain: its last header."""
    return SimpleNamespace(blocks=[SimpleNamespace(header=header)])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("blocks", nargs="+", metavar="BLOCK.json")
    parser.add_argument("--plain", action="store_true",
                        help="use the specification's own state snapshots (slow)")
    options = parser.parse_args()
    failed = False
    for path in options.blocks:
        with open(path) as file:
            snapshot = json.load(file)
        start = time.perf_counter()
        wrong, full = differences(snapshot, options.plain)
        seconds = time.perf_counter() - start
        what = "ok" if not wrong else "DIFFERS in " + ", ".join(wrong[:8])
        root = "state root checked" if full else "state root not checkable (partial pre-state)"
        print(f"{path}: {snapshot['fork']}, {len(snapshot['transactions'])} transactions, "
              f"{int(snapshot['header']['gasUsed'], 16)} gas, {root}: {what} ({seconds:.1f} s)")
        failed |= bool(wrong)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
