"""Seeded accounts and signed transactions."""

from dataclasses import dataclass, field

from coincurve import PrivateKey
from ethereum_rlp import rlp

from ethereum.crypto.hash import keccak256


def derive(seed, *parts):
    """32 bytes that depend on the seed and the parts alone."""
    return keccak256("/".join(["wavefront-corpus", str(seed), *map(str, parts)]).encode())


class Account:
    """An externally owned account with a key derived from the seed and its name."""

    def __init__(self, seed, name):
        self.name = name
        self.key = PrivateKey(derive(seed, "key", name))
        public = self.key.public_key.format(compressed=False)[1:]
        self.address = "0x" + keccak256(public)[12:].hex()

    def sign(self, digest):
        """(y parity, r, s) over a digest; deterministic (RFC 6979), low s."""
        signature = self.key.sign_recoverable(digest, hasher=None)
        return signature[64], int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:64], "big")


@dataclass
class Authorization:
    """EIP-7702: `authority` lets its account run the code at `target`."""

    authority: Account
    target: str
    nonce: int


@dataclass
class Planned:
    """A transaction before it is signed. `to` is None for a contract creation."""

    kind: str
    sender: Account
    to: str | None
    data: bytes = b""
    value: int = 0
    gas: int = 21_000
    type: int = 2
    access_list: list = field(default_factory=list)
    blob_hashes: list = field(default_factory=list)
    authorizations: list = field(default_factory=list)
    nonce: int = 0
    fee: int = 0
    tip: int = 0

    def encode(self, chain_id):
        """Signs and returns the consensus encoding (RLP or EIP-2718 envelope)."""
        to = b"" if self.to is None else bytes.fromhex(self.to[2:])
        if self.type == 0:
            head = [self.nonce, self.fee, self.gas, to, self.value, self.data]
            parity, r, s = self.sender.sign(keccak256(encode(head + [chain_id, 0, 0])))
            return encode(head + [35 + 2 * chain_id + parity, r, s])
        access = [[bytes.fromhex(a[2:]), list(slots)] for a, slots in self.access_list]
        fees = [self.fee] if self.type == 1 else [self.tip, self.fee]
        body = [chain_id, self.nonce, *fees, self.gas, to, self.value, self.data, access]
        if self.type == 3:
            body += [MAX_BLOB_FEE, self.blob_hashes]
        if self.type == 4:
            body += [[authorization(a, chain_id) for a in self.authorizations]]
        envelope = bytes([self.type])
        return envelope + encode(body + list(self.sender.sign(keccak256(envelope + encode(body)))))


MAX_BLOB_FEE = 10**9


def authorization(a, chain_id):
    """A signed EIP-7702 authorization tuple."""
    body = [chain_id, bytes.fromhex(a.target[2:]), a.nonce]
    return body + list(a.authority.sign(keccak256(b"\x05" + encode(body))))


def encode(item):
    """RLP of nested lists of byte strings and integers."""
    return rlp.encode(plain(item))


def plain(item):
    if isinstance(item, int):
        return item.to_bytes((item.bit_length() + 7) // 8, "big")
    return [plain(i) for i in item] if isinstance(item, (list, tuple)) else bytes(item)
