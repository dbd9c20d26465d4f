# pragma version 0.4.3
"""
@title  NFT collection (ERC-721) with creator royalties (ERC-2981)
@notice Anyone may mint at a fixed price until the supply runs out. Token numbers come from one
        counter, so mints form a chain; transfers of different tokens between different owners
        are independent.
"""

interface Receiver:
    def onERC721Received(
        operator: address, sender: address, token_id: uint256, data: Bytes[256]
    ) -> bytes4: nonpayable

event Transfer:
    sender: indexed(address)
    receiver: indexed(address)
    token_id: indexed(uint256)

event Approval:
    owner: indexed(address)
    approved: indexed(address)
    token_id: indexed(uint256)

event ApprovalForAll:
    owner: indexed(address)
    operator: indexed(address)
    approved: bool

ROYALTY_DENOMINATOR: constant(uint256) = 10_000
MAX_ROYALTY: constant(uint256) = 1_000
ERC165: constant(bytes4) = 0x01ffc9a7
ERC721: constant(bytes4) = 0x80ac58cd
ERC2981: constant(bytes4) = 0x2a55205a

name: public(String[32])
symbol: public(String[8])
creator: public(immutable(address))
royalty: public(immutable(uint256))
price: public(immutable(uint256))
supply_limit: public(immutable(uint256))

totalSupply: public(uint256)
balanceOf: public(HashMap[address, uint256])
owner_of: HashMap[uint256, address]
getApproved: public(HashMap[uint256, address])
isApprovedForAll: public(HashMap[address, HashMap[address, bool]])


@deploy
def __init__(
    name: String[32], symbol: String[8], price_: uint256, supply_limit_: uint256, royalty_: uint256
):
    """
    @param price_ Wei asked for each mint
    @param royalty_ Creator's share of each sale, in ten-thousandths
    """
    assert royalty_ <= MAX_ROYALTY, "royalty"
    self.name = name
    self.symbol = symbol
    creator = msg.sender
    price = price_
    supply_limit = supply_limit_
    royalty = royalty_


@external
@view
def supportsInterface(interface_id: bytes4) -> bool:
    """@return Whether the ERC-165 interface is implemented."""
    return interface_id in [ERC165, ERC721, ERC2981]


@external
@view
def ownerOf(token_id: uint256) -> address:
    """@return The owner of an existing token."""
    return self._owner(token_id)


@external
@view
def royaltyInfo(token_id: uint256, sale_price: uint256) -> (address, uint256):
    """@return Who is owed a royalty on a sale, and how much."""
    return creator, sale_price * royalty // ROYALTY_DENOMINATOR


@external
@payable
def mint() -> uint256:
    """@notice Buys a new token for the caller. @return Its number."""
    assert msg.value == price, "price"
    token_id: uint256 = self.totalSupply
    assert token_id < supply_limit, "sold out"
    self.totalSupply = token_id + 1
    self.owner_of[token_id] = msg.sender
    self.balanceOf[msg.sender] += 1
    log Transfer(sender=empty(address), receiver=msg.sender, token_id=token_id)
    return token_id


@external
def withdraw():
    """@notice Sends the proceeds of all mints to the creator."""
    send(creator, self.balance, gas=30_000)


@external
def approve(approved: address, token_id: uint256):
    """@notice Lets `approved` move one token."""
    owner: address = self._owner(token_id)
    assert msg.sender == owner or self.isApprovedForAll[owner][msg.sender], "not allowed"
    self.getApproved[token_id] = approved
    log Approval(owner=owner, approved=approved, token_id=token_id)


@external
def setApprovalForAll(operator: address, approved: bool):
    """@notice Lets `operator` move all of the caller's tokens, or no longer."""
    assert operator != msg.sender, "operator"
    self.isApprovedForAll[msg.sender][operator] = approved
    log ApprovalForAll(owner=msg.sender, operator=operator, approved=approved)


@external
def transferFrom(sender: address, to: address, token_id: uint256):
    """@notice Moves a token; owner, approved account or operator only."""
    self._transfer(sender, to, token_id)


@external
def safeTransferFrom(sender: address, to: address, token_id: uint256, data: Bytes[256] = b""):
    """@notice Moves a token and asks a receiving contract whether it knows what to do with it."""
    self._transfer(sender, to, token_id)
    if to.is_contract:
        answer: bytes4 = extcall Receiver(to).onERC721Received(msg.sender, sender, token_id, data)
        assert answer == method_id("onERC721Received(address,address,uint256,bytes)", output_type=bytes4)


@internal
@view
def _owner(token_id: uint256) -> address:
    owner: address = self.owner_of[token_id]
    assert owner != empty(address), "no such token"
    return owner


@internal
def _transfer(sender: address, to: address, token_id: uint256):
    owner: address = self._owner(token_id)
    assert owner == sender, "not owner"
    assert to != empty(address), "zero address"
    if msg.sender != owner:
        assert (
            self.getApproved[token_id] == msg.sender or self.isApprovedForAll[owner][msg.sender]
        ), "not allowed"
    self.getApproved[token_id] = empty(address)
    self.owner_of[token_id] = to
    self.balanceOf[sender] -= 1
    self.balanceOf[to] += 1
    log Transfer(sender=sender, receiver=to, token_id=token_id)
