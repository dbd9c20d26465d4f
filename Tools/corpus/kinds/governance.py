"""DAO votes and fractional ownership of an NFT."""

from kinds import kind
from kinds.nfts import owned
from kinds.tokens import approved, token
from world import ETHER

VOTE_TOKEN = 0
DAY = 86_400
SHARES = 10**24


def organisation(plan):
    """The DAO, with a treasury and one proposal that is open for votes."""
    world = plan.world
    contract = world.deploy("dao", token(plan, VOTE_TOKEN).address, value=10 * ETHER)
    member(plan, contract, world.deployer, 10**23)  # alone enough for a quorum
    world.once("first proposal", lambda: world.call(
        world.deployer, contract, "propose", world.address("grant"), ETHER, b""))
    return contract


def member(plan, contract, account, amount=10**21):
    """The account, with a deposit in the DAO."""
    approved(plan, VOTE_TOKEN, account, contract.address)
    plan.world.once(f"member {account.address}", lambda: plan.world.call(
        account, contract, "deposit", amount))
    return account


@kind
def dao(plan):
    """DAO: vote on a shared proposal (65 %), deposit, propose, or execute a passed proposal."""
    world, contract, draw = plan.world, organisation(plan), plan.rng.random()
    if draw < 0.65:
        # One vote a member: repeated senders vote through accounts of their own.
        voter = member(plan, contract, plan.one_off("voter") if plan.senders else plan.sender())
        plan.call("dao", voter, contract, "vote", 0, plan.rng.random() < 0.7, gas=120_000)
    elif draw < 0.8:
        sender = plan.sender()
        approved(plan, VOTE_TOKEN, sender, contract.address)
        plan.call("dao", sender, contract, "deposit", plan.rng.randrange(1, 10**20), gas=95_000)
    elif draw < 0.9:
        sender = member(plan, contract, plan.sender())
        plan.call("dao", sender, contract, "propose", plan.fresh(), 1, b"", gas=180_000)
    else:
        proposer = member(plan, contract, plan.one_off("proposer"))
        data, target = b"", plan.fresh()
        passed = world.call(proposer, contract, "propose", target, ETHER // 1000, data, age=5 * DAY)
        world.call(world.deployer, contract, "vote", passed, True, age=5 * DAY)
        plan.call("dao", plan.sender(), contract, "execute", passed, data, gas=120_000)


@kind
def vault(plan):
    """Fractional vault: share transfer (70 %), naming a reserve price, or a buy-out; hot: one vault."""
    world, index, draw = plan.world, plan.pick(3), plan.rng.random()
    if draw >= 0.95:
        index = f"sold {plan.number()}"
    curator = world.account(f"curator {index}")

    def make():
        nfts, token_id = owned(plan, 0, curator)
        contract = world.deploy("fractional_vault", nfts.address, token_id, tag=index, by=curator)
        world.call(curator, nfts, "approve", contract.address, token_id)
        world.call(curator, contract, "lock", SHARES, ETHER)
        return contract.address

    contract = world.at("fractional_vault", world.once(f"vault {index}", make))
    sender = plan.sender()
    if draw >= 0.95:
        plan.call("vault", sender, contract, "buy_out", gas=170_000, value=ETHER)
        return
    world.once(f"shares {index} {sender.address}", lambda: world.call(
        curator, contract, "transfer", sender.address, SHARES // 10**6))
    if draw < 0.7:
        plan.call("vault", sender, contract, "transfer", plan.receiver(), plan.rng.randrange(1, 10**12),
                  gas=90_000)
    else:
        plan.call("vault", sender, contract, "name_reserve", plan.rng.randrange(1, 100) * ETHER // 50,
                  gas=100_000)
