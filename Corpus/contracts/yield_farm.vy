# pragma version 0.4.3
"""
@title  Yield farm: stake one token, earn another
@notice Rewards flow at a constant rate to all stakers in proportion to their stakes. One
        accumulator holds the reward for each staked unit since the start; a staker's claim is the
        accumulator's growth since the stake last changed. Rewards of times in which nobody stakes
        stay in the contract.
"""

interface ERC20:
    def transfer(to: address, amount: uint256) -> bool: nonpayable
    def transferFrom(sender: address, to: address, amount: uint256) -> bool: nonpayable

event Staked:
    account: indexed(address)
    amount: uint256

event Unstaked:
    account: indexed(address)
    amount: uint256

event Claimed:
    account: indexed(address)
    reward: uint256

event Funded:
    amount: uint256
    rate: uint256
    ends: uint256

struct Position:
    stake: uint256
    entry: uint256  # accumulator when the position was last settled
    earned: uint256  # settled, not yet claimed

SCALE: constant(uint256) = 10**24

stake_token: public(immutable(ERC20))
reward_token: public(immutable(ERC20))
owner: public(immutable(address))

total_staked: public(uint256)
rate: public(uint256)  # reward units a second
ends: public(uint256)
accumulator: public(uint256)
updated_at: public(uint256)
positions: public(HashMap[address, Position])


@deploy
def __init__(stake_token_: address, reward_token_: address):
    stake_token = ERC20(stake_token_)
    reward_token = ERC20(reward_token_)
    owner = msg.sender
    self.updated_at = block.timestamp


@external
def fund(amount: uint256, duration: uint256):
    """@notice Adds rewards to be paid out over the next `duration` seconds; owner only."""
    assert msg.sender == owner, "not owner"
    assert duration > 0, "duration"
    self._update()
    left: uint256 = self.rate * (self.ends - block.timestamp) if self.ends > block.timestamp else 0
    self.rate = (amount + left) // duration
    self.ends = block.timestamp + duration
    assert extcall reward_token.transferFrom(msg.sender, self, amount)
    log Funded(amount=amount, rate=self.rate, ends=self.ends)


@external
@nonreentrant
def stake(amount: uint256):
    """@notice Adds `amount` to the caller's stake."""
    assert amount > 0, "amount"
    self._settle(msg.sender)
    self.positions[msg.sender].stake += amount
    self.total_staked += amount
    assert extcall stake_token.transferFrom(msg.sender, self, amount)
    log Staked(account=msg.sender, amount=amount)


@external
@nonreentrant
def unstake(amount: uint256):
    """@notice Takes `amount` of the caller's stake out and pays the reward earned so far."""
    self._settle(msg.sender)
    self.positions[msg.sender].stake -= amount
    self.total_staked -= amount
    self._claim(msg.sender)
    assert extcall stake_token.transfer(msg.sender, amount)
    log Unstaked(account=msg.sender, amount=amount)


@external
@nonreentrant
def claim() -> uint256:
    """@notice Pays the caller's reward. @return The amount."""
    self._settle(msg.sender)
    return self._claim(msg.sender)


@external
@nonreentrant
def emergency_exit():
    """@notice Returns the caller's stake and forfeits the reward."""
    amount: uint256 = self.positions[msg.sender].stake
    self._update()
    self.positions[msg.sender] = empty(Position)
    self.total_staked -= amount
    assert extcall stake_token.transfer(msg.sender, amount)
    log Unstaked(account=msg.sender, amount=amount)


@external
@view
def claimable(account: address) -> uint256:
    """@return What `claim` would pay now."""
    position: Position = self.positions[account]
    return position.earned + position.stake * (self._accumulated() - position.entry) // SCALE


@internal
@view
def _accumulated() -> uint256:
    until: uint256 = min(block.timestamp, self.ends)
    if self.total_staked == 0 or until <= self.updated_at:
        return self.accumulator
    return self.accumulator + self.rate * (until - self.updated_at) * SCALE // self.total_staked


@internal
def _update():
    self.accumulator = self._accumulated()
    self.updated_at = block.timestamp


@internal
def _settle(account: address):
    self._update()
    position: Position = self.positions[account]
    position.earned += position.stake * (self.accumulator - position.entry) // SCALE
    position.entry = self.accumulator
    self.positions[account] = position


@internal
def _claim(account: address) -> uint256:
    reward: uint256 = self.positions[account].earned
    if reward > 0:
        self.positions[account].earned = 0
        assert extcall reward_token.transfer(account, reward)
        log Claimed(account=account, reward=reward)
    return reward
