"""Records what each transaction reads and writes while the executable specification runs it."""

from ethereum.crypto.hash import keccak256

from journal import swap




class Recorder:
    """Wraps the state accessors of a fork for the time of a `with` block.

    Per transaction it keeps gas used and, with `access`, an entry of `expected.access`:
    `reads` and `writes` (storage, `0xaddress/0xslot`), `accountChanged` and `touched`. A read in a
    frame that reverts is still a read; a write is a slot whose value after the transaction differs
    from the value before it. System calls and withdrawals are not recorded.
    """

    def __init__(self, spec, access):
        self.spec, self.keep_access = spec, access
        self.gas_used, self.access = [], []
        self.slots, self.accounts, self.active = {}, {}, False

    def __enter__(self):
        state_module, fork = self.spec.state_module, self.spec.fork
        self.undo = []
        self.wrap(fork.process_transaction, self.around_transaction)
        if self.keep_access:
            self.plain_storage, self.plain_account = (
                state_module.get_storage, state_module.get_account_optional)
            for name in ("get_storage", "set_storage"):
                self.wrap(getattr(state_module, name), self.around_storage)
            for name in ("get_account_optional", "set_account"):
                self.wrap(getattr(state_module, name), self.around_account)
        return self

    def __exit__(self, *_):
        for wrapped, original in reversed(self.undo):
            swap(self.spec.package, wrapped, original)

    def wrap(self, original, around):
        def wrapped(*arguments):
            return around(original, *arguments)

        swap(self.spec.package, original, wrapped)
        self.undo.append((wrapped, original))

    # Each `around_…` notes the first value seen in the transaction, which is the value before it.

    def around_storage(self, original, state, address, key, *value):
        if self.active:
            slot = (address, key)
            if slot not in self.slots:
                self.slots[slot] = self.plain_storage(state, address, key)
        return original(state, address, key, *value)

    def around_account(self, original, state, address, *account):
        if self.active and address not in self.accounts:
            self.accounts[address] = self.plain_account(state, address)
        return original(state, address, *account)

    def around_transaction(self, original, block_env, block_output, tx, index):
        before = block_output.block_gas_used
        self.slots, self.accounts, self.active = {}, {}, True
        try:
            original(block_env, block_output, tx, index)
        finally:
            self.active = False
        self.gas_used.append(int(block_output.block_gas_used - before))
        if self.keep_access:
            self.access.append(self.entry(int(index), block_env.state))

    def entry(self, index, state):
        """The access entry of the transaction that just ended."""
        writes = [s for s, before in self.slots.items() if self.plain_storage(state, *s) != before]
        changed = {}
        for address, before in sorted(self.accounts.items()):
            after = self.plain_account(state, address)
            if after != before:
                changed["0x" + address.hex()] = None if after is None else {
                    "nonce": hex(int(after.nonce)),
                    "balance": hex(int(after.balance)),
                    "codeHash": "0x" + keccak256(after.code).hex(),
                }
        return {
            "index": index,
            "reads": sorted(map(slot_text, self.slots)),
            "writes": sorted(map(slot_text, writes)),
            "accountChanged": changed,
            "touched": sorted("0x" + a.hex() for a in self.accounts),
        }


def slot_text(slot):
    """`0xaddress/0xslot`."""
    return f"0x{slot[0].hex()}/0x{slot[1].hex()}"
