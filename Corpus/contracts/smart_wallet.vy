# pragma version 0.4.3
"""
@title  Smart wallet: batches of calls, spending limits, guardians
@notice Runs behind an EIP-1167 clone, and equally as the code that an EIP-7702 account delegates
        to: then the account itself may call. Guardians move only ether and only up to a daily limit.
"""

struct Call:
    target: address
    value: uint256
    data: Bytes[512]

event Executed:
    target: indexed(address)
    value: uint256

event Received:
    sender: indexed(address)
    value: uint256

event GuardianSet:
    guardian: indexed(address)
    daily_limit: uint256

MAX_CALLS: constant(uint256) = 8
DAY: constant(uint256) = 86_400

owner: public(address)
daily_limit: public(HashMap[address, uint256])
spent: public(HashMap[address, HashMap[uint256, uint256]])  # guardian -> day -> wei


@external
@payable
def initialize(owner: address):
    """@notice Sets the owner, once per wallet."""
    assert self.owner == empty(address), "initialized"
    assert owner != empty(address), "zero address"
    self.owner = owner


@external
@payable
def __default__():
    """@notice Takes ether."""
    if msg.value > 0:
        log Received(sender=msg.sender, value=msg.value)


@external
@payable
def execute(target: address, amount: uint256, data: Bytes[512]) -> Bytes[512]:
    """@notice Makes one call; owner only. @return What it returned."""
    self._only_owner()
    return self._call(target, amount, data)


@external
@payable
def execute_batch(calls: DynArray[Call, MAX_CALLS]):
    """@notice Makes several calls, all or none; owner only."""
    self._only_owner()
    for call: Call in calls:
        self._call(call.target, call.value, call.data)


@external
def set_guardian(guardian: address, daily_limit: uint256):
    """@notice Lets a guardian spend up to `daily_limit` wei a day; zero for none. Owner only."""
    self._only_owner()
    self.daily_limit[guardian] = daily_limit
    log GuardianSet(guardian=guardian, daily_limit=daily_limit)


@external
def spend(to: address, amount: uint256):
    """@notice Sends ether within the calling guardian's daily limit."""
    day: uint256 = block.timestamp // DAY
    spent: uint256 = self.spent[msg.sender][day] + amount
    assert spent <= self.daily_limit[msg.sender], "limit"
    self.spent[msg.sender][day] = spent
    self._call(to, amount, b"")


@internal
@view
def _only_owner():
    assert msg.sender == self.owner or msg.sender == self, "not owner"


@internal
def _call(target: address, amount: uint256, data: Bytes[512]) -> Bytes[512]:
    result: Bytes[512] = raw_call(target, data, value=amount, max_outsize=512)
    log Executed(target=target, value=amount)
    return result
