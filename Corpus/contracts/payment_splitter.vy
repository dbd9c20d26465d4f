# pragma version 0.4.3
"""
@title  Payment splitter
@notice Splits all ether that it receives among fixed payees in proportion to their shares. Payees
        pull their part; what is due follows from the balance and the sums paid so far.
"""

event PayeeAdded:
    payee: indexed(address)
    shares: uint256

event Received:
    sender: indexed(address)
    value: uint256

event Released:
    payee: indexed(address)
    value: uint256

MAX_PAYEES: constant(uint256) = 32

payees: public(DynArray[address, MAX_PAYEES])
shares: public(HashMap[address, uint256])
released: public(HashMap[address, uint256])
total_shares: public(uint256)
total_released: public(uint256)


@deploy
@payable
def __init__(payees: DynArray[address, MAX_PAYEES], shares: DynArray[uint256, MAX_PAYEES]):
    """
    @param payees Accounts that share the payments, each named once
    @param shares Their weights, in the same order
    """
    assert len(payees) > 0 and len(payees) == len(shares), "length"
    total: uint256 = 0
    for i: uint256 in range(len(payees), bound=MAX_PAYEES):
        assert payees[i] != empty(address) and shares[i] > 0, "payee"
        assert self.shares[payees[i]] == 0, "duplicate"
        self.shares[payees[i]] = shares[i]
        total += shares[i]
        log PayeeAdded(payee=payees[i], shares=shares[i])
    self.payees = payees
    self.total_shares = total


@external
@payable
def __default__():
    """@notice Takes a payment."""
    log Received(sender=msg.sender, value=msg.value)


@external
@view
def releasable(payee: address) -> uint256:
    """@return What the payee could take out now, in wei."""
    return self._due(payee)


@external
@nonreentrant
def release(payee: address) -> uint256:
    """@notice Sends a payee what is due. @return The amount in wei."""
    assert self.shares[payee] > 0, "no shares"
    due: uint256 = self._due(payee)
    assert due > 0, "nothing due"
    self._pay(payee, due)
    return due


@external
@nonreentrant
def release_all():
    """@notice Sends every payee what is due."""
    for payee: address in self.payees:
        due: uint256 = self._due(payee)
        if due > 0:
            self._pay(payee, due)


@internal
@view
def _due(payee: address) -> uint256:
    received: uint256 = self.balance + self.total_released
    return received * self.shares[payee] // self.total_shares - self.released[payee]


@internal
def _pay(payee: address, amount: uint256):
    self.released[payee] += amount
    self.total_released += amount
    raw_call(payee, b"", value=amount)
    log Released(payee=payee, value=amount)
