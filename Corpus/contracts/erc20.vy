# pragma version 0.4.3
"""
@title  Fixed-decimals ERC-20 token with an owner who mints
@notice The plain case: every transfer touches two balance slots, transferFrom a third slot for
        the allowance. An unlimited allowance is never decreased, so that case writes two slots.
"""

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    value: uint256

event Approval:
    owner: indexed(address)
    spender: indexed(address)
    value: uint256

event OwnershipTransferred:
    previous: indexed(address)
    current: indexed(address)

MAX_AIRDROP: constant(uint256) = 200

name: public(String[32])
symbol: public(String[8])
decimals: public(constant(uint8)) = 18
totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])
owner: public(address)


@deploy
def __init__(name: String[32], symbol: String[8], supply: uint256):
    """
    @param supply Amount minted to the deployer, in the smallest unit
    """
    self.name = name
    self.symbol = symbol
    self.owner = msg.sender
    if supply > 0:
        self._mint(msg.sender, supply)


@external
def transfer(to: address, amount: uint256) -> bool:
    """@notice Moves `amount` from the caller to `to`."""
    self._transfer(msg.sender, to, amount)
    return True


@external
def transferFrom(sender: address, to: address, amount: uint256) -> bool:
    """@notice Moves `amount` from `sender` to `to` out of the caller's allowance."""
    allowed: uint256 = self.allowance[sender][msg.sender]
    if allowed != max_value(uint256):
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
def mint(to: address, amount: uint256):
    """@notice Creates `amount` new tokens for `to`; owner only."""
    assert msg.sender == self.owner, "not owner"
    self._mint(to, amount)


@external
def burn(amount: uint256):
    """@notice Destroys `amount` of the caller's tokens."""
    assert self.balanceOf[msg.sender] >= amount, "balance"
    self.balanceOf[msg.sender] -= amount
    self.totalSupply -= amount
    log Transfer(sender=msg.sender, receiver=empty(address), value=amount)


@external
def airdrop(receivers: DynArray[address, MAX_AIRDROP], amount: uint256):
    """@notice Moves `amount` to each of `receivers` from the caller's balance."""
    for receiver: address in receivers:
        self._transfer(msg.sender, receiver, amount)


@external
def transfer_ownership(new_owner: address):
    """@notice Hands the right to mint to `new_owner`; owner only."""
    assert msg.sender == self.owner, "not owner"
    assert new_owner != empty(address), "zero address"
    log OwnershipTransferred(previous=self.owner, current=new_owner)
    self.owner = new_owner


@internal
def _transfer(sender: address, to: address, amount: uint256):
    assert to != empty(address), "zero address"
    held: uint256 = self.balanceOf[sender]
    assert held >= amount, "balance"
    # Read the receiver after writing the sender: a transfer to oneself must not create tokens.
    self.balanceOf[sender] = unsafe_sub(held, amount)
    self.balanceOf[to] += amount
    log Transfer(sender=sender, receiver=to, value=amount)


@internal
def _mint(to: address, amount: uint256):
    assert to != empty(address), "zero address"
    self.totalSupply += amount
    self.balanceOf[to] += amount
    log Transfer(sender=empty(address), receiver=to, value=amount)
