# pragma version 0.4.3
"""
@title  Marketplace for NFTs with royalties
@notice Sellers list tokens at a fixed price in ether and keep them until they are sold. A sale
        pays the creator's royalty (ERC-2981) and the market's fee; the rest is the seller's.
        Proceeds are credited and withdrawn later, so that no receiver can block a sale.
"""

interface NFT:
    def ownerOf(token_id: uint256) -> address: view
    def royaltyInfo(token_id: uint256, sale_price: uint256) -> (address, uint256): view
    def transferFrom(sender: address, to: address, token_id: uint256): nonpayable

event Listed:
    collection: indexed(address)
    token_id: indexed(uint256)
    seller: indexed(address)
    price: uint256

event Cancelled:
    collection: indexed(address)
    token_id: indexed(uint256)

event Sold:
    collection: indexed(address)
    token_id: indexed(uint256)
    buyer: indexed(address)
    price: uint256
    royalty: uint256

struct Listing:
    seller: address
    price: uint256
    expires: uint256

FEE_DENOMINATOR: constant(uint256) = 10_000
FEE: public(constant(uint256)) = 250
TREASURY: public(immutable(address))

listings: public(HashMap[address, HashMap[uint256, Listing]])
proceeds: public(HashMap[address, uint256])
volume: public(uint256)


@deploy
def __init__(treasury: address):
    """
    @param treasury Account credited with the market's fee
    """
    TREASURY = treasury


@external
def list_token(collection: address, token_id: uint256, price: uint256, expires: uint256):
    """@notice Offers the caller's token for `price` wei until the time `expires`."""
    assert price > 0, "price"
    assert expires > block.timestamp, "expired"
    assert staticcall NFT(collection).ownerOf(token_id) == msg.sender, "not owner"
    self.listings[collection][token_id] = Listing(seller=msg.sender, price=price, expires=expires)
    log Listed(collection=collection, token_id=token_id, seller=msg.sender, price=price)


@external
def cancel(collection: address, token_id: uint256):
    """@notice Takes an offer back; seller only."""
    assert self.listings[collection][token_id].seller == msg.sender, "not seller"
    self.listings[collection][token_id] = empty(Listing)
    log Cancelled(collection=collection, token_id=token_id)


@external
@payable
@nonreentrant
def buy(collection: address, token_id: uint256):
    """@notice Buys a listed token for exactly its price."""
    listing: Listing = self.listings[collection][token_id]
    assert listing.seller != empty(address), "not listed"
    assert block.timestamp <= listing.expires, "expired"
    assert msg.value == listing.price, "price"
    self.listings[collection][token_id] = empty(Listing)

    creator: address = empty(address)
    royalty: uint256 = 0
    creator, royalty = staticcall NFT(collection).royaltyInfo(token_id, listing.price)
    fee: uint256 = listing.price * FEE // FEE_DENOMINATOR
    assert royalty + fee <= listing.price, "royalty"
    self.proceeds[creator] += royalty
    self.proceeds[TREASURY] += fee
    self.proceeds[listing.seller] += listing.price - royalty - fee
    self.volume += listing.price

    extcall NFT(collection).transferFrom(listing.seller, msg.sender, token_id)
    log Sold(
        collection=collection, token_id=token_id, buyer=msg.sender,
        price=listing.price, royalty=royalty)


@external
@nonreentrant
def withdraw() -> uint256:
    """@notice Sends the caller what sales have earned. @return The amount in wei."""
    amount: uint256 = self.proceeds[msg.sender]
    assert amount > 0, "nothing to withdraw"
    self.proceeds[msg.sender] = 0
    raw_call(msg.sender, b"", value=amount)
    return amount
