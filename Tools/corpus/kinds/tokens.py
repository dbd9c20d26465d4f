"""ERC-20 tokens and loyalty points behind an upgradeable proxy."""

from kinds import kind

SUPPLY = 10**30
FUNDS = 10**24
UNLIMITED = 2**256 - 1


def token(plan, index):
    """The ERC-20 token of that number."""
    return plan.world.deploy("erc20", f"Token {index}", f"TK{index}", SUPPLY, tag=index)


def funded(plan, index, user):
    """The token, with a balance for the user."""
    contract = token(plan, index)
    plan.world.once(f"funds {index} {user.address}", lambda: plan.world.call(
        plan.world.deployer, contract, "transfer", user.address, FUNDS))
    return contract


def approved(plan, index, user, spender):
    """The token, with a balance for the user and an unlimited allowance for the spender."""
    contract = funded(plan, index, user)
    plan.world.once(f"allowance {index} {user.address} {spender}", lambda: plan.world.call(
        user, contract, "approve", spender, UNLIMITED))
    return contract


@kind
def erc20(plan):
    """ERC-20 transfer (80 %), transferFrom (10 %) or approve (10 %); hot: one recipient."""
    hot, sender = plan.hot(), plan.sender()
    index = 0 if hot else plan.rng.randrange(plan.tokens)
    amount = plan.rng.randrange(1, 10**20)
    to = plan.world.account("exchange").address if hot else plan.receiver()
    draw = plan.rng.random()
    if hot or draw < 0.8:
        plan.call("erc20", sender, funded(plan, index, sender), "transfer", to, amount, gas=60_000)
    elif draw < 0.9:
        owner = plan.one_off("owner")
        contract = approved(plan, index, owner, sender.address)
        plan.call("erc20", sender, contract, "transferFrom", owner.address, to, amount, gas=65_000)
    else:
        plan.call("erc20", sender, token(plan, index), "approve", to, amount, gas=55_000)


@kind
def failing(plan):
    """ERC-20 transfer that reverts (balance too small) or runs out of gas."""
    sender = plan.sender()
    if plan.rng.random() < 0.7:
        plan.call("failing", sender, token(plan, 0), "transfer", plan.fresh(), SUPPLY, gas=60_000)
    else:
        plan.call("failing", sender, funded(plan, 0, sender), "transfer", plan.fresh(), 1, gas=30_000)


@kind
def proxy(plan):
    """Loyalty points through an EIP-1967 proxy: award, move or redeem; hot: one shop."""
    world = plan.world
    index = plan.pick(3)
    implementation = world.deploy("loyalty_points")
    start = implementation.encode("initialize", world.deployer.address)
    instance = world.deploy("proxy", implementation.address, start, tag=index)
    points = world.at("loyalty_points", instance.address)
    shop = world.account(f"shop {index}")
    world.once(f"shop {index}", lambda: world.call(world.deployer, points, "set_shop", shop.address, True))

    draw = plan.rng.random()
    amount = plan.rng.randrange(1, 10**6)
    if draw < 0.3:
        plan.call("proxy", shop, points, "award", plan.receiver(), amount, gas=120_000)
        return
    sender = plan.sender()
    world.once(f"points {index} {sender.address}", lambda: world.call(
        shop, points, "award", sender.address, 10**12))
    if draw < 0.75:
        plan.call("proxy", sender, points, "move", plan.fresh(), amount, gas=105_000)
    else:
        plan.call("proxy", sender, points, "redeem", shop.address, amount, gas=80_000)
