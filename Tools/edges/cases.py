"""The hard edges of the EVM, by name. A case is one transaction on a few contracts; fill.py runs it under every fork in
its range. Contracts note what they saw (gas, success, values) in their storage, so that the state root holds it all."""

from assembler import assemble, call, create, deployer, gas_of, in_memory, store
from coincurve import PrivateKey
from ethereum.crypto.hash import keccak256
from ethereum_rlp import rlp

KEY = "0x45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8"
SENDER = "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b"
# Exists from the start: whether a fee of nothing makes it is no question here.
COINBASE = "0x00000000000000000000000000000000c01bba5e"
EXCESS_BLOB_GAS = 0x5000000
A, B, C, D = 0x1000A, 0x1000B, 0x1000C, 0x1000D
NOBODY = 0xDEAD00
MAX = (1 << 256) - 1


def address(number):
    return "0x" + number.to_bytes(20, "big").hex()


def account(code=b"", balance=0, nonce=1, storage=None):
    slots = {hex(key): hex(value) for key, value in (storage or {}).items()}
    return {"balance": hex(balance), "nonce": hex(nonce), "code": "0x" + code.hex(), "storage": slots}


def case(name, contracts, forks=("Frontier", "Osaka"), refusals=None, **transaction):
    """`contracts`: address → code, or an account as `account` makes it."""
    pre = {SENDER: account(balance=1 << 100, nonce=0), COINBASE: account(balance=1, nonce=0)}
    for number, content in contracts.items():
        pre[address(number)] = content if isinstance(content, dict) else account(content)
    fields = {
        "nonce": "0x0", "to": address(A), "value": ["0x0"], "gasLimit": [hex(1_000_000)], "gasPrice": "0xa",
        "data": ["0x"], "secretKey": KEY, "sender": SENDER,
    } | transaction
    if "maxFeePerGas" in fields:
        del fields["gasPrice"]
    return {"name": name, "pre": pre, "transaction": fields, "forks": forks, "refusals": refusals or {}}


def gas(limit):
    return {"gasLimit": [hex(limit)]}


def create_address(sender, nonce):
    return int.from_bytes(keccak256(rlp.encode([sender.to_bytes(20, "big"), nonce.to_bytes(1, "big")]))[12:], "big")


def create2_address(sender, salt, init):
    seed = b"\xff" + sender.to_bytes(20, "big") + salt.to_bytes(32, "big") + keccak256(init)
    return int.from_bytes(keccak256(seed)[12:], "big")


# --- calls -----------------------------------------------------------------------------------------------------------


def calls():
    # Counts the levels in slot 0, and notes in slot 1 how often the call at the bottom failed.
    level = store(0, 1, 0, "SLOAD", "ADD")
    deep = assemble(level, call("ADDRESS"), "ISZERO", 1, "SLOAD", "ADD", 1, "SSTORE")
    delegating = assemble(level, call(A, kind="DELEGATECALL"), "ISZERO", 1, "SLOAD", "ADD", 1, "SSTORE")
    fixed = assemble(level, call("ADDRESS", gas=[30_000, "GAS", "SUB"]), "ISZERO", 1, "SLOAD", "ADD", 1, "SSTORE")
    init = assemble(level, in_memory(bytes(32)), "CODESIZE", 0, 0, "CODECOPY", "CODESIZE", 0, 0, "CREATE", 1, "SSTORE")
    yield case("calls nest 1024 deep and no deeper", {A: deep}, ("EIP150", "Prague"), **gas(1 << 50))
    yield case("calls nest 1024 deep where each must spare its own gas", {A: fixed}, ("Frontier", "Homestead"),
               **gas(1 << 40))
    yield case("delegate calls nest 1024 deep and no deeper", {A: delegating}, ("EIP150", "Prague"), **gas(1 << 50))
    yield case("creations nest 1024 deep and no deeper", {}, ("EIP150", "Prague"), to="", data=["0x" + init.hex()],
               **gas(1 << 50))
    # 63/64: asks for more than there is, for exactly all but a 64th, and for less.
    probe = assemble(store(0, "GAS"))
    asks = [call(B, gas=MAX), call(C, gas=["GAS", 64, "GAS", "DIV", "SWAP1", "SUB"]), call(D, gas=50_000)]
    yield case("a callee gets all but a 64th at most",
               {A: assemble([store(i, ask) for i, ask in enumerate(asks)]), B: probe, C: probe, D: probe})
    yield case("init code gets all but a 64th", {A: assemble(store(0, create(probe)), gas_of(1, create(probe), "POP"))})
    value = [gas_of(i, call(to, value=1, gas=100), "POP") for i, to in enumerate([B, NOBODY, 4, "ADDRESS"])]
    yield case("value costs 9000 and more where it makes an account, and comes with 2300",
               {A: account(assemble(value), balance=100), B: probe})
    log = assemble(0, 0, "LOG0")
    yield case("a stipend pays for a log and not for a store",
               {A: account(assemble(store(0, call(B, gas=0, value=1)), store(1, call(C, gas=0, value=1))), balance=9),
                B: log, C: assemble(store(1, 1))})
    broke = assemble(store(0, call(B, value=5)), store(1, create(b"", value=5)), gas_of(2, call(B, value=5), "POP"))
    yield case("what cannot be paid fails and gives its gas back", {A: broke, B: probe})
    write = assemble(store(0, 1))
    inner = assemble(call(C), 0, "MSTORE", 32, 0, "RETURN")
    yield case("a static call forbids all its callees to write",
               {A: assemble(call(B, kind="STATICCALL", output=(0, 32)), "POP", store(1, 0, "MLOAD"), store(2, 7)),
                B: inner, C: write}, ("Byzantium", "Osaka"))
    copy = assemble(call(B), "POP", gas_of(0, call(C), "POP"), store(1, "RETURNDATASIZE"))
    yield case("return data is read to its end and no further",
               {A: copy, B: assemble(32, 0, "RETURN"), C: assemble(call(B), "POP", 33, 0, 0, "RETURNDATACOPY")},
               ("Byzantium", "Osaka"))


# --- memory ----------------------------------------------------------------------------------------------------------


def memory():
    offsets = [(1 << 32) - 1, (1 << 63) - 32, (1 << 64) - 32, (1 << 64) - 1, 1 << 64, (1 << 64) + 31, 1 << 128,
               1 << 255, MAX - 31, MAX]
    def attempts(operation):
        """Each offset in a call of its own, which runs out of gas or does not."""
        contracts = {0x2000 + i: assemble(operation(offset)) for i, offset in enumerate(offsets)}
        main = [store(i + 1, call(0x2000 + i, gas=60_000), 1, "ADD") for i in range(len(offsets))]
        return {A: assemble(main)} | contracts
    operations = {
        "a word written": lambda at: [1, at, "MSTORE"],
        "a byte written": lambda at: [1, at, "MSTORE8"],
        "a word read": lambda at: [at, "MLOAD"],
        "a hash of one byte": lambda at: [1, at, "SHA3"],
        "a hash of nothing": lambda at: [0, at, "SHA3"],
        "a copy of nothing": lambda at: [0, at, at, "CALLDATACOPY"],
        "a copy of call data to the start": lambda at: [32, at, 0, "CALLDATACOPY"],
        "a copy of code to there": lambda at: [1, 0, at, "CODECOPY"],
        "a copy of that many bytes": lambda at: [at, 0, 0, "CALLDATACOPY"],
        "a log of nothing": lambda at: [0, at, "LOG0"],
        "a return of one byte": lambda at: [1, at, "RETURN"],
        "a return of nothing": lambda at: [0, at, "RETURN"],
        "a call with its input": lambda at: [call(NOBODY, input=(at, 1))],
        "a call with its output": lambda at: [call(NOBODY, output=(at, 1))],
        "a call that returns nothing": lambda at: [call(NOBODY, input=(at, 0), output=(at, 0))],
        "a creation": lambda at: [1, at, 0, "CREATE"],
        "call data read": lambda at: [at, "CALLDATALOAD", "POP"],
        "a jump": lambda at: [at, "JUMP"],
    }
    for name, operation in operations.items():
        yield case(f"offsets of 32 to 256 bits: {name}", attempts(operation), **gas(3_000_000))
    later = {"MCOPY": ("a move", lambda at: [1, at, 0, "MCOPY"], "Cancun"),
             "REVERT": ("a revert", lambda at: [1, at, "REVERT"], "Byzantium"),
             "RETURNDATACOPY": ("return data", lambda at: [0, at, 0, "RETURNDATACOPY"], "Byzantium"),
             "CREATE2": ("a creation by salt", lambda at: [0, 1, at, 0, "CREATE2"], "ConstantinopleFix")}
    for name, operation, fork in later.values():
        yield case(f"offsets of 32 to 256 bits: {name}", attempts(operation), (fork, "Osaka"), **gas(3_000_000))


# --- accounts --------------------------------------------------------------------------------------------------------


def accounts():
    heir = NOBODY
    dies = assemble(heir, "SELFDESTRUCT")
    selfish = assemble("ADDRESS", "SELFDESTRUCT")
    yield case("an old contract destroyed: gone before EIP-6780, emptied after",
               {A: assemble(store(0, call(B)), store(1, B, "EXTCODESIZE"), store(2, B, "BALANCE")),
                B: account(dies, balance=77, storage={1: 1})})
    yield case("an old contract that is its own heir", {A: assemble(store(0, call(B)), store(2, B, "BALANCE")),
                                                        B: account(selfish, balance=77)})
    yield case("destroyed twice, and paid in between",
               {A: account(assemble(call(B), call(B, value=5), call(B), store(0, B, "BALANCE")), balance=50),
                B: account(dies, balance=77)})
    born = deployer(dies)
    child = create_address(A, 1)
    yield case("a contract destroyed in the transaction that made it",
               {A: account(assemble(create(born, value=9), "POP", store(0, call(child)), store(1, child, "EXTCODESIZE"),
                                    store(2, child, "BALANCE")), balance=50)})
    yield case("a contract that destroys itself in its init code",
               {A: account(assemble(store(0, create(selfish, value=9)), store(1, child, "BALANCE")), balance=50)})
    again = create2_address(A, 3, born)
    yield case("a contract destroyed and made again in one transaction",
               {A: account(assemble(create(born, salt=3), "POP", call(again), store(0, create(born, salt=3)),
                                    store(1, again, "EXTCODESIZE")), balance=50)}, ("ConstantinopleFix", "Osaka"))
    yield case("destroyed in a frame that reverts",
               {A: assemble(store(0, call(C)), store(1, B, "BALANCE")), B: account(dies, balance=77),
                C: assemble(call(B), 0, 0, "REVERT")}, ("Byzantium", "Osaka"))
    cost = [gas_of(i, call(to), "POP") for i, to in enumerate([B, C, D])]
    yield case("what destruction costs: heirs alive, new and unpaid",
               {A: assemble(cost), B: account(assemble(COINBASE_NUMBER, "SELFDESTRUCT"), balance=7),
                C: account(assemble(NOBODY, "SELFDESTRUCT"), balance=7), D: assemble(NOBODY + 1, "SELFDESTRUCT")})
    # Collisions.
    code = assemble(1)
    for name, occupant in {
        "a nonce": account(nonce=1), "code": account(code, nonce=0), "storage and a balance": account(nonce=0, balance=5, storage={1: 1}),
        "a balance alone": account(nonce=0, balance=5),
    }.items():
        main = assemble(gas_of(0, create(deployer(code)), 1, "SSTORE"), store(2, A, "EXTCODESIZE"), store(3, "GAS"))
        yield case(f"CREATE where there is {name}", {A: main, child: occupant})
        place = create2_address(A, 3, deployer(code))
        main = assemble(gas_of(0, create(deployer(code), salt=3), 1, "SSTORE"), store(2, place, "EXTCODESIZE"))
        yield case(f"CREATE2 where there is {name}", {A: main, place: occupant}, ("ConstantinopleFix", "Osaka"))
    # EIP-161 and before it. Since Paris there are no empty accounts, and the specification takes none.
    OLD = ("Frontier", "London")
    empty = account(nonce=0)
    yield case("an empty account touched by a call of nothing", {A: assemble(store(0, call(B))), B: empty}, OLD)
    yield case("an empty account touched in a frame that fails",
               {A: assemble(store(0, call(C, gas=90_000))), B: empty, C: assemble(call(B), "INVALID")}, OLD)
    yield case("an empty account as the heir of nothing", {A: assemble(store(0, call(C))), B: empty,
                                                           C: assemble(B, "SELFDESTRUCT")}, OLD)
    yield case("RIPEMD-160 stays touched where its call runs out of gas",
               {A: assemble(store(0, call(C, gas=90_000))), 3: empty, C: assemble(call(3, gas=10), "POP")}, OLD)
    yield case("RIPEMD-160 touched in a frame that fails",
               {A: assemble(store(0, call(C, gas=90_000))), 3: empty, C: assemble(call(3), "INVALID")}, OLD)
    yield case("SHA-256 touched in a frame that fails",
               {A: assemble(store(0, call(C, gas=90_000))), 2: empty, C: assemble(call(2), "INVALID")}, OLD)
    yield case("a new account paid with nothing", {A: assemble(gas_of(0, call(NOBODY), "POP"),
                                                               gas_of(1, call(NOBODY), "POP"))})


COINBASE_NUMBER = int(COINBASE, 16)


# --- storage, refunds and warmth -------------------------------------------------------------------------------------


def storage():
    patterns = [(o, list(w)) for o in (0, 1) for w in
                [(0,), (1,), (2,), (0, 1), (1, 0), (1, 2), (2, 0), (2, 1), (0, 1, 0), (1, 0, 1), (2, 0, 1), (2, 1, 0)]]
    writes = [gas_of(1000 + i, [[value, i, "SSTORE"] for value in values]) for i, (_, values) in enumerate(patterns)]
    slots = {i: original for i, (original, _) in enumerate(patterns) if original}
    yield case("every pattern of writes to a slot, its gas and its refund", {A: account(assemble(writes), storage=slots)},
               **gas(3_000_000))
    clears = assemble([[0, i, "SSTORE"] for i in range(40)])
    yield case("a refund stops at half, from London on at a fifth",
               {A: account(clears, storage={i: 1 for i in range(40)})})
    yield case("a refund earned in a frame that reverts is lost",
               {A: assemble(store(0, call(B)), store(1, call(C))), B: account(assemble(clears, 0, 0, "REVERT"),
                storage={i: 1 for i in range(40)}), C: account(clears, storage={i: 1 for i in range(40)})},
               ("Byzantium", "Osaka"))
    tight = [store(i, call(B, gas=g)) for i, g in enumerate([2305, 2306, 2307, 2308, 5006, 20_006])]
    yield case("a store needs more than 2300 gas, whatever it costs",
               {A: assemble(tight), B: account(assemble(store(0, 1)), storage={0: 1})})
    warm = assemble(gas_of(0, 5, "SLOAD", "POP"), call(B), "POP", gas_of(1, 5, "SLOAD", "POP"),
                    gas_of(2, C, "BALANCE", "POP"), gas_of(3, C, "BALANCE", "POP"))
    yield case("what a reverted frame warmed is cold again",
               {A: assemble(call(B), "POP", gas_of(1, C, "BALANCE", "POP"), gas_of(2, call(D), "POP"),
                            gas_of(3, call(D), "POP")),
                B: assemble(C, "BALANCE", "POP", call(D), "POP", 0, 0, "REVERT"), D: assemble(5, "SLOAD")},
               ("Byzantium", "Osaka"))
    yield case("cold and warm, first and second time", {A: warm, B: assemble(C, "BALANCE", "POP")})
    listed = [{"address": address(C), "storageKeys": []},
              {"address": address(A), "storageKeys": ["0x" + "05".rjust(64, "0")] * 2}]
    yield case("an access list warms what it names, twice if it likes", {A: warm, B: b""}, ("Berlin", "Osaka"),
               accessLists=[listed])
    yield case("the coinbase is warm from Shanghai on",
               {A: assemble(gas_of(0, "COINBASE BALANCE POP"), gas_of(1, "COINBASE BALANCE POP"))})
    yield case("a failed creation leaves its address warm",
               {A: assemble(store(0, create(assemble("INVALID"))), gas_of(1, create_address(A, 1), "BALANCE", "POP"))},
               ("Berlin", "Osaka"))
    # Transient storage.
    callee = assemble(store(9, 1, "TLOAD"), [8, 1, "TSTORE"], 0, 0, "REVERT")
    yield case("transient storage: read back, reverted, refused in static calls, one account's own",
               {A: assemble([7, 1, "TSTORE"], store(0, 1, "TLOAD"), store(1, call(B)), store(2, 1, "TLOAD"),
                            store(3, call(B, kind="DELEGATECALL")), store(4, 1, "TLOAD"),
                            store(5, call(C, gas=90_000, kind="STATICCALL")), gas_of(6, 3, 1, "TSTORE"),
                            gas_of(7, 1, "TLOAD", "POP")),
                B: callee, C: assemble([1, 1, "TSTORE"])}, ("Cancun", "Osaka"))


# --- transactions ----------------------------------------------------------------------------------------------------


def authorization(key, target, nonce=0, chain=1):
    body = rlp.encode([chain.to_bytes(1, "big").lstrip(b"\0"), target.to_bytes(20, "big"),
                       nonce.to_bytes(8, "big").lstrip(b"\0")])
    signature = PrivateKey(key).sign_recoverable(keccak256(b"\x05" + body), hasher=None)
    return {"chainId": hex(chain), "address": address(target), "nonce": hex(nonce), "v": hex(signature[64]),
            "r": hex(int.from_bytes(signature[:32], "big")), "s": hex(int.from_bytes(signature[32:64], "big"))}


def authority(key):
    return int.from_bytes(keccak256(PrivateKey(key).public_key.format(compressed=False)[1:])[12:], "big")


def transactions():
    fees = {"maxFeePerGas": "0xa", "maxPriorityFeePerGas": "0x0"}
    keys = [bytes([7 + i]) * 32 for i in range(4)]
    first, second, third, fourth = map(authority, keys)
    probe = [gas_of(i, call(who), i + 10, "SSTORE") for i, who in enumerate([first, second, third, fourth])]
    noted = assemble(store(0, 1))
    def delegating(name, delegations, **more):
        return case(name, {A: assemble(probe), B: noted, **more.pop("contracts", {})}, ("Prague", "Osaka"),
                    authorizationList=delegations, **fees, **more)
    yield delegating("delegations run the code they name, at the price of a cold account",
                     [authorization(keys[0], B), authorization(keys[1], B)])
    yield delegating("delegations in a loop, to themselves, to a precompile and to nobody are not followed twice",
                     [authorization(keys[0], second), authorization(keys[1], first), authorization(keys[2], third),
                      authorization(keys[3], 4)])
    yield delegating("delegations with a wrong nonce, a wrong chain or a second time",
                     [authorization(keys[0], B, nonce=1), authorization(keys[1], B, chain=5),
                      authorization(keys[2], B, chain=0), authorization(keys[2], B), authorization(keys[3], B),
                      authorization(keys[3], 0, nonce=1)])
    yield delegating("an account that exists gets gas back for its delegation",
                     [authorization(keys[0], B), authorization(keys[1], B)],
                     contracts={first: account(balance=1, nonce=0)})
    yield delegating("an account with code cannot delegate", [authorization(keys[0], B)],
                     contracts={first: account(noted, nonce=0)})
    sender = PrivateKey.from_hex(KEY[2:]).secret
    yield case("a sender delegates itself and calls itself", {B: noted}, ("Prague", "Osaka"), to=SENDER,
               authorizationList=[authorization(sender, B, nonce=1)], **fees)
    yield delegating("delegations stay where the transaction fails", [authorization(keys[0], B)],
                     to=address(C), contracts={C: assemble("INVALID")})
    # EIP-7623.
    zeros, ones = "0x" + "00" * 3000, "0x" + "11" * 3000
    for name, data in {"zero": zeros, "other": ones}.items():
        yield case(f"data of {name} bytes alone costs the floor", {A: b""}, data=[data], **gas(300_000))
        yield case(f"data of {name} bytes with work costs the work", {A: assemble([store(i, 1) for i in range(9)])},
                   data=[data], **gas(400_000))
    yield case("a refund does not go below the floor",
               {A: account(assemble([[0, i, "SSTORE"] for i in range(9)]), storage={i: 1 for i in range(9)})},
               ("Prague", "Osaka"), data=[ones], **gas(300_000))
    # 21000 + 40 × 3000, less one. Before Istanbul, data costs more than that anyway.
    yield case("a gas limit just below the floor is refused", {A: b""}, ("Istanbul", "Osaka"), data=[ones],
               refusals={fork: "TransactionException.INTRINSIC_GAS_BELOW_FLOOR_GAS_COST" for fork in ("Prague", "Osaka")},
               **gas(140_999))
    cap = {"Osaka": "TransactionException.GAS_LIMIT_EXCEEDS_MAXIMUM"}
    yield case("the most gas a transaction may have (EIP-7825)", {A: noted}, **gas(1 << 24))
    yield case("one gas more than a transaction may have (EIP-7825)", {A: noted}, refusals=cap, **gas((1 << 24) + 1))
    # Blob fees by fork.
    yield case("the price of blobs follows each fork's schedule", {A: assemble(store(0, "BLOBBASEFEE"))},
               ("Cancun", "Osaka"), maxFeePerBlobGas="0xffffffffffff", blobVersionedHashes=["0x01" + "00" * 31],
               gasLimit=[hex(100_000)], **fees)


# --- precompiles and instructions ------------------------------------------------------------------------------------


def precompiles():
    def modexp(base, exponent, modulus):
        lengths = b"".join(len(part).to_bytes(32, "big") for part in (base, exponent, modulus))
        return lengths + base + exponent + modulus
    def measured(number, inputs, size=32, gas="GAS"):
        """Gas, success and the hash of the output of each input."""
        code = []
        for i, data in enumerate(inputs):
            code += [in_memory(data), gas_of(10 * i, call(number, gas=gas, input=(0, len(data))), 10 * i + 1, "SSTORE")]
            code += [store(10 * i + 2, "RETURNDATASIZE"), "RETURNDATASIZE", 0, 0, "RETURNDATACOPY"]
            code += [store(10 * i + 3, "RETURNDATASIZE", 0, "SHA3")]
        return assemble(code)
    powers = [modexp(b"", b"", b""), modexp(b"", b"\1", b""), modexp(b"\3", b"\5", b"\7"), modexp(b"\3", b"", b"\7"),
              modexp(b"\2" * 32, b"\xff" * 32, b"\3" * 32), modexp(b"\2" * 33, b"\xff" * 33, b"\3" * 33),
              modexp(b"\2" * 64, b"\1" + b"\0" * 31, b"\5" * 64), modexp(b"\2" * 128, b"\x80" * 40, b"\5" * 128),
              modexp(b"\2", b"\0" * 40, b"\5"), modexp(b"\2" * 5, b"\7", b"\0" * 4)]
    yield case("MODEXP at the prices of each fork (EIPs 198, 2565, 7883)", {A: measured(5, powers)},
               ("Byzantium", "Osaka"), **gas(16_000_000))
    large = [modexp(b"\2" * n, b"\3", b"\5" * n) for n in (1024, 1025)] + [modexp(b"\2", b"\3" * 1025, b"\5")]
    large += [n.to_bytes(32, "big") + (1).to_bytes(32, "big") * 2 for n in (1 << 32, 1 << 64)]
    yield case("MODEXP of 1024 bytes and more (EIP-7823)", {A: measured(5, large, gas=1_000_000)},
               ("Byzantium", "Osaka"), **gas(16_000_000))
    values = [0, 1, 2, 3, 0xFF, 1 << 63, 1 << 64, (1 << 128) - 1, 1 << 254, 1 << 255, MAX]
    yield case("CLZ counts leading zeros and costs 5 (EIP-7939)",
               {A: assemble([[store(i, value, "CLZ"), gas_of(100 + i, value, "CLZ", "POP")]
                             for i, value in enumerate(values)])}, ("Osaka", "Osaka"))
    yield case("P-256 verifies, and answers nothing to what is no signature (EIP-7951)",
               {A: measured(0x100, p256())}, ("Osaka", "Osaka"), **gas(3_000_000))
    yield case("P-256 is an empty account before Osaka", {A: measured(0x100, p256()[:1])}, ("Byzantium", "Prague"))


def p256():
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, utils
    key = ec.derive_private_key(0xC0FFEE, ec.SECP256R1())
    digest = keccak256(b"wavefront")
    signature = key.sign(bytes(digest), ec.ECDSA(utils.Prehashed(hashes.SHA256()), deterministic_signing=True))
    r, s = utils.decode_dss_signature(signature)
    point = key.public_key().public_numbers()
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    field = (1 << 256) - (1 << 224) + (1 << 192) + (1 << 96) - 1
    def words(*numbers):
        return bytes(digest) + b"".join(n.to_bytes(32, "big") for n in numbers)
    x, y = point.x, point.y
    good = words(r, s, x, y)
    return [good, words(r, order - s, x, y), words(0, s, x, y), words(r, 0, x, y), words(order, s, x, y),
            words(r, order, x, y), words(r, s, x, y ^ 1), words(r, s, 0, 0), words(r, s, field, y), words(s, r, x, y),
            good[:-1], good + b"\0", b"", bytes(32) + good[32:]]


def groups():
    return {
        group.__name__: list(group())
        for group in (calls, memory, accounts, storage, transactions, precompiles)
    }
