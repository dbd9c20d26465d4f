"""Kinds of transactions that a mix can name. Each is a function of a `Plan` that appends one."""

KINDS = {}


def kind(function):
    """Registers a kind under the function's name; the first line of its docstring describes it."""
    KINDS[function.__name__] = function
    return function


# Imported for their side effect: the modules register their kinds.
from kinds import (  # noqa: E402,F401
    basic, dex, finance, governance, identity, nfts, services, tokens, wallets)
