# pragma version 0.4.3
"""
@title  Vault that holds one NFT and issues shares in it
@notice The curator locks the token and receives all shares, which trade like any token. Holders
        each name a reserve price; the vault's is the mean weighted by shares. Whoever pays it takes
        the NFT, and holders exchange their shares for their part of the payment.
"""

interface NFT:
    def ownerOf(token_id: uint256) -> address: view
    def transferFrom(sender: address, to: address, token_id: uint256): nonpayable

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    value: uint256

event Approval:
    owner: indexed(address)
    spender: indexed(address)
    value: uint256

event ReserveNamed:
    holder: indexed(address)
    price: uint256

event BoughtOut:
    buyer: indexed(address)
    price: uint256

event Redeemed:
    holder: indexed(address)
    shares: uint256
    amount: uint256

decimals: public(constant(uint8)) = 18

collection: public(immutable(NFT))
token_id: public(immutable(uint256))
curator: public(immutable(address))

locked: public(bool)
sold: public(bool)
totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
allowance: public(HashMap[address, HashMap[address, uint256]])
named: public(HashMap[address, uint256])  # the price that a holder named; zero for none
voting_shares: public(uint256)
weighted_sum: public(uint256)  # shares of each voting holder times the price named


@deploy
def __init__(collection_: address, token_id_: uint256):
    collection = NFT(collection_)
    token_id = token_id_
    curator = msg.sender


@external
def lock(shares: uint256, price: uint256):
    """@notice Moves the NFT in, issues `shares` and names a first reserve price; curator, once."""
    assert msg.sender == curator, "not curator"
    assert not self.locked, "locked"
    assert shares > 0 and price > 0, "amount"
    self.locked = True
    self.totalSupply = shares
    self.balanceOf[msg.sender] = shares
    self.named[msg.sender] = price
    self.voting_shares = shares
    self.weighted_sum = shares * price
    extcall collection.transferFrom(msg.sender, self, token_id)
    log Transfer(sender=empty(address), receiver=msg.sender, value=shares)
    log ReserveNamed(holder=msg.sender, price=price)


@external
def transfer(to: address, amount: uint256) -> bool:
    """@notice Moves shares."""
    self._transfer(msg.sender, to, amount)
    return True


@external
def transferFrom(sender: address, to: address, amount: uint256) -> bool:
    """@notice Moves shares out of the caller's allowance."""
    self.allowance[sender][msg.sender] -= amount
    self._transfer(sender, to, amount)
    return True


@external
def approve(spender: address, amount: uint256) -> bool:
    """@notice Lets `spender` move up to `amount` of the caller's shares."""
    self.allowance[msg.sender][spender] = amount
    log Approval(owner=msg.sender, spender=spender, value=amount)
    return True


@external
def name_reserve(price: uint256):
    """@notice Names the price that the caller's shares ask for; zero to abstain."""
    shares: uint256 = self.balanceOf[msg.sender]
    self._leave(shares, self.named[msg.sender])
    self.named[msg.sender] = price
    self._enter(shares, price)
    log ReserveNamed(holder=msg.sender, price=price)


@external
@view
def reserve_price() -> uint256:
    """@return What the whole asset costs now, in wei."""
    return self._reserve_price()


@external
@payable
def buy_out():
    """@notice Buys the NFT for at least the reserve price, once half of the shares have named one."""
    assert self.locked and not self.sold, "not for sale"
    assert self.voting_shares * 2 >= self.totalSupply, "quorum"
    assert msg.value >= self._reserve_price(), "price"
    self.sold = True
    extcall collection.transferFrom(self, msg.sender, token_id)
    log BoughtOut(buyer=msg.sender, price=msg.value)


@external
@nonreentrant
def redeem() -> uint256:
    """@notice After a sale, exchanges the caller's shares for ether. @return The amount in wei."""
    assert self.sold, "not sold"
    shares: uint256 = self.balanceOf[msg.sender]
    assert shares > 0, "no shares"
    amount: uint256 = self.balance * shares // self.totalSupply
    self.balanceOf[msg.sender] = 0
    self.totalSupply -= shares
    raw_call(msg.sender, b"", value=amount)
    log Redeemed(holder=msg.sender, shares=shares, amount=amount)
    return amount


@internal
@view
def _reserve_price() -> uint256:
    return self.weighted_sum // self.voting_shares


@internal
def _transfer(sender: address, to: address, amount: uint256):
    assert to != empty(address), "zero address"
    assert self.balanceOf[sender] >= amount, "balance"
    # Shares vote with their holder: the mean moves when holders with different prices trade.
    if self.named[sender] != self.named[to]:
        self._leave(amount, self.named[sender])
        self._enter(amount, self.named[to])
    self.balanceOf[sender] -= amount
    self.balanceOf[to] += amount
    log Transfer(sender=sender, receiver=to, value=amount)


@internal
def _leave(shares: uint256, price: uint256):
    if price > 0:
        self.voting_shares -= shares
        self.weighted_sum -= shares * price


@internal
def _enter(shares: uint256, price: uint256):
    if price > 0:
        self.voting_shares += shares
        self.weighted_sum += shares * price
