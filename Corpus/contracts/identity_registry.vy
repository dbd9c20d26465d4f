# pragma version 0.4.3
"""
@title  Identity registry with handles, delegates, attributes and signed updates
@notice An identity is an account. Its controller (itself at first) may name delegates for a time,
        set attributes, and sign an update that anybody may bring: the signature is checked with
        ecrecover over an EIP-712 style digest that holds a nonce.
"""

event HandleClaimed:
    identity: indexed(address)
    handle: String[32]

event ControllerChanged:
    identity: indexed(address)
    controller: address

event DelegateSet:
    identity: indexed(address)
    role: indexed(bytes32)
    delegate: indexed(address)
    until: uint256

event AttributeSet:
    identity: indexed(address)
    key: indexed(bytes32)
    content: Bytes[256]

MAX_CONTENT: constant(uint256) = 256
# Signatures with s in the upper half of the group order are malleable copies of others.
HALF_ORDER: constant(uint256) = (
    57896044618658097711785492504343953926418782139537452191302581570759080747168
)
UPDATE: constant(bytes32) = keccak256("Update(address identity,bytes32 key,bytes content,uint256 nonce)")

DOMAIN: immutable(bytes32)

controller_of: HashMap[address, address]
nonces: public(HashMap[address, uint256])
handle_of: public(HashMap[address, String[32]])
holder_of: public(HashMap[bytes32, address])  # by hash of the handle
delegate_until: public(HashMap[address, HashMap[bytes32, HashMap[address, uint256]]])
attribute_hash: public(HashMap[address, HashMap[bytes32, bytes32]])
attribute_time: public(HashMap[address, HashMap[bytes32, uint256]])


@deploy
def __init__():
    DOMAIN = keccak256(
        concat(
            keccak256("Domain(string name,uint256 chain,address registry)"),
            keccak256("Identity registry"),
            convert(chain.id, bytes32),
            convert(self, bytes32),
        )
    )


@external
@view
def controller(identity: address) -> address:
    """@return Who may change an identity."""
    return self._controller(identity)


@external
def claim_handle(handle: String[32]):
    """@notice Takes a free handle for the caller and gives up the one held before."""
    assert len(handle) >= 3, "too short"
    key: bytes32 = keccak256(handle)
    assert self.holder_of[key] == empty(address), "taken"
    previous: String[32] = self.handle_of[msg.sender]
    if len(previous) > 0:
        self.holder_of[keccak256(previous)] = empty(address)
    self.holder_of[key] = msg.sender
    self.handle_of[msg.sender] = handle
    log HandleClaimed(identity=msg.sender, handle=handle)


@external
def change_controller(identity: address, controller: address):
    """@notice Hands an identity to another controller."""
    assert self._controller(identity) == msg.sender, "not controller"
    assert controller != empty(address), "zero address"
    self.controller_of[identity] = controller
    log ControllerChanged(identity=identity, controller=controller)


@external
def set_delegate(identity: address, role: bytes32, delegate: address, validity: uint256):
    """@notice Names a delegate for a role for `validity` seconds; zero revokes."""
    assert self._controller(identity) == msg.sender, "not controller"
    until: uint256 = block.timestamp + validity if validity > 0 else 0
    self.delegate_until[identity][role][delegate] = until
    log DelegateSet(identity=identity, role=role, delegate=delegate, until=until)


@external
@view
def is_delegate(identity: address, role: bytes32, delegate: address) -> bool:
    """@return Whether an account acts for an identity now."""
    return (
        delegate == self._controller(identity)
        or self.delegate_until[identity][role][delegate] > block.timestamp
    )


@external
def set_attribute(identity: address, key: bytes32, content: Bytes[MAX_CONTENT]):
    """@notice Sets an attribute. Its content is in the event, its hash in storage."""
    assert self._controller(identity) == msg.sender, "not controller"
    self._set_attribute(identity, key, content)


@external
def set_attribute_signed(
    identity: address, key: bytes32, content: Bytes[MAX_CONTENT], v: uint8, r: uint256, s: uint256
):
    """@notice Sets an attribute with a signature of the controller."""
    assert s <= HALF_ORDER, "signature"
    nonce: uint256 = self.nonces[identity]
    message: bytes32 = keccak256(
        concat(
            UPDATE,
            convert(identity, bytes32),
            key,
            keccak256(content),
            convert(nonce, bytes32),
        )
    )
    digest: bytes32 = keccak256(concat(b"\x19\x01", DOMAIN, message))
    signer: address = ecrecover(digest, v, r, s)
    assert signer != empty(address) and signer == self._controller(identity), "signature"
    self.nonces[identity] = nonce + 1
    self._set_attribute(identity, key, content)


@external
@view
def domain() -> bytes32:
    """@return The domain separator of signed updates."""
    return DOMAIN


@internal
@view
def _controller(identity: address) -> address:
    controller: address = self.controller_of[identity]
    return identity if controller == empty(address) else controller


@internal
def _set_attribute(identity: address, key: bytes32, content: Bytes[MAX_CONTENT]):
    self.attribute_hash[identity][key] = keccak256(content)
    self.attribute_time[identity][key] = block.timestamp
    log AttributeSet(identity=identity, key=key, content=content)
