# pragma version 0.4.3
"""
@title  Loyalty points, written to sit behind a proxy
@notice Shops award points, holders pass them on or redeem them. Points lose a tenth of their worth
        with each season; a holder's old points are converted when the account is next touched.
        State lives in the proxy: there is no constructor, `initialize` takes its place.
"""

event Awarded:
    shop: indexed(address)
    holder: indexed(address)
    points: uint256

event Moved:
    sender: indexed(address)
    receiver: indexed(address)
    points: uint256

event Redeemed:
    holder: indexed(address)
    shop: indexed(address)
    points: uint256

struct Holding:
    points: uint256
    season: uint256

MAX_SEASONS: constant(uint256) = 16

operator: public(address)
season: public(uint256)
outstanding: public(uint256)
is_shop: public(HashMap[address, bool])
holdings: HashMap[address, Holding]
redeemed_at: public(HashMap[address, uint256])


@external
def initialize(operator: address):
    """@notice Sets the operator, once per proxy."""
    assert self.operator == empty(address), "initialized"
    assert operator != empty(address), "zero address"
    self.operator = operator
    self.season = 1


@external
def set_shop(shop: address, allowed: bool):
    """@notice Lets a shop award points, or no longer; operator only."""
    assert msg.sender == self.operator, "not operator"
    self.is_shop[shop] = allowed


@external
def next_season():
    """@notice Starts a season; operator only."""
    assert msg.sender == self.operator, "not operator"
    self.season += 1


@external
@view
def points_of(holder: address) -> uint256:
    """@return What a holder's points are worth in the current season."""
    return self._current(self.holdings[holder], self.season)


@external
def award(holder: address, points: uint256):
    """@notice Gives new points to `holder`; shops only."""
    assert self.is_shop[msg.sender], "not a shop"
    self._set(holder, self._points(holder) + points)
    self.outstanding += points
    log Awarded(shop=msg.sender, holder=holder, points=points)


@external
def move(receiver: address, points: uint256):
    """@notice Passes points on to another holder."""
    assert receiver != msg.sender, "self"
    self._set(msg.sender, self._points(msg.sender) - points)
    self._set(receiver, self._points(receiver) + points)
    log Moved(sender=msg.sender, receiver=receiver, points=points)


@external
def redeem(shop: address, points: uint256):
    """@notice Spends points at a shop."""
    assert self.is_shop[shop], "not a shop"
    self._set(msg.sender, self._points(msg.sender) - points)
    self.redeemed_at[shop] += points
    log Redeemed(holder=msg.sender, shop=shop, points=points)


@internal
@view
def _points(holder: address) -> uint256:
    return self._current(self.holdings[holder], self.season)


@internal
@pure
def _current(holding: Holding, season: uint256) -> uint256:
    points: uint256 = holding.points
    age: uint256 = min(season - holding.season, MAX_SEASONS) if holding.season > 0 else 0
    for _: uint256 in range(age, bound=MAX_SEASONS):
        points = points * 9 // 10
    return points


@internal
def _set(holder: address, points: uint256):
    self.holdings[holder] = Holding(points=points, season=self.season)
