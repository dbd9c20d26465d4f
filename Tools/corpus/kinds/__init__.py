"""Kinds of transactions that a mix can name. Each is a function of a `Plan` that appends one."""

KINDS = {}


def kind(function):
    """Registers a kind under the function's name; the first line of its docstring describes it."""
    KINDS[function.__name__] = function
    return function


from kinds import basic, dex, finance, governance, identity, nfts, services, tokens, wallets  # noqa: E402,F401  (they register themselves)
