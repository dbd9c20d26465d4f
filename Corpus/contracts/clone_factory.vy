# pragma version 0.4.3
"""
@title  Factory of smart wallets as minimal clones (EIP-1167)
@notice A clone is 45 bytes of code that delegates every call to one shared implementation. Its
        address follows from owner and salt (CREATE2), so it is known before it exists.
"""

interface Wallet:
    def initialize(owner: address): payable

event WalletCreated:
    owner: indexed(address)
    wallet: indexed(address)
    number: uint256

implementation: public(immutable(address))

wallet_count: public(uint256)
wallet_of: public(HashMap[address, address])
is_wallet: public(HashMap[address, bool])


@deploy
def __init__(implementation_: address):
    """
    @param implementation_ Wallet contract that every clone delegates to
    """
    assert implementation_.is_contract, "no code"
    implementation = implementation_


@external
@payable
def create_wallet(salt: bytes32) -> address:
    """
    @notice Creates a wallet owned by the caller and passes the ether sent on to it.
    @return The new wallet; it becomes the one that `wallet_of` names for the caller.
    """
    wallet: address = create_minimal_proxy_to(implementation, salt=self._salt(msg.sender, salt))
    extcall Wallet(wallet).initialize(msg.sender, value=msg.value)
    number: uint256 = self.wallet_count
    self.wallet_count = number + 1
    self.wallet_of[msg.sender] = wallet
    self.is_wallet[wallet] = True
    log WalletCreated(owner=msg.sender, wallet=wallet, number=number)
    return wallet


@external
@view
def predict(owner: address, salt: bytes32) -> address:
    """@return The address of the wallet that `owner` would create with `salt`."""
    # EIP-1167 as Vyper emits it: nine bytes of init code, then the 45 bytes of the clone.
    init_code: Bytes[54] = concat(
        x"602d3d8160093d39f3",
        x"363d3d373d3d3d363d73",
        convert(implementation, bytes20),
        x"5af43d82803e903d91602b57fd5bf3",
    )
    digest: bytes32 = keccak256(
        concat(0xff, convert(self, bytes20), self._salt(owner, salt), keccak256(init_code)))
    return convert(convert(digest, uint256) & convert(max_value(uint160), uint256), address)


@internal
@pure
def _salt(owner: address, salt: bytes32) -> bytes32:
    return keccak256(concat(convert(owner, bytes32), salt))
