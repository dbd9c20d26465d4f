"""The identity registry: handles, delegates, attributes, signed updates."""

from eth_abi import encode

from ethereum.crypto.hash import keccak256

from accounts import derive
from kinds import kind

UPDATE = keccak256(b"Update(address identity,bytes32 key,bytes content,uint256 nonce)")


@kind
def identity(plan):
    """Identity registry: handle, delegate, attribute, or an attribute brought with a signature."""
    world, draw = plan.world, plan.rng.random()
    contract = world.deploy("identity_registry")
    number, sender = plan.number(), plan.sender()
    key, content = derive(plan.seed, "attribute", plan.rng.randrange(4)), derive(plan.seed, "content", number) * 2
    if draw < 0.2:
        plan.call("identity", sender, contract, "claim_handle", f"handle-{number}", gas=130_000)
    elif draw < 0.4:
        plan.call("identity", sender, contract, "set_delegate", sender.address, key,
                  plan.fresh(), 86_400, gas=60_000)
    elif draw < 0.7:
        plan.call("identity", sender, contract, "set_attribute", sender.address, key, content, gas=85_000)
    else:
        # Any sender may bring the update that the identity's owner has signed.
        owner = plan.one_off("identity")
        v, r, s = owner.sign(digest(world, contract, owner, key, content))
        plan.call("identity", sender, contract, "set_attribute_signed", owner.address, key, content,
                  27 + v, r, s, gas=125_000)


def digest(world, contract, owner, key, content):
    """What `identity_registry.set_attribute_signed` checks the signature of."""
    domain = world.once("identity domain", lambda: world.call(world.deployer, contract, "domain").hex())
    body = encode(["bytes32", "address", "bytes32", "bytes32", "uint256"],
                  [UPDATE, owner.address, key, keccak256(content), 0])
    return keccak256(b"\x19\x01" + bytes.fromhex(domain) + keccak256(body))
