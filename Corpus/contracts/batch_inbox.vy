# pragma version 0.4.3
"""
@title  Rollup batch inbox
@notice A sequencer appends batches of second-layer transactions as calldata; the contract keeps one
        hash chain over them. Users queue deposits, which the sequencer must include in order and
        within a window. Claimed state roots become final after a challenge window unless the
        challenger vetoes them.
"""

event BatchAppended:
    number: indexed(uint256)
    data_hash: bytes32
    head: bytes32
    deposits: uint256

event DepositQueued:
    number: indexed(uint256)
    sender: indexed(address)
    target: address
    amount: uint256
    data: Bytes[1024]

event RootClaimed:
    batch: indexed(uint256)
    root: bytes32

event RootVetoed:
    batch: indexed(uint256)

event Withdrawn:
    batch: indexed(uint256)
    receiver: indexed(address)
    amount: uint256

struct Deposit:
    digest: bytes32
    queued_at: uint256

struct Claim:
    root: bytes32
    claimed_at: uint256

MAX_BATCH: constant(uint256) = 16_384
INCLUSION_WINDOW: constant(uint256) = 86_400
CHALLENGE_WINDOW: constant(uint256) = 7 * 86_400
MAX_DEPOSITS: constant(uint256) = 256  # included by one batch
MAX_DEPTH: constant(uint256) = 32

sequencer: public(immutable(address))
challenger: public(immutable(address))

head: public(bytes32)
batch_count: public(uint256)
deposit_count: public(uint256)
deposits_included: public(uint256)
deposits: public(HashMap[uint256, Deposit])
claims: public(HashMap[uint256, Claim])
paid: public(HashMap[uint256, HashMap[uint256, bool]])  # batch -> position of the withdrawal


@deploy
def __init__(sequencer_: address, challenger_: address):
    sequencer = sequencer_
    challenger = challenger_


@external
def append_batch(data: Bytes[MAX_BATCH], deposits: uint256) -> bytes32:
    """
    @notice Appends a batch that takes the next `deposits` queued deposits in; sequencer only.
    @return The new head of the hash chain.
    """
    assert msg.sender == sequencer, "not sequencer"
    assert len(data) > 0, "empty"
    head: bytes32 = self.head
    first: uint256 = self.deposits_included
    assert first + deposits <= self.deposit_count, "deposits"
    for i: uint256 in range(deposits, bound=MAX_DEPOSITS):
        head = keccak256(concat(head, self.deposits[first + i].digest))
    included: uint256 = first + deposits
    self.deposits_included = included
    if included < self.deposit_count:
        oldest: uint256 = self.deposits[included].queued_at
        assert block.timestamp <= oldest + INCLUSION_WINDOW, "overdue deposit"

    data_hash: bytes32 = keccak256(data)
    head = keccak256(concat(head, data_hash, convert(block.timestamp, bytes32)))
    number: uint256 = self.batch_count
    self.head = head
    self.batch_count = number + 1
    log BatchAppended(number=number, data_hash=data_hash, head=head, deposits=deposits)
    return head


@external
@payable
def deposit(target: address, data: Bytes[1024]) -> uint256:
    """@notice Queues a message with the ether sent to the second layer. @return Its number."""
    number: uint256 = self.deposit_count
    self.deposit_count = number + 1
    digest: bytes32 = keccak256(
        concat(
            convert(msg.sender, bytes32),
            convert(target, bytes32),
            convert(msg.value, bytes32),
            keccak256(data),
        )
    )
    self.deposits[number] = Deposit(digest=digest, queued_at=block.timestamp)
    log DepositQueued(number=number, sender=msg.sender, target=target, amount=msg.value, data=data)
    return number


@external
def claim_root(batch: uint256, root: bytes32):
    """@notice Claims the state root after a batch; sequencer only."""
    assert msg.sender == sequencer, "not sequencer"
    assert batch < self.batch_count, "no such batch"
    assert root != empty(bytes32), "root"
    assert self.claims[batch].root == empty(bytes32), "claimed"
    self.claims[batch] = Claim(root=root, claimed_at=block.timestamp)
    log RootClaimed(batch=batch, root=root)


@external
def veto(batch: uint256):
    """@notice Strikes a claimed root within the challenge window; challenger only."""
    assert msg.sender == challenger, "not challenger"
    claim: Claim = self.claims[batch]
    assert claim.root != empty(bytes32), "not claimed"
    assert block.timestamp < claim.claimed_at + CHALLENGE_WINDOW, "final"
    self.claims[batch] = empty(Claim)
    log RootVetoed(batch=batch)


@external
@view
def final_root(batch: uint256) -> bytes32:
    """@return The root after a batch once it is final, or zero."""
    return self._final_root(batch)


@external
@nonreentrant
def withdraw(
    batch: uint256,
    position: uint256,
    receiver: address,
    amount: uint256,
    path: DynArray[bytes32, MAX_DEPTH],
):
    """@notice Pays a withdrawal that is leaf `position` under a batch's final root, once."""
    root: bytes32 = self._final_root(batch)
    assert root != empty(bytes32), "not final"
    assert position < 1 << len(path), "position"
    assert not self.paid[batch][position], "paid"
    node: bytes32 = keccak256(concat(b"\x00", convert(receiver, bytes32), convert(amount, bytes32)))
    index: uint256 = position
    for sibling: bytes32 in path:
        node = keccak256(concat(node, sibling) if index % 2 == 0 else concat(sibling, node))
        index //= 2
    assert node == root, "proof"
    self.paid[batch][position] = True
    raw_call(receiver, b"", value=amount)
    log Withdrawn(batch=batch, receiver=receiver, amount=amount)


@internal
@view
def _final_root(batch: uint256) -> bytes32:
    claim: Claim = self.claims[batch]
    if claim.root == empty(bytes32) or block.timestamp < claim.claimed_at + CHALLENGE_WINDOW:
        return empty(bytes32)
    return claim.root
