# pragma version 0.4.3
"""
@title  Utility token with a fee on transfers
@notice Each transfer costs a fee, half of it burned and half paid to a treasury, unless one side is
        exempt. The fee makes every plain transfer write the treasury's balance and the supply: two
        increments that all transfers share.
"""

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    value: uint256

event Approval:
    owner: indexed(address)
    spender: indexed(address)
    value: uint256

event FeeChanged:
    fee: uint256

event ExemptionChanged:
    account: indexed(address)
    exempt: bool

DENOMINATOR: constant(uint256) = 10_000
MAX_FEE: constant(uint256) = 500

name: public(constant(String[16])) = "Utility"
symbol: public(constant(String[4])) = "UTL"
decimals: public(constant(uint8)) = 18

owner: public(immutable(address))
treasury: public(address)
fee: public(uint256)  # in ten-thousandths
totalSupply: public(uint256)
burned: public(uint256)
exempt: public(HashMap[address, bool])
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])


@deploy
def __init__(supply: uint256, fee: uint256, treasury: address):
    assert fee <= MAX_FEE, "fee"
    assert treasury != empty(address), "zero address"
    owner = msg.sender
    self.fee = fee
    self.treasury = treasury
    self.totalSupply = supply
    self.exempt[msg.sender] = True
    self.balanceOf[msg.sender] = supply
    log Transfer(sender=empty(address), receiver=msg.sender, value=supply)


@external
def transfer(to: address, amount: uint256) -> bool:
    """@notice Moves `amount` to `to`, who receives it less the fee."""
    self._transfer(msg.sender, to, amount)
    return True


@external
def transferFrom(sender: address, to: address, amount: uint256) -> bool:
    """@notice Moves `amount` from `sender` out of the caller's allowance."""
    allowed: uint256 = self.allowance[sender][msg.sender]
    assert allowed >= amount, "allowance"
    self.allowance[sender][msg.sender] = allowed - amount
    self._transfer(sender, to, amount)
    return True


@external
def approve(spender: address, amount: uint256) -> bool:
    """@notice Lets `spender` move up to `amount` of the caller's tokens."""
    self.allowance[msg.sender][spender] = amount
    log Approval(owner=msg.sender, spender=spender, value=amount)
    return True


@external
def set_fee(fee: uint256):
    """@notice Changes the fee, in ten-thousandths; owner only."""
    assert msg.sender == owner, "not owner"
    assert fee <= MAX_FEE, "fee"
    self.fee = fee
    log FeeChanged(fee=fee)


@external
def set_exempt(account: address, exempt: bool):
    """@notice Frees an account's transfers from the fee, or no longer; owner only."""
    assert msg.sender == owner, "not owner"
    self.exempt[account] = exempt
    log ExemptionChanged(account=account, exempt=exempt)


@internal
def _transfer(sender: address, to: address, amount: uint256):
    assert to != empty(address), "zero address"
    held: uint256 = self.balanceOf[sender]
    assert held >= amount, "balance"
    self.balanceOf[sender] = unsafe_sub(held, amount)

    fee: uint256 = 0
    if not (self.exempt[sender] or self.exempt[to]):
        fee = amount * self.fee // DENOMINATOR
    if fee > 0:
        burnt: uint256 = fee // 2
        self.totalSupply -= burnt
        self.burned += burnt
        self.balanceOf[self.treasury] += fee - burnt
        log Transfer(sender=sender, receiver=empty(address), value=burnt)
        log Transfer(sender=sender, receiver=self.treasury, value=fee - burnt)
    self.balanceOf[to] += amount - fee
    log Transfer(sender=sender, receiver=to, value=amount - fee)
