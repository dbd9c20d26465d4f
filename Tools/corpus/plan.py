"""Plans the transactions of a block: who calls what, with which fees, in which order."""

import random

from accounts import Authorization, Planned
from world import ETHER

BASE_FEE = 8 * 10**9
TIPS = (10**8, 5 * 10**8, 10**9, 2 * 10**9)
#: What the first use of a reentrancy lock costs where it is a storage slot (before Cancun).
LOCK_GAS = 25_000


class Plan:
    """Grows a list of unsigned transactions; each kind of transaction is a function of the plan.

    `senders` is the number of accounts that send (0: each transaction its own); `hot_ratio` the share
    of transactions that go to the one hot object of their kind (recipient, pool, collection, …).
    """

    def __init__(self, world, seed, senders=0, tokens=4, pools=10, hot_ratio=0.0, max_blobs=0):
        self.world, self.seed, self.rng = world, seed, random.Random(f"plan/{seed}")
        self.senders, self.tokens, self.pools = senders, tokens, pools
        self.hot_ratio, self.blobs_left = hot_ratio, max_blobs
        self.transactions, self.next_user, self.next_fresh = [], 0, 0
        # Worlds are reused: names of things for one transaction must differ between plans.
        self.serial = world.memory["plans"] = world.memory.get("plans", 0) + 1

    # Choices

    def hot(self):
        """Whether this transaction goes to the hot object."""
        return self.rng.random() < self.hot_ratio

    def pick(self, count):
        """An index below `count`: 0 if hot, else any other (0 only where there is no other)."""
        if count == 1 or self.hot():
            return 0
        return self.rng.randrange(1 if self.hot_ratio else 0, count)

    def user(self, index):
        """The user of that number."""
        return self.world.account(f"user {index}")

    def number(self):
        """A text that no other transaction of any plan on this world has."""
        return f"{self.serial}.{len(self.transactions)}"

    def one_off(self, role):
        """An account for the transaction being planned only."""
        return self.world.account(f"{role} {self.number()}")

    def sender(self):
        """An account to send from: any of the senders, or one not used before."""
        if self.senders:
            return self.user(self.rng.randrange(self.senders))
        self.next_user += 1
        return self.user(self.next_user - 1)

    def receiver(self):
        """An address to send to: one of the senders where they are few, else a fresh one."""
        if self.senders > 1 and self.rng.random() < 0.5:
            return self.user(self.rng.randrange(self.senders)).address
        return self.fresh()

    def fresh(self):
        """An address used by no other transaction; every third one already has a balance."""
        self.next_fresh += 1
        if self.next_fresh % 3 == 0:
            return self.world.account(f"holder {self.serial}.{self.next_fresh}", ETHER).address
        return self.world.address("fresh", self.serial, self.next_fresh)

    # Transactions

    def add(self, kind, sender, to, data=b"", gas=21_000, value=0, **more):
        """Appends a transaction; type and fees follow a realistic distribution."""
        kind_of_type = more.pop("type", None)
        if kind_of_type is None:
            kind_of_type = self.rng.choices((2, 0, 1), (75, 17, 8))[0]
        if kind_of_type == 1 and to and not more.get("access_list"):
            more["access_list"] = [(to, [n.to_bytes(32, "big") for n in range(self.rng.randrange(3))])]
            gas += 2_400 + 1_900 * len(more["access_list"][0][1])
        tip = self.rng.choice(TIPS)
        fee = BASE_FEE + tip if kind_of_type < 2 else 2 * BASE_FEE + tip
        floor = 21_000 + 40 * len(data) + 2_000
        self.transactions.append(Planned(
            kind, sender, to, data, value, max(gas, floor if len(data) > 512 else gas),
            type=kind_of_type, fee=fee, tip=tip, **more))

    def call(self, kind, sender, contract, function, *arguments, gas, value=0, **more):
        """Appends a call of a contract function."""
        if self.world.folder == "london":
            gas += LOCK_GAS
        self.add(kind, sender, contract.address, contract.encode(function, *arguments), gas, value, **more)

    def assign_nonces(self):
        """Numbers every sender's transactions (and EIP-7702 authorizations) in block order."""
        next_nonce = {}

        def take(account):
            if account.address not in next_nonce:
                next_nonce[account.address] = self.world.nonce(account.address)
            next_nonce[account.address] += 1
            return next_nonce[account.address] - 1

        for planned in self.transactions:
            planned.nonce = take(planned.sender)
            for authorization in planned.authorizations:
                authorization.nonce = take(authorization.authority)

    def authorize(self, authority, contract):
        """An authorization whose nonce `assign_nonces` fills in."""
        return Authorization(authority, contract.address, 0)

    def draw(self, mix, functions, transactions, gas_limit):
        """Plans up to `transactions` of the kinds in `mix`, within `gas_limit` if that is given."""
        gas = 0
        for name in self.order(mix, transactions):
            functions[name](self)
            gas += self.transactions[-1].gas
            if gas_limit and gas > gas_limit:
                self.transactions.pop()
                break

    def order(self, mix, transactions):
        """Kinds in random order, each as often as its weight says and at least once if there is room."""
        total = sum(mix.values())
        least = 1 if transactions >= len(mix) else 0
        counts = {name: max(least, int(transactions * weight / total)) for name, weight in mix.items()}
        by_weight = sorted(mix, key=mix.get, reverse=True)
        for step in range(abs(transactions - sum(counts.values()))):
            missing = transactions > sum(counts.values())
            name = by_weight[step % len(mix)] if missing else max(counts, key=counts.get)
            counts[name] += 1 if missing else -1
        names = [name for name, count in counts.items() for _ in range(count)]
        self.rng.shuffle(names)
        return names
