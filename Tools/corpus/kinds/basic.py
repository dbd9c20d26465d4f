"""Plain value transfers and contract creation."""

from contracts import init_code
from kinds import kind


@kind
def transfers(plan):
    """Ether to another account; hot: all to one exchange's deposit address."""
    hot = plan.hot()
    sender = plan.sender()
    to = plan.world.account("exchange").address if hot else plan.receiver()
    plan.add("transfers", sender, to, value=plan.rng.randrange(1, 10**17))


@kind
def create(plan):
    """Deployment of a new ERC-20 token by a contract-creating transaction."""
    number = len(plan.transactions)
    code = init_code("erc20", plan.world.folder, (f"Token {number}", f"T{number}", 10**24))
    plan.add("create", plan.sender(), None, code, gas=1_000_000, type=2)
