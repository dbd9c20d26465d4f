# pragma version 0.4.3
"""
@title  Lending pool: one asset lent against one collateral token
@notice Interest accrues by second on an index whose rate grows with utilisation. Debts are kept
        scaled by the index, supplies as shares of all assets, so accrual touches no user's slot;
        it touches the pool's totals in every call, which is what makes lending conflict.
"""

interface ERC20:
    def transfer(to: address, amount: uint256) -> bool: nonpayable
    def transferFrom(sender: address, to: address, amount: uint256) -> bool: nonpayable

event Supplied:
    account: indexed(address)
    amount: uint256
    shares: uint256

event Withdrawn:
    account: indexed(address)
    amount: uint256
    shares: uint256

event CollateralChanged:
    account: indexed(address)
    collateral: uint256

event Borrowed:
    account: indexed(address)
    amount: uint256

event Repaid:
    account: indexed(address)
    payer: indexed(address)
    amount: uint256

event Liquidated:
    borrower: indexed(address)
    liquidator: indexed(address)
    repaid: uint256
    seized: uint256

event PriceSet:
    price: uint256

WAD: constant(uint256) = 10**18
BASE_RATE: constant(uint256) = 634_195_839  # 2 % a year, per second, in wad
RATE_SLOPE: constant(uint256) = 6_341_958_396  # 20 % a year more at full utilisation
BORROW_FACTOR: constant(uint256) = 75 * 10**16  # what may be borrowed of the collateral's worth
LIQUIDATION_FACTOR: constant(uint256) = 85 * 10**16  # above this, a debt may be liquidated
BONUS: constant(uint256) = 105 * 10**16  # collateral seized for each unit of debt repaid

asset: public(immutable(ERC20))
collateral_token: public(immutable(ERC20))
oracle: public(immutable(address))

price: public(uint256)  # of one collateral unit in asset units, in wad
index: public(uint256)
accrued_at: public(uint256)
cash: public(uint256)
scaled_debt_total: public(uint256)
share_total: public(uint256)
shares: public(HashMap[address, uint256])
scaled_debt: public(HashMap[address, uint256])
collateral: public(HashMap[address, uint256])


@deploy
def __init__(asset_: address, collateral_: address, oracle_: address, price_: uint256):
    """
    @param oracle_ Account that may set the price
    """
    asset = ERC20(asset_)
    collateral_token = ERC20(collateral_)
    oracle = oracle_
    self.price = price_
    self.index = WAD
    self.accrued_at = block.timestamp


@external
def set_price(price: uint256):
    """@notice Sets the price of the collateral; oracle only."""
    assert msg.sender == oracle, "not oracle"
    assert price > 0, "price"
    self.price = price
    log PriceSet(price=price)


@external
@view
def debt_of(account: address) -> uint256:
    """@return The debt as of the last accrual, rounded up."""
    return self._debt(account)


@external
@nonreentrant
def supply(amount: uint256) -> uint256:
    """@notice Lends `amount` to the pool. @return The shares issued."""
    self._accrue()
    assets: uint256 = self.cash + self._debt_total()
    issued: uint256 = amount if self.share_total == 0 else amount * self.share_total // assets
    assert issued > 0, "too little"
    self.shares[msg.sender] += issued
    self.share_total += issued
    self.cash += amount
    assert extcall asset.transferFrom(msg.sender, self, amount)
    log Supplied(account=msg.sender, amount=amount, shares=issued)
    return issued


@external
@nonreentrant
def withdraw(shares: uint256) -> uint256:
    """@notice Redeems shares for the asset. @return The amount paid out."""
    self._accrue()
    amount: uint256 = shares * (self.cash + self._debt_total()) // self.share_total
    assert amount <= self.cash, "lent out"
    self.shares[msg.sender] -= shares
    self.share_total -= shares
    self.cash -= amount
    assert extcall asset.transfer(msg.sender, amount)
    log Withdrawn(account=msg.sender, amount=amount, shares=shares)
    return amount


@external
@nonreentrant
def add_collateral(amount: uint256):
    """@notice Pledges collateral."""
    self.collateral[msg.sender] += amount
    assert extcall collateral_token.transferFrom(msg.sender, self, amount)
    log CollateralChanged(account=msg.sender, collateral=self.collateral[msg.sender])


@external
@nonreentrant
def remove_collateral(amount: uint256):
    """@notice Takes collateral back as far as the debt allows."""
    self._accrue()
    self.collateral[msg.sender] -= amount
    assert self._covered(msg.sender, BORROW_FACTOR), "undercollateralised"
    assert extcall collateral_token.transfer(msg.sender, amount)
    log CollateralChanged(account=msg.sender, collateral=self.collateral[msg.sender])


@external
@nonreentrant
def borrow(amount: uint256):
    """@notice Borrows against the caller's collateral."""
    self._accrue()
    assert amount <= self.cash, "lent out"
    scaled: uint256 = self._round_up(amount * WAD, self.index)
    self.scaled_debt[msg.sender] += scaled
    self.scaled_debt_total += scaled
    self.cash -= amount
    assert self._covered(msg.sender, BORROW_FACTOR), "undercollateralised"
    assert extcall asset.transfer(msg.sender, amount)
    log Borrowed(account=msg.sender, amount=amount)


@external
@nonreentrant
def repay(borrower: address, amount: uint256) -> uint256:
    """@notice Pays back up to `amount` of anyone's debt. @return What was taken."""
    self._accrue()
    paid: uint256 = min(amount, self._debt(borrower))
    self._repay(borrower, paid)
    return paid


@external
@nonreentrant
def liquidate(borrower: address, amount: uint256) -> uint256:
    """@notice Repays up to half of an unsafe debt and takes collateral with a bonus."""
    self._accrue()
    assert not self._covered(borrower, LIQUIDATION_FACTOR), "healthy"
    paid: uint256 = min(amount, (self._debt(borrower) + 1) // 2)
    seized: uint256 = min(paid * BONUS // self.price, self.collateral[borrower])
    self.collateral[borrower] -= seized
    self._repay(borrower, paid)
    assert extcall collateral_token.transfer(msg.sender, seized)
    log Liquidated(borrower=borrower, liquidator=msg.sender, repaid=paid, seized=seized)
    return seized


@internal
def _repay(borrower: address, paid: uint256):
    scaled: uint256 = min(paid * WAD // self.index, self.scaled_debt[borrower])
    if paid == self._debt(borrower):
        scaled = self.scaled_debt[borrower]  # the last payment leaves no dust
    self.scaled_debt[borrower] -= scaled
    self.scaled_debt_total -= scaled
    self.cash += paid
    assert extcall asset.transferFrom(msg.sender, self, paid)
    log Repaid(account=borrower, payer=msg.sender, amount=paid)


@internal
def _accrue():
    elapsed: uint256 = block.timestamp - self.accrued_at
    if elapsed == 0:
        return
    debt: uint256 = self._debt_total()
    assets: uint256 = self.cash + debt
    utilisation: uint256 = debt * WAD // assets if assets > 0 else 0
    rate: uint256 = BASE_RATE + RATE_SLOPE * utilisation // WAD
    self.index += self.index * rate * elapsed // WAD
    self.accrued_at = block.timestamp


@internal
@view
def _debt_total() -> uint256:
    return self.scaled_debt_total * self.index // WAD


@internal
@view
def _debt(account: address) -> uint256:
    return self._round_up(self.scaled_debt[account] * self.index, WAD)


@internal
@view
def _covered(account: address, factor: uint256) -> bool:
    worth: uint256 = self.collateral[account] * self.price // WAD
    return self._debt(account) <= worth * factor // WAD


@internal
@pure
def _round_up(dividend: uint256, divisor: uint256) -> uint256:
    return (dividend + divisor - 1) // divisor
