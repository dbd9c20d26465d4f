"""Compiles Corpus/contracts/*.vy with Vyper; `--check` compares with what is committed instead.

Each contract is compiled twice: `<name>.json` for Cancun (PUSH0, MCOPY, transient storage) and
`london/<name>.json` for blocks of the forks before it.
"""

import argparse
import json
import sys
import warnings
from pathlib import Path

import vyper
from vyper.compiler.input_bundle import JSONInput
from vyper.compiler.settings import Settings
from vyper.warnings import VyperWarning

CONTRACTS = Path(__file__).resolve().parents[2] / "Corpus" / "contracts"

#: EVM version: folder under Corpus/contracts.
BUILDS = {"cancun": ".", "london": "london"}


def compile_contract(source, evm_version):
    """The JSON text for one source file and EVM version."""
    layout = source.with_suffix(".layout.json")
    override = None
    if layout.exists():
        text = layout.read_text()
        override = JSONInput(0, layout.name, layout.name, text, json.loads(text))
    output = vyper.compile_code(
        source.read_text(),
        contract_path=source.name,
        output_formats=["abi", "bytecode", "bytecode_runtime"],
        settings=Settings(evm_version=evm_version),
        storage_layout_override=override,
    )
    return json.dumps({
        "name": source.stem,
        "compiler": f"vyper {vyper.__version__}",
        "evmVersion": evm_version,
        "abi": output["abi"],
        "bytecode": output["bytecode"],
        "runtime": output["bytecode_runtime"],
    }, indent=1) + "\n"


def main():
    # Before Paris, PREVRANDAO is DIFFICULTY: the same opcode, and random enough for a game.
    warnings.simplefilter("ignore", VyperWarning)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="contracts to compile; default all")
    parser.add_argument("--check", action="store_true", help="exit 1 if a committed file differs")
    options = parser.parse_args()

    sources = [s for s in sorted(CONTRACTS.glob("*.vy")) if not options.names or s.stem in options.names]
    stale = []
    for source in sources:
        for evm_version, folder in BUILDS.items():
            path = CONTRACTS / folder / f"{source.stem}.json"
            text = compile_contract(source, evm_version)
            if not options.check:
                path.parent.mkdir(exist_ok=True)
                path.write_text(text)
            elif not path.exists() or path.read_text() != text:
                stale.append(path.relative_to(CONTRACTS))
    for path in stale:
        print(f"{path}: differs from its source; run compile.py", file=sys.stderr)
    if not stale:
        print(f"{len(sources)} contracts, {len(BUILDS)} EVM versions: {'up to date' if options.check else 'compiled'}")
    sys.exit(1 if stale else 0)


if __name__ == "__main__":
    main()
