"""Generates a block of signed transactions with its pre-state and expected results.

    generate.py --mix transfers:30,erc20:40,dex:30 --transactions 50 --seed 1 -o block.json
"""

import argparse
import shlex
import sys
from pathlib import Path

from forks import FORKS
from kinds import KINDS
from plan import Plan
from presets import PRESETS
from snapshot import build, setup_environment, write
from spec import Spec
from world import World

MAINNET_GAS_LIMIT = 30_000_000
WITNESS_ACCOUNTS = 5_000
TRANSFER_GAS = 21_000


def mix_of(text):
    """`kind:weight,kind:weight` as a dictionary; a kind without weight counts 1."""
    mix = {}
    for part in text.split(","):
        name, _, weight = part.partition(":")
        if name not in KINDS:
            raise argparse.ArgumentTypeError(f"unknown kind {name!r}; known: {', '.join(sorted(KINDS))}")
        try:
            mix[name] = float(weight or 1)
        except ValueError:
            raise argparse.ArgumentTypeError(f"weight of {name}: expected a number, found {weight!r}") from None
    return mix


def arguments():
    parser = argparse.ArgumentParser(
        description=__doc__.splitlines()[0], formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="kinds:\n" + "\n".join(f"  {n:12} {f.__doc__.splitlines()[0]}" for n, f in sorted(KINDS.items()))
        + "\n\npresets: " + ", ".join(PRESETS))
    parser.add_argument("--preset", choices=PRESETS, help="a named mix with its options; others override it")
    parser.add_argument("--mix", type=mix_of, help="kinds and weights")
    parser.add_argument("--transactions", type=int,
                        help="number of transactions (default 100, or as many as --gas-limit allows)")
    parser.add_argument("--gas-limit", type=int,
                        help="block gas limit; planning stops when the transactions' own limits reach "
                             f"it (default: as needed, at least {MAINNET_GAS_LIMIT})")
    parser.add_argument("--hot-ratio", type=float, help="share that goes to the hot object (default 0)")
    parser.add_argument("--senders", type=int, help="number of sending accounts (default 0: all different)")
    parser.add_argument("--tokens", type=int, help="number of ERC-20 tokens (default 4)")
    parser.add_argument("--pools", type=int, help="number of DEX pools (default 10)")
    parser.add_argument("--fork", choices=FORKS, default="prague")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--no-expected", action="store_true", help="do not execute the block")
    parser.add_argument("--witness", action=argparse.BooleanOptionalAction,
                        help="include the pre-state's trie nodes (default: up to "
                             f"{WITNESS_ACCOUNTS} accounts)")
    parser.add_argument("--no-access", action="store_true", help="leave expected.access out")
    parser.add_argument("--world", type=Path, help="start from a pre-state that --save-world wrote")
    parser.add_argument("--save-world", type=Path, help="also write the pre-state for reuse")
    parser.add_argument("-o", "--output", type=Path, required=True)
    options = parser.parse_args()
    most = options.gas_limit // TRANSFER_GAS if options.gas_limit else 100
    defaults = dict(transactions=most, hot_ratio=0.0, senders=0, tokens=4, pools=10)
    for name, value in (defaults | (PRESETS[options.preset] if options.preset else {})).items():
        if getattr(options, name) is None:
            setattr(options, name, mix_of(value) if name == "mix" else value)
    if not options.mix:
        parser.error("one of --mix and --preset is needed")
    if not 0 <= options.hot_ratio <= 1:
        parser.error("--hot-ratio: expected a number from 0 to 1")
    return options


def main():
    options = arguments()
    environment = setup_environment(Spec(options.fork), options.seed)
    if options.world:
        world = World.load(options.world, environment)
        if world.spec.fork_name != options.fork:
            sys.exit(f"--world {options.world}: made for fork {world.spec.fork_name}, not {options.fork}")
    else:
        world = World(options.fork, options.seed, environment)
    plan = Plan(world, options.seed, options.senders, options.tokens, options.pools, options.hot_ratio,
                FORKS[options.fork].max_blobs)
    plan.draw(options.mix, KINDS, options.transactions, options.gas_limit)
    if options.save_world:
        world.save(options.save_world)

    needed = sum(t.gas for t in plan.transactions)
    gas_limit = options.gas_limit or max(MAINNET_GAS_LIMIT, -(-needed // 10**6) * 10**6)
    witness = options.witness
    if witness is None:
        witness = len(world.state._main_trie._data) <= WITNESS_ACCOUNTS
    snapshot = build(world, plan, gas_limit, command(options.output), not options.no_expected, witness,
                     not options.no_access)
    write(snapshot, options.output)
    report(options.output, plan, snapshot)


def command(output):
    """The command line, with the folder of the output file left out."""
    return "generate.py " + shlex.join(a.replace(str(output), output.name) for a in sys.argv[1:])


def report(path, plan, snapshot):
    """One line about the block, one about its failed transactions."""
    expected = snapshot["expected"]
    print(f"{path}: {snapshot['fork']}, {len(plan.transactions)} transactions, "
          f"{expected['gasUsed']} gas, {len(snapshot['pre'])} accounts, {path.stat().st_size // 1024} KiB")
    if expected["receipts"]:
        failed = {}
        for planned, receipt in zip(plan.transactions, expected["receipts"]):
            if not succeeded(bytes.fromhex(receipt[2:])):
                failed[planned.kind] = failed.get(planned.kind, 0) + 1
        print("  failed: " + (", ".join(f"{k} {n}" for k, n in sorted(failed.items())) or "none"))


def succeeded(receipt):
    """The status in a consensus-encoded receipt since Byzantium."""
    body = receipt if receipt[0] >= 0xC0 else receipt[1:]
    header = 1 if body[0] < 0xF8 else body[0] - 0xF7 + 1
    return body[header] == 1


if __name__ == "__main__":
    main()
