"""Lending, yield farming and the fee-charging utility token."""

from kinds import kind
from kinds.tokens import FUNDS, approved, token

WAD = 10**18
MONTH = 30 * 86_400
ASSET, COLLATERAL, STAKE, REWARD = 0, 1, 2, 3


def lending_pool(plan, index):
    """A lending pool with something to lend."""
    world = plan.world
    oracle = world.account("oracle")
    tokens = [token(plan, t) for t in (ASSET, COLLATERAL)]
    pool = world.deploy("lending_pool", *(t.address for t in tokens), oracle.address, 2 * WAD, tag=index)
    approved(plan, ASSET, world.deployer, pool.address)
    world.once(f"lend {index}", lambda: world.call(world.deployer, pool, "supply", 10**27))
    return pool, oracle


def borrower(plan, pool, account, debt):
    """The account, with collateral in the pool and a debt."""
    world = plan.world
    approved(plan, COLLATERAL, account, pool.address)

    def borrow():
        world.call(account, pool, "add_collateral", 10**21)
        if debt:
            world.call(account, pool, "borrow", debt)
        return True

    world.once(f"borrower {pool.address} {account.address}", borrow)
    return account


@kind
def lending(plan):
    """Lending pool: supply, withdraw, pledge, borrow, repay, liquidate; hot: one pool."""
    world, index, draw = plan.world, plan.pick(3), plan.rng.random()
    pool, oracle = lending_pool(plan, index)
    sender = plan.sender()
    amount = plan.rng.randrange(10**15, 10**20)
    approved(plan, ASSET, sender, pool.address)
    if draw < 0.25:
        plan.call("lending", sender, pool, "supply", amount, gas=125_000)
    elif draw < 0.4:
        world.once(f"lend {index} {sender.address}", lambda: world.call(sender, pool, "supply", 10**21))
        plan.call("lending", sender, pool, "withdraw", amount, gas=105_000)
    elif draw < 0.55:
        approved(plan, COLLATERAL, sender, pool.address)
        plan.call("lending", sender, pool, "add_collateral", amount, gas=95_000)
    elif draw < 0.8:
        borrower(plan, pool, sender, 0)
        plan.call("lending", sender, pool, "borrow", amount, gas=125_000)
    elif draw < 0.95:
        debtor = borrower(plan, pool, plan.one_off("debtor"), 10**20)
        plan.call("lending", sender, pool, "repay", debtor.address, amount, gas=100_000)
    else:
        # 75 % of 2000 borrowed; the price falls to 1.7 before the block.
        world.call(oracle, pool, "set_price", 2 * WAD)
        debtor = borrower(plan, pool, plan.one_off("risky"), 1_500 * WAD)
        world.call(oracle, pool, "set_price", 17 * WAD // 10)
        plan.call("lending", sender, pool, "liquidate", debtor.address, amount, gas=150_000)


def yield_farm(plan, index):
    """A farm that pays rewards for a month."""
    world = plan.world
    tokens = [token(plan, t) for t in (STAKE, REWARD)]
    contract = world.deploy("yield_farm", *(t.address for t in tokens), tag=index)
    approved(plan, REWARD, world.deployer, contract.address)
    world.once(f"farm {index}", lambda: world.call(world.deployer, contract, "fund", 10**27, MONTH))
    return contract


@kind
def farm(plan):
    """Yield farm: stake (50 %), claim (30 %) or unstake; hot: one farm."""
    world, index, draw = plan.world, plan.pick(3), plan.rng.random()
    contract, sender = yield_farm(plan, index), plan.sender()
    approved(plan, STAKE, sender, contract.address)
    amount = plan.rng.randrange(10**15, 10**20)
    if draw >= 0.5:
        world.once(f"stake {index} {sender.address}",
                   lambda: world.call(sender, contract, "stake", FUNDS // 100, age=86_400))
    if draw < 0.5:
        plan.call("farm", sender, contract, "stake", amount, gas=140_000)
    elif draw < 0.8:
        plan.call("farm", sender, contract, "claim", gas=150_000)
    else:
        plan.call("farm", sender, contract, "unstake", amount, gas=175_000)


@kind
def utility(plan):
    """Utility token transfer, 1 % fee to burn and treasury; hot: to one exempt exchange."""
    world, hot = plan.world, plan.hot()
    exchange = world.account("exchange")
    contract = world.deploy("utility_token", 10**30, 100, world.account("treasury").address)
    world.once("exempt", lambda: world.call(world.deployer, contract, "set_exempt", exchange.address, True))
    sender = plan.sender()

    def first_fee():
        payer = world.account("first payer")
        world.call(world.deployer, contract, "transfer", payer.address, FUNDS)
        world.call(payer, contract, "transfer", world.account("first payee").address, FUNDS)
        return True

    world.once("first fee", first_fee)
    world.once(f"utility {sender.address}", lambda: world.call(
        world.deployer, contract, "transfer", sender.address, FUNDS))
    to = exchange.address if hot else plan.receiver()
    plan.call("utility", sender, contract, "transfer", to, plan.rng.randrange(10**6, 10**20), gas=100_000)
