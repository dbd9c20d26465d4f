"""NFT collections and the royalty marketplace."""

from kinds import kind
from world import ETHER

PRICE = ETHER // 100
FOREVER = 2**64


def collection(plan, index):
    """The NFT collection of that number."""
    creator = plan.world.account(f"artist {index}")
    return plan.world.deploy(
        "nft", f"Collection {index}", f"NFT{index}", PRICE, 10**6, 500, tag=index, by=creator)


def owned(plan, index, owner):
    """A collection and a token in it that is minted for `owner` and used by no other transaction."""
    contract = collection(plan, index)
    number = plan.world.call(owner, contract, "mint", value=PRICE)
    return contract, number


def market(plan):
    """The marketplace."""
    return plan.world.deploy("nft_marketplace", plan.world.account("treasury").address)


@kind
def nft(plan):
    """NFT mint (half) or transfer; hot: one collection."""
    index, sender = plan.pick(4), plan.sender()
    if plan.rng.random() < 0.5:
        plan.call("nft", sender, collection(plan, index), "mint", gas=115_000, value=PRICE)
    else:
        contract, number = owned(plan, index, sender)
        plan.call("nft", sender, contract, "transferFrom", sender.address, plan.fresh(), number, gas=75_000)


@kind
def marketplace(plan):
    """NFT sale: listing (40 %), purchase with royalty (50 %) or withdrawal of proceeds (10 %)."""
    world, contract = plan.world, market(plan)
    index, draw = plan.pick(4), plan.rng.random()
    sender = plan.sender()
    price = plan.rng.randrange(1, 100) * ETHER // 1000
    if draw < 0.4:
        nfts, number = owned(plan, index, sender)
        plan.call("marketplace", sender, contract, "list_token", nfts.address, number, price, FOREVER,
                  gas=125_000)
        return
    seller = plan.one_off("seller")
    nfts, number = owned(plan, index, seller)
    world.once(f"operator {index} {seller.address}", lambda: world.call(
        seller, nfts, "setApprovalForAll", contract.address, True))
    world.call(seller, contract, "list_token", nfts.address, number, price, FOREVER)
    if draw < 0.9:
        plan.call("marketplace", sender, contract, "buy", nfts.address, number, gas=200_000, value=price)
    else:
        world.call(sender, contract, "buy", nfts.address, number, value=price)
        plan.call("marketplace", seller, contract, "withdraw", gas=60_000)
