# pragma version 0.4.3
"""
@title  Constant-product pair of two ERC-20 tokens
@notice Reserves follow x * y = k with a fee of 0.3 % that stays in the pool. Whoever calls swap,
        mint or burn has sent the tokens before; the pair credits what arrived since its last
        update. One storage word holds both reserves and the time of the last update, so every
        swap on a pair conflicts with every other.
"""

interface ERC20:
    def balanceOf(account: address) -> uint256: view
    def transfer(to: address, amount: uint256) -> bool: nonpayable

event Swap:
    sender: indexed(address)
    in0: uint256
    in1: uint256
    out0: uint256
    out1: uint256
    to: indexed(address)

event Mint:
    sender: indexed(address)
    amount0: uint256
    amount1: uint256

event Burn:
    sender: indexed(address)
    amount0: uint256
    amount1: uint256
    to: indexed(address)

event Sync:
    reserve0: uint256
    reserve1: uint256

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    value: uint256

MINIMUM_LIQUIDITY: constant(uint256) = 1000
MAX_RESERVE: constant(uint256) = 2**112 - 1

token0: public(address)
token1: public(address)
factory: public(address)
packed: uint256  # reserve0 | reserve1 << 112 | timestamp << 224
cumulative_price0: public(uint256)
cumulative_price1: public(uint256)
totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])


@external
def initialize(token0: address, token1: address):
    """
    @notice Sets the tokens, once. A pair is a copy of a template's code, which runs no constructor.
    """
    assert self.factory == empty(address), "initialized"
    assert token0 != token1 and token0 != empty(address), "tokens"
    self.factory = msg.sender
    self.token0 = token0
    self.token1 = token1


@external
@view
def reserves() -> (uint256, uint256):
    """@return The reserves of token0 and token1 at the last update."""
    return self._reserves()


@external
def transfer(to: address, amount: uint256) -> bool:
    """@notice Moves pool shares to `to`."""
    self.balanceOf[msg.sender] -= amount
    self.balanceOf[to] += amount
    log Transfer(sender=msg.sender, receiver=to, value=amount)
    return True


@external
@nonreentrant
def mint(to: address) -> uint256:
    """@notice Issues pool shares to `to` for the tokens that arrived. @return The shares."""
    reserve0: uint256 = 0
    reserve1: uint256 = 0
    reserve0, reserve1 = self._reserves()
    balance0: uint256 = staticcall ERC20(self.token0).balanceOf(self)
    balance1: uint256 = staticcall ERC20(self.token1).balanceOf(self)
    amount0: uint256 = balance0 - reserve0
    amount1: uint256 = balance1 - reserve1

    supply: uint256 = self.totalSupply
    shares: uint256 = 0
    if supply == 0:
        shares = isqrt(amount0 * amount1) - MINIMUM_LIQUIDITY
        self._issue(empty(address), MINIMUM_LIQUIDITY)  # locked: the pool is never empty again
    else:
        shares = min(amount0 * supply // reserve0, amount1 * supply // reserve1)
    assert shares > 0, "no liquidity"
    self._issue(to, shares)
    self._update(balance0, balance1, reserve0, reserve1)
    log Mint(sender=msg.sender, amount0=amount0, amount1=amount1)
    return shares


@external
@nonreentrant
def burn(to: address) -> (uint256, uint256):
    """@notice Redeems the shares that the pair itself holds; sends both tokens to `to`."""
    reserve0: uint256 = 0
    reserve1: uint256 = 0
    reserve0, reserve1 = self._reserves()
    token0: address = self.token0
    token1: address = self.token1
    shares: uint256 = self.balanceOf[self]
    supply: uint256 = self.totalSupply
    amount0: uint256 = shares * (staticcall ERC20(token0).balanceOf(self)) // supply
    amount1: uint256 = shares * (staticcall ERC20(token1).balanceOf(self)) // supply
    assert amount0 > 0 and amount1 > 0, "no liquidity"

    self.balanceOf[self] = 0
    self.totalSupply = supply - shares
    log Transfer(sender=self, receiver=empty(address), value=shares)
    assert extcall ERC20(token0).transfer(to, amount0)
    assert extcall ERC20(token1).transfer(to, amount1)
    self._update(
        staticcall ERC20(token0).balanceOf(self), staticcall ERC20(token1).balanceOf(self),
        reserve0, reserve1)
    log Burn(sender=msg.sender, amount0=amount0, amount1=amount1, to=to)
    return amount0, amount1


@external
@nonreentrant
def swap(out0: uint256, out1: uint256, to: address):
    """@notice Sends `out0` and `out1` to `to`, provided that enough arrived in exchange."""
    assert out0 > 0 or out1 > 0, "no output"
    reserve0: uint256 = 0
    reserve1: uint256 = 0
    reserve0, reserve1 = self._reserves()
    assert out0 < reserve0 and out1 < reserve1, "liquidity"
    token0: address = self.token0
    token1: address = self.token1
    assert to != token0 and to != token1, "receiver"

    if out0 > 0:
        assert extcall ERC20(token0).transfer(to, out0)
    if out1 > 0:
        assert extcall ERC20(token1).transfer(to, out1)
    balance0: uint256 = staticcall ERC20(token0).balanceOf(self)
    balance1: uint256 = staticcall ERC20(token1).balanceOf(self)
    in0: uint256 = self._arrived(balance0, reserve0 - out0)
    in1: uint256 = self._arrived(balance1, reserve1 - out1)
    assert in0 > 0 or in1 > 0, "no input"

    # The product must not shrink once 0.3 % of the input is set aside.
    adjusted0: uint256 = balance0 * 1000 - in0 * 3
    adjusted1: uint256 = balance1 * 1000 - in1 * 3
    assert adjusted0 * adjusted1 >= reserve0 * reserve1 * 1000**2, "k"
    self._update(balance0, balance1, reserve0, reserve1)
    log Swap(sender=msg.sender, in0=in0, in1=in1, out0=out0, out1=out1, to=to)


@internal
@pure
def _arrived(balance: uint256, kept: uint256) -> uint256:
    return balance - kept if balance > kept else 0


@internal
@view
def _reserves() -> (uint256, uint256):
    word: uint256 = self.packed
    return word & MAX_RESERVE, (word >> 112) & MAX_RESERVE


@internal
def _issue(to: address, shares: uint256):
    self.totalSupply += shares
    self.balanceOf[to] += shares
    log Transfer(sender=empty(address), receiver=to, value=shares)


@internal
def _update(balance0: uint256, balance1: uint256, reserve0: uint256, reserve1: uint256):
    assert balance0 <= MAX_RESERVE and balance1 <= MAX_RESERVE, "overflow"
    elapsed: uint256 = block.timestamp - (self.packed >> 224)
    # The price oracle advances once a block, by the price that held since the last one.
    if elapsed > 0 and reserve0 > 0 and reserve1 > 0:
        self.cumulative_price0 = unsafe_add(
            self.cumulative_price0, unsafe_mul((reserve1 << 112) // reserve0, elapsed))
        self.cumulative_price1 = unsafe_add(
            self.cumulative_price1, unsafe_mul((reserve0 << 112) // reserve1, elapsed))
    self.packed = balance0 | (balance1 << 112) | (block.timestamp << 224)
    log Sync(reserve0=balance0, reserve1=balance1)
