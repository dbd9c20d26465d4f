"""Smart wallets (EIP-1167 clones, EIP-7702 delegations) and payment splitters."""

from kinds import kind
from kinds.tokens import FUNDS, funded, token
from world import ETHER


def factory(plan):
    """The factory of wallet clones."""
    implementation = plan.world.deploy("smart_wallet")
    return plan.world.deploy("clone_factory", implementation.address)


def wallet_of(plan, owner):
    """The clone that `owner` controls, with ether and tokens in it."""
    world, contract = plan.world, factory(plan)

    def make():
        address = world.call(owner, contract, "create_wallet", bytes(32), value=ETHER)
        world.call(world.deployer, token(plan, 0), "transfer", address, FUNDS)
        return address

    return world.at("smart_wallet", world.once(f"wallet {owner.address}", make))


@kind
def wallet(plan):
    """Smart wallet clone: creation (20 %), one token transfer (50 %) or a batch of three calls."""
    sender, draw = plan.sender(), plan.rng.random()
    if draw < 0.2:
        salt = (len(plan.transactions) + 1).to_bytes(32, "big")  # salt 0 is the first wallet's
        plan.call("wallet", sender, factory(plan), "create_wallet", salt, gas=190_000, value=10**15)
        return
    clone, tokens = wallet_of(plan, sender), token(plan, 0)

    def payment():
        return tokens.encode("transfer", plan.receiver(), plan.rng.randrange(1, 10**18))

    if draw < 0.7:
        plan.call("wallet", sender, clone, "execute", tokens.address, 0, payment(), gas=90_000)
    else:
        calls = [(tokens.address, 0, payment()), (tokens.address, 0, payment()),
                 (plan.fresh(), 10**12, b"")]
        plan.call("wallet", sender, clone, "execute_batch", calls, gas=160_000)


@kind
def setcode(plan):
    """EIP-7702: an account delegates to the wallet's code and runs a batch as itself."""
    authority = plan.one_off("delegator")
    sponsor, tokens = plan.sender(), funded(plan, 0, authority)
    implementation = plan.world.deploy("smart_wallet")
    account = plan.world.at("smart_wallet", authority.address)
    if not plan.world.spec.has("requestsHash"):
        plan.add("setcode", sponsor, authority.address, value=1)  # before Prague: a plain transfer
        return
    calls = [(tokens.address, 0, tokens.encode("transfer", plan.fresh(), 10**18)) for _ in range(2)]
    if plan.rng.random() < 0.5:
        # The account pays for itself; its authorization is valid from its next nonce on.
        plan.call("setcode", authority, account, "execute_batch", calls, gas=150_000, type=4,
                  authorizations=[plan.authorize(authority, implementation)])
    else:
        # Somebody else pays, and initialises the account for its owner.
        plan.call("setcode", sponsor, account, "initialize", authority.address, gas=85_000, type=4,
                  authorizations=[plan.authorize(authority, implementation)])


@kind
def splitter(plan):
    """Payment splitter: a payment in (60 %) or a payee's release; hot: one splitter."""
    world, index = plan.world, plan.pick(4)
    payees = [world.account(f"payee {index} {i}") for i in range(4)]
    contract = world.deploy("payment_splitter", [p.address for p in payees], [40, 30, 20, 10],
                            tag=index, value=ETHER)
    sender = plan.sender()
    if plan.rng.random() < 0.6:
        plan.add("splitter", sender, contract.address, gas=40_000, value=plan.rng.randrange(1, ETHER))
    else:
        # The second release to one payee finds nothing due unless a payment came in between.
        world_payee = plan.rng.choice(payees)
        plan.call("splitter", sender, contract, "release", world_payee.address, gas=110_000)
