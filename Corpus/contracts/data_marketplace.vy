# pragma version 0.4.3
"""
@title  Data marketplace
@notice Providers publish data sets by content hash with a price a day; buyers pay in a token for
        days of access and may rate what they bought. A purchase is kept in the contract for a
        grace period, within which the provider may refund it, and is credited afterwards.
"""

interface ERC20:
    def transfer(to: address, amount: uint256) -> bool: nonpayable
    def transferFrom(sender: address, to: address, amount: uint256) -> bool: nonpayable

event Published:
    number: indexed(uint256)
    provider: indexed(address)
    content: bytes32
    price: uint256

event Bought:
    number: indexed(uint256)
    buyer: indexed(address)
    until: uint256
    paid: uint256

event Rated:
    number: indexed(uint256)
    buyer: indexed(address)
    stars: uint8

event Refunded:
    number: indexed(uint256)
    buyer: indexed(address)
    amount: uint256

struct DataSet:
    provider: address
    price: uint256  # a day, in the payment token's smallest unit
    active: bool
    content: bytes32
    sales: uint256
    stars: uint256
    ratings: uint256

struct Access:
    until: uint256
    paid: uint256
    bought_at: uint256
    rated: bool

DAY: constant(uint256) = 86_400
GRACE: constant(uint256) = 86_400
MAX_DAYS: constant(uint256) = 366

payment: public(immutable(ERC20))

count: public(uint256)
data_sets: public(HashMap[uint256, DataSet])
access: public(HashMap[uint256, HashMap[address, Access]])
earned: public(HashMap[address, uint256])


@deploy
def __init__(payment_: address):
    payment = ERC20(payment_)


@external
def publish(content: bytes32, price: uint256) -> uint256:
    """@notice Offers a data set. @return Its number."""
    number: uint256 = self.count
    self.count = number + 1
    self.data_sets[number] = DataSet(
        provider=msg.sender, price=price, active=True, content=content, sales=0, stars=0, ratings=0)
    log Published(number=number, provider=msg.sender, content=content, price=price)
    return number


@external
def update(number: uint256, price: uint256, active: bool):
    """@notice Changes price and availability; provider only."""
    assert self.data_sets[number].provider == msg.sender, "not provider"
    self.data_sets[number].price = price
    self.data_sets[number].active = active


@external
@nonreentrant
def buy(number: uint256, time_days: uint256):
    """@notice Buys or prolongs access by whole days."""
    assert time_days > 0 and time_days <= MAX_DAYS, "days"
    assert self.data_sets[number].active, "not for sale"
    cost: uint256 = self.data_sets[number].price * time_days
    entry: Access = self.access[number][msg.sender]
    # An earlier purchase can no longer be refunded once it is prolonged.
    self.earned[self.data_sets[number].provider] += entry.paid
    start: uint256 = max(entry.until, block.timestamp)
    self.access[number][msg.sender] = Access(
        until=start + time_days * DAY, paid=cost, bought_at=block.timestamp, rated=entry.rated)
    self.data_sets[number].sales += 1
    assert extcall payment.transferFrom(msg.sender, self, cost)
    log Bought(number=number, buyer=msg.sender, until=start + time_days * DAY, paid=cost)


@external
def settle(number: uint256, buyer: address):
    """@notice Credits a purchase to the provider once the grace period is over."""
    entry: Access = self.access[number][buyer]
    assert entry.paid > 0, "nothing to settle"
    assert block.timestamp >= entry.bought_at + GRACE, "grace period"
    self.access[number][buyer].paid = 0
    self.earned[self.data_sets[number].provider] += entry.paid


@external
@nonreentrant
def refund(number: uint256, buyer: address):
    """@notice Takes access back and returns an unsettled payment; provider only."""
    assert self.data_sets[number].provider == msg.sender, "not provider"
    amount: uint256 = self.access[number][buyer].paid
    assert amount > 0, "nothing to refund"
    self.access[number][buyer].paid = 0
    self.access[number][buyer].until = block.timestamp
    assert extcall payment.transfer(buyer, amount)
    log Refunded(number=number, buyer=buyer, amount=amount)


@external
def rate(number: uint256, stars: uint8):
    """@notice Rates a data set once, from one to five stars; holders of access only."""
    assert stars >= 1 and stars <= 5, "stars"
    entry: Access = self.access[number][msg.sender]
    assert entry.until > block.timestamp, "no access"
    assert not entry.rated, "rated"
    self.access[number][msg.sender].rated = True
    self.data_sets[number].stars += convert(stars, uint256)
    self.data_sets[number].ratings += 1
    log Rated(number=number, buyer=msg.sender, stars=stars)


@external
@nonreentrant
def withdraw() -> uint256:
    """@notice Pays the caller's credited sales. @return The amount."""
    amount: uint256 = self.earned[msg.sender]
    assert amount > 0, "nothing earned"
    self.earned[msg.sender] = 0
    assert extcall payment.transfer(msg.sender, amount)
    return amount
