# pragma version 0.4.3
"""
@title  Upgradeable proxy (EIP-1967)
@notice Every call that is not the proxy's own is delegated to the implementation, whose address
        lives in the slot that EIP-1967 names. `proxy.layout.json` puts the two variables there, so
        that they cannot collide with the implementation's storage.
"""

event Upgraded:
    implementation: indexed(address)

event AdminChanged:
    previous: address
    current: address

MAX_RETURN: constant(uint256) = 1024

implementation: address  # keccak256("eip1967.proxy.implementation") - 1
admin: address           # keccak256("eip1967.proxy.admin") - 1


@deploy
@payable
def __init__(implementation: address, data: Bytes[1024]):
    """
    @param implementation Contract whose code the proxy runs
    @param data Call that initialises the proxy's storage; empty for none
    """
    assert implementation.is_contract, "no code"
    self.implementation = implementation
    self.admin = msg.sender
    log Upgraded(implementation=implementation)
    log AdminChanged(previous=empty(address), current=msg.sender)
    if len(data) > 0:
        raw_call(implementation, data, is_delegate_call=True)


@external
def proxy_upgrade(implementation: address):
    """@notice Switches to another implementation; admin only."""
    assert msg.sender == self.admin, "not admin"
    assert implementation.is_contract, "no code"
    self.implementation = implementation
    log Upgraded(implementation=implementation)


@external
def proxy_change_admin(admin: address):
    """@notice Hands the right to upgrade to another account; admin only."""
    assert msg.sender == self.admin, "not admin"
    log AdminChanged(previous=msg.sender, current=admin)
    self.admin = admin


@external
@view
def proxy_implementation() -> address:
    """@return The contract whose code the proxy runs."""
    return self.implementation


@external
@payable
@raw_return
def __default__() -> Bytes[MAX_RETURN]:
    return raw_call(
        self.implementation, msg.data, max_outsize=MAX_RETURN, is_delegate_call=True)
