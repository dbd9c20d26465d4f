# pragma version 0.4.3
"""
@title  DAO with token votes
@notice Members deposit a token and vote with their deposit, which stays locked until every proposal
        that they voted on has ended. A passed proposal is one call from the DAO's treasury, made
        after a delay.
"""

interface ERC20:
    def transfer(to: address, amount: uint256) -> bool: nonpayable
    def transferFrom(sender: address, to: address, amount: uint256) -> bool: nonpayable

event Deposited:
    member: indexed(address)
    amount: uint256

event Withdrawn:
    member: indexed(address)
    amount: uint256

event Proposed:
    number: indexed(uint256)
    proposer: indexed(address)
    target: address
    amount: uint256
    data: Bytes[1024]

event Voted:
    number: indexed(uint256)
    voter: indexed(address)
    support: bool
    weight: uint256

event Executed:
    number: indexed(uint256)
    result: Bytes[256]

struct Proposal:
    proposer: address
    target: address
    amount: uint256
    ends: uint256
    votes_for: uint256
    votes_against: uint256
    executed: bool
    call_hash: bytes32

VOTING_TIME: constant(uint256) = 3 * 86_400
DELAY: constant(uint256) = 86_400
QUORUM: constant(uint256) = 10  # per cent of all deposits
THRESHOLD: constant(uint256) = 10**18  # deposit needed to propose

token: public(immutable(ERC20))

total_deposits: public(uint256)
deposits: public(HashMap[address, uint256])
locked_until: public(HashMap[address, uint256])
proposal_count: public(uint256)
proposals: public(HashMap[uint256, Proposal])
has_voted: public(HashMap[uint256, HashMap[address, bool]])


@deploy
@payable
def __init__(token_: address):
    token = ERC20(token_)


@external
@payable
def __default__():
    """@notice Adds ether to the treasury."""
    pass


@external
@nonreentrant
def deposit(amount: uint256):
    """@notice Gains voting weight."""
    self.deposits[msg.sender] += amount
    self.total_deposits += amount
    assert extcall token.transferFrom(msg.sender, self, amount)
    log Deposited(member=msg.sender, amount=amount)


@external
@nonreentrant
def withdraw(amount: uint256):
    """@notice Takes a deposit back when no vote of the caller's is still open."""
    assert block.timestamp >= self.locked_until[msg.sender], "locked"
    self.deposits[msg.sender] -= amount
    self.total_deposits -= amount
    assert extcall token.transfer(msg.sender, amount)
    log Withdrawn(member=msg.sender, amount=amount)


@external
def propose(target: address, amount: uint256, data: Bytes[1024]) -> uint256:
    """@notice Proposes a call with `amount` wei from the treasury. @return The proposal's number."""
    assert self.deposits[msg.sender] >= THRESHOLD, "deposit"
    number: uint256 = self.proposal_count
    self.proposal_count = number + 1
    self.proposals[number] = Proposal(
        proposer=msg.sender, target=target, amount=amount, ends=block.timestamp + VOTING_TIME,
        votes_for=0, votes_against=0, executed=False, call_hash=keccak256(data))
    log Proposed(number=number, proposer=msg.sender, target=target, amount=amount, data=data)
    return number


@external
def vote(number: uint256, support: bool):
    """@notice Votes with the caller's whole deposit, once."""
    ends: uint256 = self.proposals[number].ends
    assert block.timestamp < ends, "not open"
    assert not self.has_voted[number][msg.sender], "voted"
    weight: uint256 = self.deposits[msg.sender]
    assert weight > 0, "no deposit"
    self.has_voted[number][msg.sender] = True
    self.locked_until[msg.sender] = max(self.locked_until[msg.sender], ends)
    if support:
        self.proposals[number].votes_for += weight
    else:
        self.proposals[number].votes_against += weight
    log Voted(number=number, voter=msg.sender, support=support, weight=weight)


@external
@nonreentrant
def execute(number: uint256, data: Bytes[1024]):
    """@notice Makes the call of a passed proposal; `data` must be what was proposed."""
    proposal: Proposal = self.proposals[number]
    assert proposal.ends > 0, "no such proposal"
    assert block.timestamp >= proposal.ends + DELAY, "too early"
    assert not proposal.executed, "executed"
    assert proposal.call_hash == keccak256(data), "data"
    assert proposal.votes_for > proposal.votes_against, "rejected"
    cast: uint256 = proposal.votes_for + proposal.votes_against
    assert cast * 100 >= self.total_deposits * QUORUM, "quorum"
    self.proposals[number].executed = True
    result: Bytes[256] = raw_call(proposal.target, data, value=proposal.amount, max_outsize=256)
    log Executed(number=number, result=result)
