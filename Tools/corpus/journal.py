"""A faster state store for the executable specification.

The specification snapshots its state by copying every dictionary at every call frame, which is
quadratic in the size of the pre-state. This module swaps those snapshots for an undo journal. It
replaces storage plumbing only (the functions of `state.py` named in `install`); the EVM, gas and
block rules remain the specification's own. `verify.py --plain` runs without it, to show that it
changes nothing.
"""

import functools
import sys
from dataclasses import dataclass, field

from ethereum_types.numeric import U256


@dataclass
class Undo:
    """Undo entries since the outermost `begin_transaction`, kept on the state object."""

    entries: list = field(default_factory=list)
    marks: list = field(default_factory=list)
    originals: dict = field(default_factory=dict)


def install(fork_package):
    """Replaces the snapshot functions in every loaded module of `fork_package`."""
    state_module = sys.modules[f"{fork_package}.state"]
    trie_set, trie_get = state_module.trie_set, state_module.trie_get
    plain_storage = state_module.set_storage
    has_transient = hasattr(state_module, "TransientStorage")
    copy_trie = state_module.copy_trie

    def undo_of(state):
        undo = getattr(state, "_undo", None)
        if undo is None:
            undo = state._undo = Undo()
        return undo

    def begin_transaction(state, transient=None):
        undo = undo_of(state)
        undo.marks.append(len(undo.entries))
        state._snapshots.append(None)
        if has_transient:
            transient._snapshots.append({k: copy_trie(t) for k, t in transient._tries.items()})

    def finish(state, undo):
        undo.marks.pop()
        state._snapshots.pop()
        if not undo.marks:
            undo.entries.clear()
            undo.originals.clear()
            # Forks before Constantinople have no SSTORE refund rule that needs the set.
            getattr(state, "created_accounts", set()).clear()

    def commit_transaction(state, transient=None):
        finish(state, undo_of(state))
        if has_transient:
            transient._snapshots.pop()

    def rollback_transaction(state, transient=None):
        undo = undo_of(state)
        mark = undo.marks[-1]
        while len(undo.entries) > mark:
            undo.entries.pop()()
        finish(state, undo)
        if has_transient:
            transient._tries = transient._snapshots.pop()

    def set_account(state, address, account):
        undo = undo_of(state)
        if undo.marks:
            old = trie_get(state._main_trie, address)
            undo.entries.append(lambda: trie_set(state._main_trie, address, old))
        trie_set(state._main_trie, address, account)

    def set_storage(state, address, key, value):
        undo = undo_of(state)
        if undo.marks:
            trie = state._storage_tries.get(address)
            old = U256(0) if trie is None else trie_get(trie, key)
            undo.originals.setdefault((address, key), old)
            # The raw write is used because the account may be gone when the entry is undone.
            undo.entries.append(lambda: restore_storage(state, address, key, old))
        plain_storage(state, address, key, value)

    def restore_storage(state, address, key, value):
        trie = state._storage_tries.get(address)
        if trie is None:
            if value == 0:
                return
            trie = state._storage_tries[address] = state_module.Trie(secured=True, default=U256(0))
        trie_set(trie, key, value)
        if not trie._data:
            del state._storage_tries[address]

    def destroy_storage(state, address):
        trie = state._storage_tries.pop(address, None)
        undo = undo_of(state)
        if trie is not None and undo.marks:
            for key, value in trie._data.items():
                undo.originals.setdefault((address, key), value)
            undo.entries.append(lambda: state._storage_tries.__setitem__(address, trie))

    def get_storage_original(state, address, key):
        if address in state.created_accounts:
            return U256(0)
        original = undo_of(state).originals.get((address, key))
        return state_module.get_storage(state, address, key) if original is None else original

    replace(fork_package, begin_transaction, commit_transaction, rollback_transaction,
            set_account, set_storage, destroy_storage, get_storage_original)
    memoise_jump_destinations(fork_package)


def replace(fork_package, *functions):
    """Rebinds each function's name wherever a module of the fork holds the original."""
    home = sys.modules[f"{fork_package}.state"]
    for function in functions:
        if not hasattr(home, function.__name__):
            continue  # get_storage_original: Istanbul and later
        swap(fork_package, getattr(home, function.__name__), function)


def swap(fork_package, original, function):
    """Rebinds every reference that the fork's modules hold to `original`."""
    for name, module in list(sys.modules.items()):
        if name.startswith(fork_package + "."):
            for attribute, value in list(vars(module).items()):
                if value is original:
                    setattr(module, attribute, function)


def memoise_jump_destinations(fork_package):
    """Jump destinations are a pure function of the code; the specification recomputes them."""
    original = sys.modules[f"{fork_package}.vm.runtime"].get_valid_jump_destinations
    swap(fork_package, original, functools.lru_cache(maxsize=4096)(original))
