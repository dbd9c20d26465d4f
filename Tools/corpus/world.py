"""The pre-state: contracts deployed and initialised by running them on the specification."""

import json
from dataclasses import fields
from pathlib import Path

from ethereum_types.bytes import Bytes, Bytes0
from ethereum_types.numeric import U256, Uint

from accounts import Account, derive
from contracts import Contract, init_code
from spec import Spec, unhex

ETHER = 10**18
SETUP_GAS = 30_000_000
BEFORE_CANCUN = ("london", "arrow_glacier", "gray_glacier", "paris", "shanghai")


class SetupError(Exception):
    """A deployment or an initialising call failed; its message names contract and function."""


class World:
    """A chain state under construction.

    Everything is created on first use and remembered under a key (`once`), so the pre-state holds
    just what the planned transactions need, and a world saved to a file can serve further blocks.
    """

    def __init__(self, fork, seed, environment):
        self.spec, self.seed = Spec(fork), seed
        self.folder = "london" if fork in BEFORE_CANCUN else "."
        self.state = self.spec.state_module.State()
        self.environment = environment
        self.memory, self.accounts = {}, {}
        self.deployer = self.account("deployer")
        self.add_system_contracts()

    # Accounts

    def account(self, name, balance=1_000 * ETHER):
        """The account of that name, funded when first asked for."""
        if name not in self.accounts:
            account = self.accounts[name] = Account(self.seed, name)
            if not self.memory.get(f"funded {name}"):
                self.memory[f"funded {name}"] = True
                self.spec.put(self.state, account.address, balance=balance)
        return self.accounts[name]

    def address(self, *parts):
        """An address that nobody holds the key of and that no state knows yet."""
        return "0x" + derive(self.seed, "address", *parts)[12:].hex()

    def nonce(self, address):
        """The nonce of an account in the pre-state."""
        account = self.spec.state_module.get_account(self.state, self.spec.Address(unhex(address)))
        return int(account.nonce)

    def once(self, key, make):
        """What `make` returned the first time that this key was asked for. It must fit in JSON."""
        if key not in self.memory:
            self.memory[key] = make()
        return self.memory[key]

    # Contracts

    def deploy(self, name, *arguments, tag="", by=None, value=0):
        """The contract deployed under (name, tag), deployed now if it is not there yet."""
        sender = by or self.deployer
        address = self.once(f"contract {name} {tag}", lambda: self.create(name, arguments, sender, value))
        return Contract(name, self.folder, address)

    def at(self, name, address):
        """A contract that another contract created."""
        return Contract(name, self.folder, address)

    def create(self, name, arguments, sender, value):
        code = init_code(name, self.folder, arguments)
        _, address = self.message(sender, None, code, value, f"{name}.constructor")
        return address

    def call(self, sender, contract, function, *arguments, value=0, age=0):
        """Makes an initialising call, `age` seconds before the parent block, and returns what it
        returned; raises SetupError."""
        data = contract.encode(function, *arguments)
        what = f"{contract.name}.{function}"
        output, _ = self.message(sender, contract.address, data, value, what, age)
        return contract.decode(function, len(arguments), output)

    def message(self, sender, to, data, value, what, age=0):
        """Runs one top-level message without fees; returns its output and the target's address."""
        spec, state = self.spec, self.state
        origin = spec.Address(unhex(sender.address))
        spec.state_module.increment_nonce(state, origin)
        tx = spec.transactions.LegacyTransaction(
            nonce=U256(0), gas_price=Uint(0), gas=Uint(SETUP_GAS),
            to=Bytes0(b"") if to is None else spec.Address(unhex(to)), value=U256(value),
            data=Bytes(data), v=U256(0), r=U256(0), s=U256(0))
        block_env = spec.environment(self.environment, state)
        block_env.time = U256(int(block_env.time) - age)
        candidates = dict(
            origin=origin, gas_price=Uint(0), gas=Uint(SETUP_GAS), access_list_addresses=set(),
            access_list_storage_keys=set(), blob_versioned_hashes=(), authorizations=(),
            index_in_block=None, tx_hash=None)
        if hasattr(spec.state_module, "TransientStorage"):
            candidates["transient_storage"] = spec.state_module.TransientStorage()
        wanted = {f.name for f in fields(spec.vm.TransactionEnvironment)}
        tx_env = spec.vm.TransactionEnvironment(**{k: v for k, v in candidates.items() if k in wanted})
        message = spec.module("utils.message").prepare_message(block_env, tx_env, tx)

        # The output is not part of what `process_message_call` returns in every fork.
        inner = spec.module("vm.interpreter")
        evm = (inner.process_create_message if to is None else inner.process_message)(message)
        if evm.error:
            raise SetupError(f"setup: {what} failed: {evm.error!r} {reason(evm.output)}")
        return bytes(evm.output), "0x" + message.current_target.hex()

    def add_system_contracts(self):
        """EIP-4788, 2935, 7002 and 7251 where the fork's header shows that it has them."""
        for contract in json.loads((Path(__file__).parent / "system_contracts.json").read_text()):
            if self.spec.has(contract["sinceHeaderField"]):
                self.spec.put(self.state, contract["address"], nonce=1, code=unhex(contract["code"]))

    # Files

    def save(self, path):
        """Writes state and memory, for `load`."""
        pre, codes = self.spec.dump(self.state)
        path.write_text(json.dumps({
            "fork": self.spec.fork_name, "seed": self.seed, "memory": self.memory, "pre": pre, "codes": codes}))

    @classmethod
    def load(cls, path, environment):
        """A world that `save` wrote."""
        saved = json.loads(path.read_text())
        world = cls(saved["fork"], saved["seed"], environment)
        world.memory = saved["memory"]
        world.state = world.spec.state_from(saved["pre"], saved["codes"])
        return world


def reason(output):
    """The text of a `revert` with a reason string, or the raw output."""
    if output[:4] == bytes.fromhex("08c379a0"):
        length = int.from_bytes(output[36:68], "big")
        return bytes(output[68:68 + length]).decode(errors="replace")
    return output.hex()
