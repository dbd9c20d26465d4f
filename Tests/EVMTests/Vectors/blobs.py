"""Writes blobs.txt: what Ethereum's executable specification (ethereum-execution 2.20.0) says about blob gas, fork by
fork: the price of blob gas at an excess, and the excess of the next block (EIPs 4844, 7691, 7892 and 7918).

A line: fork, excess, used, base fee of the block, then price and excess of the next one. usage: python blobs.py"""

from importlib import import_module
from pathlib import Path
from random import Random

from ethereum_types.bytes import Bytes, Bytes8, Bytes20, Bytes32, Bytes256
from ethereum_types.numeric import U64, U256, Uint

MAXIMUM = {"cancun": 6, "prague": 9, "osaka": 9, "bpo1": 15, "bpo2": 21}
BLOB = 1 << 17


def outcome(fork, excess, used, base_fee):
    gas = import_module(f"ethereum.forks.{fork}.vm.gas")
    header = import_module(f"ethereum.forks.{fork}.blocks").Header
    zero = Bytes32(bytes(32))
    fields = {
        "parent_hash": zero, "ommers_hash": zero, "coinbase": Bytes20(bytes(20)), "state_root": zero,
        "transactions_root": zero, "receipt_root": zero, "bloom": Bytes256(bytes(256)), "difficulty": Uint(0),
        "number": Uint(1), "gas_limit": Uint(30_000_000), "gas_used": Uint(0), "timestamp": U256(12),
        "extra_data": Bytes(), "prev_randao": zero, "nonce": Bytes8(bytes(8)), "base_fee_per_gas": Uint(base_fee),
        "withdrawals_root": zero, "blob_gas_used": U64(used), "excess_blob_gas": U64(excess),
        "parent_beacon_block_root": zero,
    }
    if fork != "cancun":
        fields["requests_hash"] = zero
    return gas.calculate_blob_gas_price(U64(excess)), gas.calculate_excess_blob_gas(header(**fields))


def main():
    random = Random(7918)
    lines = []
    for fork, maximum in MAXIMUM.items():
        cases = [(0, 0, 7), (0, maximum * BLOB, 7), (BLOB, 2 * BLOB, 10**9), (0, maximum * BLOB, 10**9)]
        # At the reserve price and a wei beside it: a blob costs what 2^13 gas cost, and 2^17 blob gas at a price of 1.
        cases += [(2 * maximum * BLOB, BLOB, fee) for fee in (15, 16, 17)]
        for _ in range(60):
            fee = random.randrange(10 ** random.randrange(1, 13))
            cases.append((random.randrange(1200) * BLOB, random.randrange(maximum + 1) * BLOB, fee))
        lines += [" ".join(map(str, (fork, *case, *map(int, outcome(fork, *case))))) for case in cases]
    Path(__file__).with_suffix(".txt").write_text("\n".join(lines) + "\n")


main()
