"""Compiled contracts of the corpus: loading and ABI encoding."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from eth_abi import decode, encode

from ethereum.crypto.hash import keccak256

FOLDER = Path(__file__).resolve().parents[2] / "Corpus" / "contracts"


@lru_cache(maxsize=None)
def artifact(name, folder):
    """The compiled contract `Corpus/contracts/[folder/]name.json`."""
    return json.loads((FOLDER / folder / f"{name}.json").read_text())


def type_of(item):
    """The canonical ABI type of an input or output, structs written as tuples."""
    if item["type"].startswith("tuple"):
        inner = ",".join(map(type_of, item["components"]))
        return f"({inner}){item['type'][5:]}"
    return item["type"]


def entry(abi, name, count):
    """The ABI entry of a function (or "constructor") that takes `count` arguments."""
    for item in abi:
        named = item["type"] == "constructor" if name == "constructor" else item.get("name") == name
        if named and item["type"] != "event" and len(item["inputs"]) == count:
            return item
    if name == "constructor" and count == 0:
        return {"inputs": [], "outputs": []}
    raise KeyError(f"no function {name} with {count} arguments")


@dataclass(frozen=True)
class Contract:
    """A deployed contract: its name in the corpus (for the ABI) and its address."""

    name: str
    folder: str
    address: str

    def encode(self, function, *arguments):
        """Calldata for a call."""
        item = entry(artifact(self.name, self.folder)["abi"], function, len(arguments))
        types = list(map(type_of, item["inputs"]))
        selector = keccak256(f"{function}({','.join(types)})".encode())[:4]
        return selector + encode(types, arguments)

    def decode(self, function, count, data):
        """The values that a call returned; a single one without its tuple."""
        item = entry(artifact(self.name, self.folder)["abi"], function, count)
        values = decode(list(map(type_of, item["outputs"])), data) if item["outputs"] else ()
        return values[0] if len(values) == 1 else values


def init_code(name, folder, arguments):
    """Creation bytecode followed by the encoded constructor arguments."""
    compiled = artifact(name, folder)
    types = list(map(type_of, entry(compiled["abi"], "constructor", len(arguments))["inputs"]))
    return bytes.fromhex(compiled["bytecode"][2:]) + encode(types, arguments)
