"""The executable specification (PyPI `ethereum-execution`) behind one small interface."""

import importlib
from dataclasses import fields, is_dataclass

from ethereum_rlp import rlp
from ethereum_types.bytes import Bytes, Bytes8, Bytes20, Bytes32, Bytes256
from ethereum_types.numeric import U64, U256, Uint

from ethereum.crypto.hash import keccak256

import journal
from recorder import Recorder

EMPTY_CODE_HASH = "0x" + keccak256(b"").hex()

#: Header fields in consensus order: JSON-RPC name, the specification's name, type.
HEADER_FIELDS = [
    ("parentHash", "parent_hash", Bytes32),
    ("sha3Uncles", "ommers_hash", Bytes32),
    ("miner", "coinbase", Bytes20),
    ("stateRoot", "state_root", Bytes32),
    ("transactionsRoot", "transactions_root", Bytes32),
    ("receiptsRoot", "receipt_root", Bytes32),
    ("logsBloom", "bloom", Bytes256),
    ("difficulty", "difficulty", Uint),
    ("number", "number", Uint),
    ("gasLimit", "gas_limit", Uint),
    ("gasUsed", "gas_used", Uint),
    ("timestamp", "timestamp", U256),
    ("extraData", "extra_data", Bytes),
    ("mixHash", "prev_randao", Bytes32),
    ("nonce", "nonce", Bytes8),
    ("baseFeePerGas", "base_fee_per_gas", Uint),
    ("withdrawalsRoot", "withdrawals_root", Bytes32),
    ("blobGasUsed", "blob_gas_used", U64),
    ("excessBlobGas", "excess_blob_gas", U64),
    ("parentBeaconBlockRoot", "parent_beacon_block_root", Bytes32),
    ("requestsHash", "requests_hash", Bytes32),
]


def unhex(text):
    """Bytes of a `0x` string."""
    return bytes.fromhex(text[2:])


def as_json(value):
    """A header value as JSON-RPC writes it: quantities minimal, bytes in full."""
    return "0x" + value.hex() if isinstance(value, (bytes, bytearray)) else hex(int(value))


class Spec:
    """One fork of the specification.

    `journaled` swaps the quadratic snapshots for an undo journal (see `journal.py`). The swap is
    made in the fork's modules, so one process can hold a fork either plain or journaled.
    """

    def __init__(self, fork, journaled=True):
        self.fork_name = fork
        package = f"ethereum.forks.{fork}"
        try:
            self.fork = importlib.import_module(f"{package}.fork")
        except ModuleNotFoundError:
            raise SystemExit(f"--fork {fork}: the specification has no such fork") from None
        self.package = package
        if journaled and not getattr(self.fork, "_journaled", False):
            journal.install(package)
            self.fork._journaled = True
        self.state_module = self.module("state")
        self.trie = self.module("trie")
        self.transactions = self.module("transactions")
        self.blocks = self.module("blocks")
        self.vm = self.module("vm")
        self.Account = self.module("fork_types").Account
        self.Address = self.module("fork_types").Address

    def module(self, name):
        """A module of this fork by its path inside the fork's package."""
        return importlib.import_module(f"{self.package}.{name}")

    def has(self, field):
        """Whether this fork's header has the field (a JSON-RPC name)."""
        names = {f.name for f in fields(self.blocks.Header)}
        return any(rpc == field and name in names for rpc, name, _ in HEADER_FIELDS)

    # State

    def state_from(self, pre, codes):
        """A state holding exactly the accounts of a snapshot's `pre`."""
        state = self.state_module.State()
        for address, account in pre.items():
            code = b"" if account["codeHash"] == EMPTY_CODE_HASH else unhex(codes[account["codeHash"]])
            self.put(state, address, int(account["nonce"], 16), int(account["balance"], 16), code,
                     {k: int(v, 16) for k, v in account["storage"].items()})
        return state

    def put(self, state, address, nonce=0, balance=0, code=b"", storage=()):
        """Sets one account outside any transaction."""
        key = self.Address(unhex(address))
        self.state_module.set_account(
            state, key, self.Account(nonce=Uint(nonce), balance=U256(balance), code=Bytes(code)))
        for slot, value in dict(storage).items():
            if value:
                self.state_module.set_storage(state, key, Bytes32(unhex(slot)), U256(value))

    def dump(self, state):
        """The whole state as a snapshot's (`pre`, `codes`), sorted by address and slot."""
        pre, codes = {}, {}
        for address, account in sorted(state._main_trie._data.items()):
            code_hash = "0x" + keccak256(account.code).hex()
            if account.code:
                codes[code_hash] = as_json(account.code)
            trie = state._storage_tries.get(address)
            pre["0x" + address.hex()] = {
                "nonce": hex(int(account.nonce)),
                "balance": hex(int(account.balance)),
                "codeHash": code_hash,
                "storage": {} if trie is None else {
                    "0x" + slot.hex(): f"0x{int(value):064x}" for slot, value in sorted(trie._data.items())
                },
            }
        return pre, dict(sorted(codes.items()))

    def state_root(self, state, nodes=None):
        """The state root; with a list as `nodes`, also appends every hashed trie node's RLP."""
        if nodes is None:
            return self.state_module.state_root(state)
        encode, hash_function = self.trie.encode_internal_node, self.trie.keccak256

        def recording_hash(data):
            nodes.append(bytes(data))
            return hash_function(data)

        def encode_and_record(node):
            self.trie.keccak256 = recording_hash
            try:
                return encode(node)
            finally:
                self.trie.keccak256 = hash_function

        self.trie.encode_internal_node = encode_and_record
        try:
            return self.state_module.state_root(state)
        finally:
            self.trie.encode_internal_node = encode

    # Blocks

    def header(self, rpc):
        """The specification's header for a JSON-RPC header object."""
        names = {f.name for f in fields(self.blocks.Header)}
        values = {}
        for rpc_name, name, kind in HEADER_FIELDS:
            name = "mix_digest" if rpc_name == "mixHash" and "mix_digest" in names else name
            if name in names:
                text = rpc[rpc_name]
                values[name] = kind(int(text, 16)) if kind in (Uint, U64, U256) else kind(unhex(text))
        return self.blocks.Header(**values)

    def header_hash(self, rpc):
        """The block hash of a JSON-RPC header object."""
        return keccak256(rlp.encode(self.header(rpc)))

    def environment(self, snapshot, state):
        """The block environment that a snapshot describes."""
        header = self.header(snapshot["header"])
        number = int(header.number)
        hashes = {int(n): unhex(h) for n, h in snapshot["blockHashes"].items()}
        oldest = min(hashes, default=number)
        candidates = dict(
            chain_id=U64(snapshot["chainId"]), state=state, block_gas_limit=header.gas_limit,
            block_hashes=[Bytes32(hashes.get(n, bytes(32))) for n in range(oldest, number)],
            coinbase=header.coinbase, number=header.number, time=header.timestamp,
            difficulty=header.difficulty, parent_hash=header.parent_hash)
        for name in ("base_fee_per_gas", "prev_randao", "excess_blob_gas", "parent_beacon_block_root"):
            if hasattr(header, name):
                candidates[name] = getattr(header, name)
        wanted = {f.name for f in fields(self.vm.BlockEnvironment)}
        return self.vm.BlockEnvironment(**{k: v for k, v in candidates.items() if k in wanted})

    def run(self, snapshot, state, access=True):
        """Executes a snapshot's block on `state`; returns the block output and the recorder."""
        recorder = Recorder(self, access)
        body = [snapshot["withdrawals"] if self.has("withdrawalsRoot") else snapshot["uncles"]]
        if self.has("withdrawalsRoot"):
            body = [tuple(map(self.withdrawal, body[0]))]
        elif int(snapshot["header"]["difficulty"], 16) or "baseFeePerGas" not in snapshot["header"]:
            # Some sources give uncles by hash alone; their rewards are then missing, no more.
            body = [tuple(self.header(u) for u in body[0] if isinstance(u, dict))]
        else:
            body = []  # Paris: neither uncles nor withdrawals
        with recorder:
            output = self.fork.apply_body(
                self.environment(snapshot, state),
                tuple(self.wire(t) for t in snapshot["transactions"]), *body)
        return output, recorder

    def wire(self, text):
        """A snapshot's transaction in the form that `apply_body` takes."""
        data = unhex(text)
        if data[0] < 0xC0:
            return Bytes(data)
        # Before Berlin, the specification has one kind of transaction and no name for the kind.
        legacy = getattr(self.transactions, "LegacyTransaction", self.transactions.Transaction)
        return rlp.decode_to(legacy, data)

    def withdrawal(self, rpc):
        """The specification's withdrawal for a JSON-RPC one."""
        return self.blocks.Withdrawal(
            index=U64(int(rpc["index"], 16)), validator_index=U64(int(rpc["validatorIndex"], 16)),
            address=self.Address(unhex(rpc["address"])), amount=U256(int(rpc["amount"], 16)))

    def results(self, output, state, root=True):
        """Header fields that follow from execution, as JSON-RPC writes them."""
        derived = {
            "transactionsRoot": self.trie.root(output.transactions_trie),
            "receiptsRoot": self.trie.root(output.receipts_trie),
            "logsBloom": self.module("bloom").logs_bloom(output.block_logs),
            "gasUsed": output.block_gas_used,
        }
        if root:
            derived["stateRoot"] = self.state_root(state)
        if self.has("withdrawalsRoot"):
            derived["withdrawalsRoot"] = self.trie.root(output.withdrawals_trie)
        if self.has("blobGasUsed"):
            derived["blobGasUsed"] = output.blob_gas_used
        if self.has("requestsHash"):
            derived["requestsHash"] = self.module("requests").compute_requests_hash(output.requests)
        return {name: as_json(value) for name, value in derived.items()}

    def receipts(self, output):
        """Consensus-encoded receipts in block order."""
        encoded = []
        for key in output.receipt_keys:
            receipt = output.receipts_trie._data[key]
            encoded.append(as_json(rlp.encode(receipt) if is_dataclass(receipt) else receipt))
        return encoded
