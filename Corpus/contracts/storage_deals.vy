# pragma version 0.4.3
"""
@title  Storage deals with periodic proofs
@notice A client prepays a provider to keep data for a number of epochs. In each epoch the provider
        proves to hold one leaf of the data's Merkle tree, chosen by the chain, and is paid for that
        epoch. Collateral covers missed epochs.
"""

event Opened:
    number: indexed(uint256)
    client: indexed(address)
    provider: indexed(address)
    root: bytes32

event Accepted:
    number: indexed(uint256)

event Proved:
    number: indexed(uint256)
    epoch: uint256
    paid: uint256

event Closed:
    number: indexed(uint256)
    to_client: uint256
    to_provider: uint256

struct Deal:
    client: address
    provider: address
    root: bytes32
    depth: uint256  # of the Merkle tree: it has 2**depth leaves
    price: uint256  # wei an epoch
    epochs: uint256
    started_at: uint256  # zero until accepted
    proved: uint256  # epochs paid for
    next_epoch: uint256  # first epoch not yet proved

EPOCH: constant(uint256) = 3_600
MAX_DEPTH: constant(uint256) = 20
MAX_EPOCHS: constant(uint256) = 8_784

deal_count: public(uint256)
deals: public(HashMap[uint256, Deal])
free_balance: public(HashMap[address, uint256])  # wei that its owner may pledge or withdraw


@external
@payable
def open(provider: address, root: bytes32, depth: uint256, epochs: uint256) -> uint256:
    """@notice Offers a deal and pays for all its epochs. @return Its number."""
    assert depth <= MAX_DEPTH and epochs > 0 and epochs <= MAX_EPOCHS, "terms"
    price: uint256 = msg.value // epochs
    assert price > 0 and price * epochs == msg.value, "price"
    number: uint256 = self.deal_count
    self.deal_count = number + 1
    self.deals[number] = Deal(
        client=msg.sender, provider=provider, root=root, depth=depth, price=price, epochs=epochs,
        started_at=0, proved=0, next_epoch=0)
    log Opened(number=number, client=msg.sender, provider=provider, root=root)
    return number


@external
@payable
def top_up():
    """@notice Adds to the caller's free balance, from which collateral is taken."""
    self.free_balance[msg.sender] += msg.value


@external
@nonreentrant
def withdraw(amount: uint256):
    """@notice Pays out of the caller's free balance."""
    self.free_balance[msg.sender] -= amount
    raw_call(msg.sender, b"", value=amount)


@external
def accept(number: uint256):
    """@notice Starts a deal; locks collateral worth the whole price. Provider only."""
    deal: Deal = self.deals[number]
    assert deal.provider == msg.sender, "not provider"
    assert deal.started_at == 0, "started"
    self.free_balance[msg.sender] -= deal.price * deal.epochs
    self.deals[number].started_at = block.timestamp
    log Accepted(number=number)


@external
@nonreentrant
def prove(number: uint256, leaf: bytes32, path: DynArray[bytes32, MAX_DEPTH]):
    """@notice Proves this epoch's leaf and is paid for the epoch; provider only."""
    deal: Deal = self.deals[number]
    assert deal.provider == msg.sender and deal.started_at > 0, "not provider"
    epoch: uint256 = (block.timestamp - deal.started_at) // EPOCH
    assert epoch < deal.epochs, "over"
    assert epoch >= deal.next_epoch, "proved"
    assert len(path) == deal.depth, "path"

    position: uint256 = self._challenge(number, epoch, deal.depth)
    node: bytes32 = keccak256(leaf)
    for sibling: bytes32 in path:
        if position % 2 == 0:
            node = keccak256(concat(node, sibling))
        else:
            node = keccak256(concat(sibling, node))
        position //= 2
    assert node == deal.root, "proof"

    self.deals[number].proved = deal.proved + 1
    self.deals[number].next_epoch = epoch + 1
    raw_call(msg.sender, b"", value=deal.price)
    log Proved(number=number, epoch=epoch, paid=deal.price)


@external
def close(number: uint256):
    """@notice Settles an ended or never accepted deal: each missed epoch costs its price twice."""
    deal: Deal = self.deals[number]
    assert deal.client != empty(address), "no such deal"
    to_client: uint256 = deal.price * (deal.epochs - deal.proved)
    to_provider: uint256 = 0
    if deal.started_at == 0:
        assert msg.sender == deal.client, "not client"
    else:
        assert block.timestamp >= deal.started_at + deal.epochs * EPOCH, "running"
        to_provider = deal.price * deal.proved
        to_client *= 2
    self.deals[number] = empty(Deal)
    # Credited, not sent: neither party can block the other's money.
    self.free_balance[deal.provider] += to_provider
    self.free_balance[deal.client] += to_client
    log Closed(number=number, to_client=to_client, to_provider=to_provider)


@external
@view
def challenge(number: uint256, epoch: uint256) -> uint256:
    """@return The position of the leaf to prove in an epoch."""
    return self._challenge(number, epoch, self.deals[number].depth)


@internal
@pure
def _challenge(number: uint256, epoch: uint256, depth: uint256) -> uint256:
    digest: bytes32 = keccak256(concat(convert(number, bytes32), convert(epoch, bytes32)))
    return convert(digest, uint256) % (1 << depth)
