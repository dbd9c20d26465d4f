"""Writes Tests/ChainFormatsTests/Vectors/BlockSize.json: two blocks of Osaka, one as large as EIP-7934 allows and one a
byte larger, and what Ethereum's executable specification makes of them. They consist of transactions with nothing but
zeros for data, so that the file need only say how many. usage: blocks.py FILE"""

import json
import sys
from pathlib import Path

from coincurve import PrivateKey
from ethereum.crypto.hash import keccak256
from ethereum.exceptions import InvalidBlock
from ethereum.forks.osaka import fork, state as states, vm
from ethereum.forks.osaka.blocks import Block, Header
from ethereum.forks.osaka.bloom import logs_bloom
from ethereum.forks.osaka.fork_types import Account, Address
from ethereum.forks.osaka.requests import compute_requests_hash
from ethereum.forks.osaka.transactions import LegacyTransaction, signing_hash_155
from ethereum.forks.osaka.trie import root
from ethereum_rlp import rlp
from ethereum_types.bytes import Bytes, Bytes8, Bytes32
from ethereum_types.numeric import U64, U256, Uint

from cases import KEY, SENDER

LARGEST = 8_388_608
# What a transaction may have for its 2^24 gas (EIPs 7623 and 7825), and a little less.
DATA = 1_600_000
GAS_PRICE, GAS_LIMIT = 10, 100_000_000
RECIPIENT = Address(bytes.fromhex("00000000000000000000000000000000000e7934"))
SYSTEM_CONTRACTS = Path(__file__).parent.parent / "corpus" / "system_contracts.json"


def opening():
    """The state before: the sender, and the contracts that every block calls."""
    state = states.State()
    accounts = {SENDER: Account(nonce=Uint(0), balance=U256(1 << 100), code=Bytes())}
    for contract in json.loads(SYSTEM_CONTRACTS.read_text()):
        accounts[contract["address"]] = Account(
            nonce=Uint(1), balance=U256(0), code=Bytes(bytes.fromhex(contract["code"][2:])))
    for address, account in accounts.items():
        states.set_account(state, Address(bytes.fromhex(address[2:])), account)
    return state, accounts


def gas(size):
    return Uint(21_000 + 10 * size)


def transaction(nonce, size):
    unsigned = LegacyTransaction(
        nonce=U256(nonce), gas_price=Uint(GAS_PRICE), gas=gas(size), to=RECIPIENT, value=U256(0),
        data=Bytes(bytes(size)), v=U256(0), r=U256(0), s=U256(0))
    signature = PrivateKey(bytes.fromhex(KEY[2:])).sign_recoverable(signing_hash_155(unsigned, U64(1)), hasher=None)
    r, s = (U256.from_be_bytes(part) for part in (signature[:32], signature[32:64]))
    fields = {name: getattr(unsigned, name) for name in ("nonce", "gas_price", "gas", "to", "value", "data")}
    return LegacyTransaction(**fields, v=U256(37 + signature[64]), r=r, s=s)


def header(**fields):
    nothing = root_of_nothing()
    return Header(**{
        "parent_hash": Bytes32(bytes(32)), "ommers_hash": keccak256(rlp.encode([])), "coinbase": RECIPIENT,
        "state_root": nothing, "transactions_root": nothing, "receipt_root": nothing, "bloom": logs_bloom(()),
        "difficulty": Uint(0), "number": Uint(0), "gas_limit": Uint(GAS_LIMIT), "gas_used": Uint(0),
        "timestamp": U256(0), "extra_data": Bytes(), "prev_randao": Bytes32(bytes(32)), "nonce": Bytes8(bytes(8)),
        "base_fee_per_gas": Uint(7), "withdrawals_root": nothing, "blob_gas_used": U64(0), "excess_blob_gas": U64(0),
        "parent_beacon_block_root": Bytes32(bytes(32)), "requests_hash": compute_requests_hash([]),
    } | fields)


def root_of_nothing():
    return keccak256(rlp.encode(b""))


def child(chain, sizes):
    """A block on the newest one that is valid but, perhaps, for its size."""
    parent = chain.blocks[-1].header
    transactions = tuple(transaction(nonce, size) for nonce, size in enumerate(sizes))
    fields = {"parent_hash": keccak256(rlp.encode(parent)), "number": Uint(1), "timestamp": U256(12)}
    draft = header(**fields)
    environment = vm.BlockEnvironment(
        chain_id=chain.chain_id, state=opening()[0], block_gas_limit=draft.gas_limit,
        block_hashes=fork.get_last_256_block_hashes(chain), coinbase=draft.coinbase, number=draft.number,
        base_fee_per_gas=draft.base_fee_per_gas, time=draft.timestamp, prev_randao=draft.prev_randao,
        excess_blob_gas=draft.excess_blob_gas, parent_beacon_block_root=draft.parent_beacon_block_root)
    output = fork.apply_body(environment, transactions, ())
    fields |= {
        "state_root": states.state_root(environment.state), "transactions_root": root(output.transactions_trie),
        "receipt_root": root(output.receipts_trie), "bloom": logs_bloom(output.block_logs),
        "gas_used": output.block_gas_used, "withdrawals_root": root(output.withdrawals_trie),
        "requests_hash": compute_requests_hash(output.requests),
    }
    return Block(header=header(**fields), transactions=transactions, ommers=(), withdrawals=())


def hexadecimal(data):
    return "0x" + bytes(data).hex()


def main():
    state, accounts = opening()
    # Every run changes its state, so each gets a new one.
    genesis = Block(header=header(state_root=states.state_root(state)), transactions=(), ommers=(), withdrawals=())
    chain = fork.BlockChain(blocks=[genesis], state=state, chain_id=U64(1))
    sizes = [DATA] * 5
    sizes.append(LARGEST - len(rlp.encode(child(chain, sizes + [1 << 18]))) + (1 << 18))
    described = []
    for sizes in (sizes, sizes[:-1] + [sizes[-1] + 1]):
        block = child(chain, sizes)
        entry = {"dataSizes": sizes, "header": hexadecimal(rlp.encode(block.header)), "size": len(rlp.encode(block))}
        try:
            fork.state_transition(fork.BlockChain(blocks=[genesis], state=opening()[0], chain_id=U64(1)), block)
            entry["hash"] = hexadecimal(keccak256(rlp.encode(block.header)))
        except InvalidBlock as error:
            if "size" not in str(error):
                raise
            entry["expectException"] = "BlockException.RLP_BLOCK_LIMIT_EXCEEDED"
        described.append(entry)
    assert [entry["size"] for entry in described] == [LARGEST, LARGEST + 1]
    assert ["hash" in entry for entry in described] == [True, False]
    vector = {
        "source": "ethereum-execution 2.20.0, Tools/edges/blocks.py", "network": "Osaka", "secretKey": KEY,
        "to": hexadecimal(RECIPIENT), "gasPrice": hex(GAS_PRICE), "genesisRLP": hexadecimal(rlp.encode(genesis)),
        "pre": {
            address: {
                "nonce": hex(account.nonce), "balance": hex(account.balance), "code": hexadecimal(account.code),
                "storage": {},
            } for address, account in accounts.items()
        },
        "blocks": described,
    }
    Path(sys.argv[1]).write_text(json.dumps(vector, indent=1) + "\n")


main()
