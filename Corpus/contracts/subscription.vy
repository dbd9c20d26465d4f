# pragma version 0.4.3
"""
@title  Subscription service: recurring payments in a token
@notice Merchants publish plans; subscribers allow the contract to take the price once a period.
        Anybody may trigger charges that are due, many at a time. A charge that cannot be paid ends
        the subscription instead of failing the batch.
"""

interface ERC20:
    def balanceOf(account: address) -> uint256: view
    def allowance(owner: address, spender: address) -> uint256: view
    def transferFrom(sender: address, to: address, amount: uint256) -> bool: nonpayable

event PlanCreated:
    number: indexed(uint256)
    merchant: indexed(address)
    token: address
    price: uint256
    period: uint256

event Subscribed:
    number: indexed(uint256)
    subscriber: indexed(address)
    paid_until: uint256

event Charged:
    number: indexed(uint256)
    subscriber: indexed(address)
    paid_until: uint256

event Ended:
    number: indexed(uint256)
    subscriber: indexed(address)

struct Plan:
    merchant: address
    token: address
    price: uint256
    period: uint256
    open: bool
    subscribers: uint256

MAX_BATCH: constant(uint256) = 50
MIN_PERIOD: constant(uint256) = 3_600
FEE_DENOMINATOR: constant(uint256) = 10_000
FEE: constant(uint256) = 50

fee_receiver: public(immutable(address))

plan_count: public(uint256)
plans: public(HashMap[uint256, Plan])
paid_until: public(HashMap[uint256, HashMap[address, uint256]])  # zero: not subscribed


@deploy
def __init__(fee_receiver_: address):
    fee_receiver = fee_receiver_


@external
def create_plan(token: address, price: uint256, period: uint256) -> uint256:
    """@notice Offers a plan with `price` due every `period` seconds. @return Its number."""
    assert price > 0 and period >= MIN_PERIOD, "terms"
    number: uint256 = self.plan_count
    self.plan_count = number + 1
    self.plans[number] = Plan(
        merchant=msg.sender, token=token, price=price, period=period, open=True, subscribers=0)
    log PlanCreated(number=number, merchant=msg.sender, token=token, price=price, period=period)
    return number


@external
def close_plan(number: uint256):
    """@notice Takes no more subscribers; running subscriptions go on. Merchant only."""
    assert self.plans[number].merchant == msg.sender, "not merchant"
    self.plans[number].open = False


@external
@nonreentrant
def subscribe(number: uint256):
    """@notice Starts a subscription and pays its first period."""
    plan: Plan = self.plans[number]
    assert plan.open, "closed"
    assert self.paid_until[number][msg.sender] == 0, "subscribed"
    until: uint256 = block.timestamp + plan.period
    self.paid_until[number][msg.sender] = until
    self.plans[number].subscribers += 1
    self._collect(plan, msg.sender)
    log Subscribed(number=number, subscriber=msg.sender, paid_until=until)


@external
def cancel(number: uint256):
    """@notice Ends the caller's subscription. What is paid is not returned."""
    assert self.paid_until[number][msg.sender] > 0, "not subscribed"
    self._end(number, msg.sender)


@external
@nonreentrant
def charge(number: uint256, subscribers: DynArray[address, MAX_BATCH]) -> uint256:
    """@notice Charges those subscribers whose period is over. @return How many have paid."""
    plan: Plan = self.plans[number]
    paid: uint256 = 0
    for subscriber: address in subscribers:
        until: uint256 = self.paid_until[number][subscriber]
        if until == 0 or until > block.timestamp:
            continue
        if not self._solvent(plan, subscriber):
            self._end(number, subscriber)
            continue
        self.paid_until[number][subscriber] = until + plan.period
        self._collect(plan, subscriber)
        paid += 1
        log Charged(number=number, subscriber=subscriber, paid_until=until + plan.period)
    return paid


@external
@view
def is_active(number: uint256, subscriber: address) -> bool:
    """@return Whether the current period is paid."""
    return self.paid_until[number][subscriber] > block.timestamp


@internal
@view
def _solvent(plan: Plan, subscriber: address) -> bool:
    return (
        staticcall ERC20(plan.token).balanceOf(subscriber) >= plan.price
        and staticcall ERC20(plan.token).allowance(subscriber, self) >= plan.price
    )


@internal
def _collect(plan: Plan, subscriber: address):
    fee: uint256 = plan.price * FEE // FEE_DENOMINATOR
    assert extcall ERC20(plan.token).transferFrom(subscriber, plan.merchant, plan.price - fee)
    if fee > 0:
        assert extcall ERC20(plan.token).transferFrom(subscriber, fee_receiver, fee)


@internal
def _end(number: uint256, subscriber: address):
    self.paid_until[number][subscriber] = 0
    self.plans[number].subscribers -= 1
    log Ended(number=number, subscriber=subscriber)
