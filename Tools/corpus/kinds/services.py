"""Data marketplace, subscriptions, storage deals, game, rollup inbox and blobs."""

from ethereum.crypto.hash import keccak256

from accounts import derive
from kinds import kind
from kinds.tokens import SUPPLY, approved, token
from world import ETHER

PAYMENT = 0
DAY = 86_400
HOUR = 3_600
DEPTH = 4


@kind
def data(plan):
    """Data marketplace: purchase (60 %), publication, rating or withdrawal; hot: one data set."""
    world, draw, number = plan.world, plan.rng.random(), plan.number()
    contract = world.deploy("data_marketplace", token(plan, PAYMENT).address)
    sender = plan.sender()
    if draw < 0.15:
        plan.call("data", sender, contract, "publish", derive(plan.seed, "data", number), 10**15, gas=160_000)
        return
    index = plan.pick(8)
    provider = world.account(f"provider {index}")
    data_set = world.once(f"data set {index}", lambda: world.call(
        provider, contract, "publish", derive(plan.seed, "data set", index), 10**15 * (index + 1)))
    if draw < 0.75:
        approved(plan, PAYMENT, sender, contract.address)
        plan.call("data", sender, contract, "buy", data_set, plan.rng.randrange(1, 30), gas=190_000)
        return
    buyer = plan.one_off("buyer")
    approved(plan, PAYMENT, buyer, contract.address)
    world.call(buyer, contract, "buy", data_set, 10, age=2 * DAY)
    if draw < 0.9:
        plan.call("data", buyer, contract, "rate", data_set, plan.rng.randrange(1, 6), gas=115_000)
    else:
        plan.call("data", sender, contract, "settle", data_set, buyer.address, gas=65_000)


@kind
def subscription(plan):
    """Subscription service: subscribe (50 %), cancel (20 %) or a charge of three subscribers."""
    world, draw, index = plan.world, plan.rng.random(), plan.pick(4)
    contract = world.deploy("subscription", world.account("treasury").address)
    merchant = world.account(f"merchant {index}")
    number = world.once(f"subscription plan {index}", lambda: world.call(
        merchant, contract, "create_plan", token(plan, PAYMENT).address, 10**18, 30 * DAY))

    def subscriber(name, age):
        account = world.account(name)
        approved(plan, PAYMENT, account, contract.address)
        if age:
            world.call(account, contract, "subscribe", number, age=age)
        return account

    unique = plan.number()
    if draw < 0.5:
        plan.call("subscription", subscriber(f"subscriber {unique}", 0), contract, "subscribe", number,
                  gas=165_000)
    elif draw < 0.7:
        plan.call("subscription", subscriber(f"subscriber {unique}", DAY), contract, "cancel", number,
                  gas=50_000)
    else:
        due = [subscriber(f"due {unique} {i}", 30 * DAY + HOUR).address for i in range(3)]
        plan.call("subscription", plan.sender(), contract, "charge", number, due, gas=170_000)


@kind
def deals(plan):
    """Storage deals: opening (40 %), acceptance (25 %) or a Merkle proof with payment."""
    world, draw, number = plan.world, plan.rng.random(), plan.number()
    contract = world.deploy("storage_deals")
    leaves = [derive(plan.seed, "leaf", number, i) for i in range(2**DEPTH)]
    levels = merkle_levels(leaves)
    provider, price = world.account(f"storage {plan.pick(4)}"), 24 * 10**12
    terms = (provider.address, levels[-1][0], DEPTH, 24)
    if draw < 0.4:
        plan.call("deals", plan.sender(), contract, "open", *terms, gas=215_000, value=price)
        return
    client = plan.one_off("client")
    deal = world.call(client, contract, "open", *terms, value=price)
    world.call(provider, contract, "top_up", value=price)
    if draw < 0.65:
        plan.call("deals", provider, contract, "accept", deal, gas=85_000)
        return
    world.call(provider, contract, "accept", deal)
    position = world.call(provider, contract, "challenge", deal, 0)
    path = [level[(position >> height) ^ 1] for height, level in enumerate(levels[:-1])]
    plan.call("deals", provider, contract, "prove", deal, leaves[position], path, gas=130_000)


def merkle_levels(leaves):
    """The levels of a Merkle tree from the hashed leaves up to the root."""
    levels = [[keccak256(leaf) for leaf in leaves]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([keccak256(below[i] + below[i + 1]) for i in range(0, len(below), 2)])
    return levels


@kind
def game(plan):
    """Play-to-earn game: quest (50 %), duel (25 %), new hero, or equipment bought with gold."""
    world, draw = plan.world, plan.rng.random()
    gold = world.deploy("erc20", "Gold", "GLD", SUPPLY, tag="gold")
    contract = world.deploy("game", gold.address)
    world.once("game mints", lambda: world.call(
        world.deployer, gold, "transfer_ownership", contract.address))

    def hero(player):
        return world.once(f"hero {player.address}", lambda: world.call(
            player, contract, "create_hero", value=10**15))

    player = plan.sender()
    if draw < 0.15:
        plan.call("game", player, contract, "create_hero", gas=155_000, value=10**15)
    elif draw < 0.65:
        plan.call("game", player, contract, "quest", hero(player), plan.rng.randrange(1, 11), gas=135_000)
    elif draw < 0.9:
        rival = hero(world.account("rival") if plan.hot() else plan.one_off("rival"))
        plan.call("game", player, contract, "duel", hero(player), rival, gas=140_000)
    else:
        number = hero(player)

        def shop():
            world.call(world.deployer, gold, "transfer", player.address, 10**24)
            world.call(player, gold, "approve", contract.address, 2**255)
            return True

        world.once(f"gold {player.address}", shop)
        plan.call("game", player, contract, "equip", number, plan.rng.randrange(1, 4), gas=95_000)


def rollup_inbox(plan):
    """The inbox and its sequencer."""
    sequencer = plan.world.account("sequencer")
    contract = plan.world.deploy("batch_inbox", sequencer.address, plan.world.account("challenger").address)
    return contract, sequencer


@kind
def inbox(plan):
    """Rollup inbox: batch of 0.5 to 3 kB (60 %) or deposit."""
    contract, sequencer = rollup_inbox(plan)
    if plan.rng.random() < 0.6:
        batch = plan.rng.randbytes(plan.rng.randrange(500, 3_000))
        plan.call("inbox", sequencer, contract, "append_batch", batch, 0, gas=130_000 + 17 * len(batch))
    else:
        plan.call("inbox", plan.sender(), contract, "deposit", plan.fresh(),
                  plan.rng.randbytes(40), gas=125_000, value=plan.rng.randrange(1, ETHER // 100))


@kind
def blobs(plan):
    """Type-3 transaction with one to six blobs, as long as the block has room; else as `inbox`."""
    count = min(plan.rng.randrange(1, 7), plan.blobs_left)
    if count == 0:
        inbox(plan)
        return
    plan.blobs_left -= count
    contract, sequencer = rollup_inbox(plan)
    number = plan.number()
    hashes = [b"\x01" + derive(plan.seed, "blob", number, i)[1:] for i in range(count)]
    plan.call("blobs", sequencer, contract, "append_batch", b"".join(hashes), 0, gas=130_000, type=3,
              blob_hashes=hashes)
