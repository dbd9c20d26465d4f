# pragma version 0.4.3
"""
@title  Factory and router for constant-product pairs
@notice Creates pairs as copies of a template (CREATE2) and routes liquidity and multi-hop swaps.
        The address of a pair is looked up in storage, so what a swap touches depends on state.
"""

interface ERC20:
    def transfer(to: address, amount: uint256) -> bool: nonpayable
    def transferFrom(sender: address, to: address, amount: uint256) -> bool: nonpayable

interface Pair:
    def initialize(token0: address, token1: address): nonpayable
    def reserves() -> (uint256, uint256): view
    def swap(out0: uint256, out1: uint256, to: address): nonpayable
    def mint(to: address) -> uint256: nonpayable
    def burn(to: address) -> (uint256, uint256): nonpayable
    def transfer(to: address, amount: uint256) -> bool: nonpayable

event PairCreated:
    token0: indexed(address)
    token1: indexed(address)
    pair: address
    number: uint256

MAX_HOPS: constant(uint256) = 4
TEMPLATE: immutable(address)

pair_of: HashMap[address, HashMap[address, address]]  # keyed by the tokens in ascending order
pairs: public(HashMap[uint256, address])
pair_count: public(uint256)


@deploy
def __init__(template: address):
    """
    @param template A deployed pair whose code every new pair copies
    """
    TEMPLATE = template


@external
def create_pair(a: address, b: address) -> address:
    """@notice Creates the pair of `a` and `b`. @return Its address."""
    assert a != b, "same token"
    token0: address = a if convert(a, uint160) < convert(b, uint160) else b
    token1: address = b if token0 == a else a
    assert self.pair_of[token0][token1] == empty(address), "exists"
    salt: bytes32 = keccak256(concat(convert(token0, bytes32), convert(token1, bytes32)))
    pair: address = create_copy_of(TEMPLATE, salt=salt)
    extcall Pair(pair).initialize(token0, token1)
    self.pair_of[token0][token1] = pair
    number: uint256 = self.pair_count
    self.pairs[number] = pair
    self.pair_count = number + 1
    log PairCreated(token0=token0, token1=token1, pair=pair, number=number)
    return pair


@external
@view
def get_pair(a: address, b: address) -> address:
    """@return The pair of two tokens in either order, or the zero address."""
    return self._pair(a, b)


@external
@view
def quote(amount_in: uint256, path: DynArray[address, MAX_HOPS]) -> uint256:
    """@return What swapping `amount_in` along `path` would give now."""
    amount: uint256 = amount_in
    for i: uint256 in range(len(path) - 1, bound=MAX_HOPS - 1):
        amount = self._output(self._pair(path[i], path[i + 1]), path[i], path[i + 1], amount)
    return amount


@external
def add_liquidity(a: address, b: address, amount_a: uint256, amount_b: uint256) -> uint256:
    """@notice Supplies both tokens to their pair; shares go to the caller. @return The shares."""
    pair: address = self._pair(a, b)
    assert pair != empty(address), "no pair"
    assert extcall ERC20(a).transferFrom(msg.sender, pair, amount_a)
    assert extcall ERC20(b).transferFrom(msg.sender, pair, amount_b)
    return extcall Pair(pair).mint(msg.sender)


@external
def swap(
    amount_in: uint256,
    minimum_out: uint256,
    path: DynArray[address, MAX_HOPS],
    to: address,
    deadline: uint256,
) -> uint256:
    """
    @notice Swaps exactly `amount_in` of `path[0]` along `path` and sends the result to `to`.
    @return The amount of the last token.
    """
    assert block.timestamp <= deadline, "expired"
    assert len(path) >= 2, "path"
    pair: address = self._pair(path[0], path[1])
    assert pair != empty(address), "no pair"
    assert extcall ERC20(path[0]).transferFrom(msg.sender, pair, amount_in)

    amount: uint256 = amount_in
    for i: uint256 in range(len(path) - 1, bound=MAX_HOPS - 1):
        amount = self._output(pair, path[i], path[i + 1], amount)
        receiver: address = to
        next_pair: address = empty(address)
        if i + 2 < len(path):
            # Each pair pays straight into the next one.
            next_pair = self._pair(path[i + 1], path[i + 2])
            assert next_pair != empty(address), "no pair"
            receiver = next_pair
        if convert(path[i], uint160) < convert(path[i + 1], uint160):
            extcall Pair(pair).swap(0, amount, receiver)
        else:
            extcall Pair(pair).swap(amount, 0, receiver)
        pair = next_pair
    assert amount >= minimum_out, "slippage"
    return amount


@internal
@view
def _pair(a: address, b: address) -> address:
    if convert(a, uint160) < convert(b, uint160):
        return self.pair_of[a][b]
    return self.pair_of[b][a]


@internal
@view
def _output(pair: address, sold: address, bought: address, amount_in: uint256) -> uint256:
    reserve0: uint256 = 0
    reserve1: uint256 = 0
    reserve0, reserve1 = staticcall Pair(pair).reserves()
    reserve_in: uint256 = reserve0
    reserve_out: uint256 = reserve1
    if convert(sold, uint160) > convert(bought, uint160):
        reserve_in = reserve1
        reserve_out = reserve0
    with_fee: uint256 = amount_in * 997
    return with_fee * reserve_out // (reserve_in * 1000 + with_fee)
