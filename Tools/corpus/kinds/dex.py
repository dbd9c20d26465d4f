"""Constant-product pools: swaps over one or two pools, liquidity."""

from kinds import kind
from kinds.tokens import FUNDS, approved

DEADLINE = 2**64
DEPTH = 10**27


def router(plan):
    """The router, with a template pair to copy."""
    template = plan.world.deploy("dex_pair", tag="template")
    return plan.world.deploy("dex_router", template.address)


def pool(plan, index):
    """The tokens of pool `index`: token 0 against token `index` + 1, created and filled."""
    world, contract = plan.world, router(plan)
    tokens = [approved(plan, t, world.deployer, contract.address) for t in (0, index + 1)]
    addresses = [t.address for t in tokens]

    def fill():
        world.call(world.deployer, contract, "create_pair", *addresses)
        world.call(world.deployer, contract, "add_liquidity", *addresses, DEPTH, DEPTH * (index % 7 + 1))
        return True

    world.once(f"pool {index}", fill)
    return addresses


@kind
def dex(plan):
    """Swap in one of the pools, in either direction; hot: the first pool."""
    index = plan.pick(plan.pools)
    sender, contract, path = plan.sender(), router(plan), pool(plan, index)
    sold = plan.rng.randrange(2)
    approved(plan, (0, index + 1)[sold], sender, contract.address)
    amount = plan.rng.randrange(10**15, 10**21)
    plan.call("dex", sender, contract, "swap", amount, 1, [path[sold], path[1 - sold]], sender.address,
              DEADLINE, gas=180_000)


@kind
def multihop(plan):
    """Swap over two pools that share a token; hot: starting in the first pool."""
    first = plan.pick(plan.pools)
    second = (first + plan.rng.randrange(1, max(2, plan.pools))) % max(2, plan.pools)
    sender, contract = plan.sender(), router(plan)
    path = [pool(plan, first)[1], *pool(plan, second)]
    approved(plan, first + 1, sender, contract.address)
    amount = plan.rng.randrange(10**15, 10**20)
    plan.call("multihop", sender, contract, "swap", amount, 1, path, plan.receiver(), DEADLINE, gas=280_000)


@kind
def liquidity(plan):
    """Liquidity added to a pool; hot: the first pool."""
    index = plan.pick(plan.pools)
    sender, contract, tokens = plan.sender(), router(plan), pool(plan, index)
    for t in (0, index + 1):
        approved(plan, t, sender, contract.address)
    amount = plan.rng.randrange(10**18, FUNDS // 100)
    plan.call("liquidity", sender, contract, "add_liquidity", *tokens, amount, amount * (index % 7 + 1),
              gas=190_000)
