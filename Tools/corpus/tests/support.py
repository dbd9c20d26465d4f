"""What the tests share: a world to act on, and assertions about calls."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from snapshot import setup_environment  # noqa: E402
from spec import Spec, unhex  # noqa: E402
from world import SetupError, World  # noqa: E402

SEED = 1


class ContractTest(unittest.TestCase):
    """A fresh world for each test; `FORKS` names those that every test runs on."""

    FORKS = ("london", "prague")

    def run(self, result=None):
        for fork in self.FORKS:
            with self.subTest(fork=fork):
                self.world = World(fork, SEED, setup_environment(Spec(fork), SEED))
                self.alice, self.bob, self.carol = map(self.world.account, ("alice", "bob", "carol"))
                super().run(result)

    def call(self, sender, contract, function, *arguments, later=0, **options):
        """The result of a call that succeeds, made `later` seconds after the world's present."""
        return self.world.call(sender, contract, function, *arguments, age=-later, **options)

    def rejects(self, reason, *call, **options):
        """Asserts that a call reverts with a reason that contains the text."""
        with self.assertRaises(SetupError) as caught:
            self.call(*call, **options)
        self.assertIn(reason, str(caught.exception))

    def balance(self, address):
        """An account's ether, in wei."""
        spec = self.world.spec
        return int(spec.state_module.get_account(self.world.state, spec.Address(unhex(address))).balance)

    def token(self, name, *holders, amount=10**24, spender=None):
        """An ERC-20 token with a balance for each holder, and an allowance if there is a spender."""
        token = self.world.deploy("erc20", name, name.upper()[:8], 10**30, tag=name)
        for holder in holders:
            self.call(self.world.deployer, token, "transfer", holder.address, amount)
            if spender:
                self.call(holder, token, "approve", spender.address, 2**256 - 1)
        return token
