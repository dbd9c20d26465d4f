"""Behaviour of the corpus contracts, run on the executable specification."""

import unittest

from support import ContractTest

from ethereum.crypto.hash import keccak256

from kinds.services import merkle_levels

ETHER = 10**18
DAY = 86_400


class TokenTests(ContractTest):
    def test_transfer_to_oneself_creates_nothing(self):
        token = self.token("one", self.alice)
        self.call(self.alice, token, "transfer", self.alice.address, 5)
        self.assertEqual(self.call(self.alice, token, "balanceOf", self.alice.address), 10**24)

    def test_allowance_is_spent_unless_unlimited(self):
        token = self.token("one", self.alice)
        self.call(self.alice, token, "approve", self.bob.address, 7)
        self.call(self.bob, token, "transferFrom", self.alice.address, self.carol.address, 4)
        self.assertEqual(self.call(self.bob, token, "allowance", self.alice.address, self.bob.address), 3)
        self.rejects("allowance", self.bob, token, "transferFrom", self.alice.address, self.bob.address, 4)

    def test_only_the_owner_mints(self):
        token = self.token("one")
        self.rejects("not owner", self.alice, token, "mint", self.alice.address, 1)
        self.rejects("balance", self.alice, token, "transfer", self.bob.address, 1)

    def test_utility_token_fee_is_half_burned(self):
        world, treasury = self.world, self.carol.address
        token = world.deploy("utility_token", 10**24, 100, treasury)
        self.call(world.deployer, token, "transfer", self.alice.address, 10_000)  # the owner is exempt
        self.call(self.alice, token, "transfer", self.bob.address, 10_000)
        self.assertEqual(self.call(self.bob, token, "balanceOf", self.bob.address), 9_900)
        self.assertEqual(self.call(self.bob, token, "balanceOf", treasury), 50)
        self.assertEqual(self.call(self.bob, token, "totalSupply"), 10**24 - 50)


class DexTests(ContractTest):
    def pool(self):
        world = self.world
        router = world.deploy("dex_router", world.deploy("dex_pair").address)
        tokens = [self.token(name, self.alice, self.bob, spender=router) for name in ("one", "two")]
        path = [t.address for t in tokens]
        pair = world.at("dex_pair", self.call(self.alice, router, "create_pair", *path))
        self.call(self.alice, router, "add_liquidity", *path, 10**21, 10**21)
        return router, tokens, path, pair

    def test_swap_pays_the_quote_and_the_product_grows(self):
        router, tokens, path, pair = self.pool()
        quote = self.call(self.bob, router, "quote", 10**18, path)
        before = self.call(self.bob, tokens[1], "balanceOf", self.bob.address)
        self.call(self.bob, router, "swap", 10**18, quote, path, self.bob.address, 2**64)
        self.assertEqual(self.call(self.bob, tokens[1], "balanceOf", self.bob.address), before + quote)
        self.assertLess(quote, 10**18)
        reserves = self.call(self.bob, pair, "reserves")
        self.assertGreater(reserves[0] * reserves[1], 10**42)

    def test_swap_rejects_slippage_lateness_and_unpaid_output(self):
        router, _, path, pair = self.pool()
        self.rejects("slippage", self.bob, router, "swap", 10**18, 10**18, path, self.bob.address, 2**64)
        self.rejects("expired", self.bob, router, "swap", 10**18, 1, path, self.bob.address, 1)
        self.rejects("no input", self.bob, pair, "swap", 1, 0, self.bob.address)

    def test_liquidity_comes_back(self):
        _, tokens, _, pair = self.pool()
        shares = self.call(self.alice, pair, "balanceOf", self.alice.address)
        self.call(self.alice, pair, "transfer", pair.address, shares)
        amounts = self.call(self.alice, pair, "burn", self.alice.address)
        self.assertTrue(all(10**21 - 2_000 < a < 10**21 for a in amounts))

    def test_pair_is_initialised_once(self):
        router, _, path, pair = self.pool()
        self.rejects("initialized", self.bob, pair, "initialize", *path)
        self.rejects("exists", self.bob, router, "create_pair", path[1], path[0])


class FinanceTests(ContractTest):
    def pool(self):
        world = self.world
        asset, collateral = self.token("asset"), self.token("collateral")
        pool = world.deploy("lending_pool", asset.address, collateral.address, self.carol.address, 2 * ETHER)
        self.token("asset", self.alice, self.bob, self.carol, spender=pool)
        self.token("collateral", self.bob, spender=pool)
        self.call(self.alice, pool, "supply", 10**22)
        return pool, asset, collateral

    def test_borrowing_is_limited_by_collateral(self):
        pool, asset, _ = self.pool()
        self.rejects("undercollateralised", self.bob, pool, "borrow", 1)
        self.call(self.bob, pool, "add_collateral", 1_000)
        self.call(self.bob, pool, "borrow", 1_500)
        self.rejects("undercollateralised", self.bob, pool, "borrow", 1)
        self.rejects("undercollateralised", self.bob, pool, "remove_collateral", 1)
        self.call(self.bob, pool, "repay", self.bob.address, 10**9)
        self.assertEqual(self.call(self.bob, pool, "debt_of", self.bob.address), 0)
        self.call(self.bob, pool, "remove_collateral", 1_000)

    def test_liquidation_needs_an_unsafe_debt_and_pays_a_bonus(self):
        pool, _, collateral = self.pool()
        self.call(self.bob, pool, "add_collateral", 10**20)
        self.call(self.bob, pool, "borrow", 15 * 10**19)
        self.rejects("healthy", self.alice, pool, "liquidate", self.bob.address, 10**18)
        self.call(self.carol, pool, "set_price", 17 * 10**17)
        seized = self.call(self.alice, pool, "liquidate", self.bob.address, 10**18)
        self.assertEqual(seized, 10**18 * 105 * 10**16 // (17 * 10**17))
        self.assertEqual(self.call(self.alice, collateral, "balanceOf", self.alice.address), seized)

    def test_suppliers_earn_interest(self):
        world = self.world
        asset, collateral = self.token("asset"), self.token("collateral")
        code = (asset.address, collateral.address, self.carol.address, 2 * ETHER)
        pool = world.deploy("lending_pool", *code)
        self.token("asset", self.alice, self.bob, spender=pool)
        self.token("collateral", self.bob, spender=pool)
        shares = self.call(self.alice, pool, "supply", 10**22)
        self.call(self.bob, pool, "add_collateral", 10**22)
        self.call(self.bob, pool, "borrow", 8 * 10**21)
        year = 365 * DAY
        self.call(self.bob, pool, "repay", self.bob.address, 10**23, later=year)
        paid = self.call(self.alice, pool, "withdraw", shares, later=year)
        # 2 % and 20 % * 0.8 a year on 8000 of 10000.
        self.assertAlmostEqual(paid / 10**22, 1 + 0.8 * 0.18, places=4)

    def test_farm_splits_rewards_by_stake(self):
        world = self.world
        stake, reward = self.token("stake"), self.token("reward")
        farm = world.deploy("yield_farm", stake.address, reward.address)
        self.token("stake", self.alice, self.bob, spender=farm)
        self.call(world.deployer, reward, "approve", farm.address, 10**30)
        self.call(world.deployer, farm, "fund", 1_000_000, 1_000)
        self.call(self.alice, farm, "stake", 300)
        self.call(self.bob, farm, "stake", 100)
        self.assertEqual(self.call(self.alice, farm, "claim", later=100), 75_000)
        self.call(self.bob, farm, "unstake", 100, later=2_000)
        self.assertEqual(self.call(self.bob, reward, "balanceOf", self.bob.address), 250_000)
        self.assertEqual(self.call(self.bob, stake, "balanceOf", self.bob.address), 10**24)

    def test_splitter_pays_by_shares(self):
        payees = [self.world.address(i) for i in range(2)]
        splitter = self.world.deploy("payment_splitter", payees, [3, 1], value=400)
        self.call(self.alice, splitter, "release", payees[0])
        self.rejects("nothing due", self.alice, splitter, "release", payees[0])
        self.call(self.alice, splitter, "release_all")
        self.assertEqual([self.balance(p) for p in payees], [300, 100])


class NftTests(ContractTest):
    def nft(self, owner):
        nft = self.world.deploy("nft", "Art", "ART", 10, 5, 500, by=self.carol)
        return nft, self.call(owner, nft, "mint", value=10)

    def test_sale_pays_royalty_fee_and_seller(self):
        nft, number = self.nft(self.alice)
        treasury = self.world.account("treasury")
        market = self.world.deploy("nft_marketplace", treasury.address)
        self.rejects("not owner", self.bob, market, "list_token", nft.address, number, 10_000, 2**64)
        self.call(self.alice, market, "list_token", nft.address, number, 10_000, 2**64)
        self.rejects("not allowed", self.bob, market, "buy", nft.address, number, value=10_000)
        self.call(self.alice, nft, "approve", market.address, number)
        self.rejects("price", self.bob, market, "buy", nft.address, number, value=9_999)
        self.call(self.bob, market, "buy", nft.address, number, value=10_000)
        self.assertEqual(self.call(self.bob, nft, "ownerOf", number), self.bob.address)
        proceeds = [self.call(a, market, "withdraw") for a in (self.carol, treasury, self.alice)]
        self.assertEqual(proceeds, [500, 250, 9_250])

    def test_supply_is_limited(self):
        nft, _ = self.nft(self.alice)
        for _ in range(4):
            self.call(self.bob, nft, "mint", value=10)
        self.rejects("sold out", self.bob, nft, "mint", value=10)

    def test_vault_buy_out_pays_share_holders(self):
        nft, number = self.nft(self.alice)
        vault = self.world.deploy("fractional_vault", nft.address, number, by=self.alice)
        self.call(self.alice, nft, "approve", vault.address, number)
        self.call(self.alice, vault, "lock", 1_000, 5_000)
        self.call(self.alice, vault, "transfer", self.bob.address, 400)
        self.call(self.bob, vault, "name_reserve", 10_000)
        self.assertEqual(self.call(self.bob, vault, "reserve_price"), 7_000)
        self.rejects("price", self.carol, vault, "buy_out", value=6_999)
        self.call(self.carol, vault, "buy_out", value=7_000)
        self.assertEqual(self.call(self.carol, nft, "ownerOf", number), self.carol.address)
        self.assertEqual([self.call(a, vault, "redeem") for a in (self.bob, self.alice)], [2_800, 4_200])


class WalletTests(ContractTest):
    def test_clone_is_where_it_was_predicted_and_obeys_its_owner(self):
        world, token = self.world, self.token("one")
        factory = world.deploy("clone_factory", world.deploy("smart_wallet").address)
        salt = bytes(31) + b"\x07"
        predicted = self.call(self.alice, factory, "predict", self.alice.address, salt)
        self.assertEqual(self.call(self.alice, factory, "create_wallet", salt, value=ETHER), predicted)
        wallet = world.at("smart_wallet", predicted)
        self.rejects("initialized", self.bob, wallet, "initialize", self.bob.address)
        self.rejects("not owner", self.bob, wallet, "execute", self.bob.address, 1, b"")
        self.call(world.deployer, token, "transfer", predicted, 10)
        pay = (token.address, 0, token.encode("transfer", self.bob.address, 5))
        self.call(self.alice, wallet, "execute_batch", [pay, (self.bob.address, 1, b""), pay])
        self.assertEqual(self.call(self.bob, token, "balanceOf", self.bob.address), 10)
        self.call(self.alice, wallet, "set_guardian", self.carol.address, 100)
        self.call(self.carol, wallet, "spend", self.bob.address, 100)
        self.rejects("limit", self.carol, wallet, "spend", self.bob.address, 1)

    def test_proxy_keeps_state_through_an_upgrade(self):
        world = self.world
        first = world.deploy("loyalty_points", tag="first")
        proxy = world.deploy("proxy", first.address, first.encode("initialize", world.deployer.address))
        points = world.at("loyalty_points", proxy.address)
        self.call(world.deployer, points, "set_shop", self.carol.address, True)
        self.rejects("not a shop", self.alice, points, "award", self.alice.address, 1)
        self.call(self.carol, points, "award", self.alice.address, 1_000)
        second = world.deploy("loyalty_points", tag="second")
        self.rejects("not admin", self.alice, proxy, "proxy_upgrade", second.address)
        self.call(world.deployer, proxy, "proxy_upgrade", second.address)
        self.assertEqual(self.call(self.bob, proxy, "proxy_implementation"), second.address)
        self.call(world.deployer, points, "next_season")
        self.assertEqual(self.call(self.bob, points, "points_of", self.alice.address), 900)
        self.call(self.alice, points, "move", self.bob.address, 900)
        self.assertEqual(self.call(self.bob, points, "points_of", self.bob.address), 900)


class ServiceTests(ContractTest):
    def test_dao_executes_what_passed_once(self):
        token = self.token("vote")
        dao = self.world.deploy("dao", token.address, value=ETHER)
        self.token("vote", self.alice, self.bob, spender=dao)
        self.call(self.alice, dao, "deposit", 10**18)
        self.call(self.bob, dao, "deposit", 10**17)
        target = self.world.address("grant")
        self.rejects("deposit", self.bob, dao, "propose", target, 5, b"")
        number = self.call(self.alice, dao, "propose", target, 5, b"")
        self.call(self.alice, dao, "vote", number, True)
        self.rejects("voted", self.alice, dao, "vote", number, False)
        self.rejects("locked", self.alice, dao, "withdraw", 1)
        self.rejects("too early", self.bob, dao, "execute", number, b"", later=3 * DAY)
        self.rejects("data", self.bob, dao, "execute", number, b"x", later=4 * DAY)
        self.call(self.bob, dao, "execute", number, b"", later=4 * DAY)
        self.assertEqual(self.balance(target), 5)
        self.rejects("executed", self.bob, dao, "execute", number, b"", later=4 * DAY)

    def test_storage_deal_pays_for_proofs_and_fines_for_gaps(self):
        deals = self.world.deploy("storage_deals")
        leaves = [bytes([i]) * 32 for i in range(4)]
        levels = merkle_levels(leaves)
        number = self.call(self.alice, deals, "open", self.bob.address, levels[-1][0], 2, 4, value=400)
        self.call(self.bob, deals, "top_up", value=400)
        self.call(self.bob, deals, "accept", number)
        for epoch in (0, 2):
            position = self.call(self.bob, deals, "challenge", number, epoch)
            path = [levels[0][position ^ 1], levels[1][(position >> 1) ^ 1]]
            now = dict(later=3_600 * epoch)
            self.rejects("proof", self.bob, deals, "prove", number, bytes(32), path, **now)
            self.call(self.bob, deals, "prove", number, leaves[position], path, **now)
            self.rejects("proved", self.bob, deals, "prove", number, leaves[position], path, **now)
        self.call(self.alice, deals, "close", number, later=4 * 3_600)
        free = [self.call(self.alice, deals, "free_balance", a.address) for a in (self.alice, self.bob)]
        self.assertEqual(free, [400, 200])
        self.assertEqual(self.balance(deals.address), 600)

    def test_inbox_chains_batches_and_pays_proven_withdrawals(self):
        inbox = self.world.deploy("batch_inbox", self.alice.address, self.bob.address)
        self.rejects("not sequencer", self.bob, inbox, "append_batch", b"x", 0)
        self.call(self.carol, inbox, "deposit", self.carol.address, b"hello", value=1_000)
        self.rejects("deposits", self.alice, inbox, "append_batch", b"x", 2)
        self.rejects("overdue", self.alice, inbox, "append_batch", b"x", 0, later=2 * DAY)
        self.call(self.alice, inbox, "append_batch", b"x", 1)

        receiver = self.world.address("receiver")
        leaf = keccak256(b"\0" + bytes(12) + bytes.fromhex(receiver[2:]) + (600).to_bytes(32, "big"))
        sibling = keccak256(b"other")
        self.call(self.alice, inbox, "claim_root", 0, keccak256(sibling + leaf))
        arguments = (0, 1, receiver, 600, [sibling])
        self.rejects("not final", self.carol, inbox, "withdraw", *arguments)
        final = dict(later=8 * DAY)
        self.rejects("final", self.bob, inbox, "veto", 0, **final)
        self.rejects("proof", self.carol, inbox, "withdraw", 0, 1, receiver, 601, [sibling], **final)
        self.call(self.carol, inbox, "withdraw", *arguments, **final)
        self.assertEqual(self.balance(receiver), 600)
        self.rejects("paid", self.carol, inbox, "withdraw", *arguments, **final)

    def test_subscription_charges_what_is_due_and_ends_what_cannot_pay(self):
        token = self.token("pay")
        service = self.world.deploy("subscription", self.world.address("fees"))
        self.token("pay", self.alice, self.bob, amount=1_500, spender=service)
        plan = self.call(self.carol, service, "create_plan", token.address, 1_000, DAY)
        for account in (self.alice, self.bob):
            self.call(account, service, "subscribe", plan)
        self.call(self.world.deployer, token, "transfer", self.bob.address, 1_000)
        accounts = [self.alice.address, self.bob.address]
        self.assertEqual(self.call(self.carol, service, "charge", plan, accounts), 0)
        self.assertEqual(self.call(self.carol, service, "charge", plan, accounts, later=DAY), 1)
        self.assertEqual(self.call(self.carol, service, "paid_until", plan, self.alice.address), 0)
        self.assertEqual(self.call(self.carol, token, "balanceOf", self.carol.address), 3 * 995)

    def test_data_access_is_refundable_until_settled(self):
        token = self.token("pay")
        market = self.world.deploy("data_marketplace", token.address)
        self.token("pay", self.alice, spender=market)
        number = self.call(self.bob, market, "publish", bytes(32), 100)
        self.call(self.alice, market, "buy", number, 3)
        self.call(self.alice, market, "rate", number, 5)
        self.rejects("rated", self.alice, market, "rate", number, 1)
        self.rejects("grace", self.bob, market, "settle", number, self.alice.address)
        self.call(self.bob, market, "settle", number, self.alice.address, later=DAY)
        self.rejects("nothing to refund", self.bob, market, "refund", number, self.alice.address)
        self.assertEqual(self.call(self.bob, market, "withdraw"), 300)

    def test_identity_update_is_signed_by_its_controller(self):
        from kinds.identity import digest

        registry = self.world.deploy("identity_registry")
        key, content = bytes(31) + b"\x01", b"content"
        v, r, s = self.alice.sign(digest(self.world, registry, self.alice, key, content))
        signed = (self.alice.address, key, content, 27 + v, r, s)
        self.rejects("signature", self.bob, registry, "set_attribute_signed",
                     self.bob.address, key, content, 27 + v, r, s)
        self.call(self.bob, registry, "set_attribute_signed", *signed)
        self.rejects("signature", self.bob, registry, "set_attribute_signed", *signed)
        self.rejects("not controller", self.bob, registry, "set_attribute", self.alice.address, key, b"")
        self.call(self.alice, registry, "claim_handle", "alice")
        self.rejects("taken", self.bob, registry, "claim_handle", "alice")

    def test_game_rewards_victories_and_tires_heroes(self):
        gold = self.token("gold")
        game = self.world.deploy("game", gold.address)
        self.call(self.world.deployer, gold, "transfer_ownership", game.address)
        hero = self.call(self.alice, game, "create_hero", value=10**15)
        self.rejects("not owner", self.bob, game, "quest", hero, 1)
        won = sum(self.call(self.alice, game, "quest", hero, 2) for _ in range(10))
        self.assertEqual(self.call(self.alice, gold, "balanceOf", self.alice.address), won * 2 * ETHER)
        self.rejects("tired", self.alice, game, "quest", hero, 1)
        self.call(self.alice, game, "quest", hero, 1, later=600)


if __name__ == "__main__":
    unittest.main()
