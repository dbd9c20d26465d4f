"""Bytecode from readable lists: names of instructions, and numbers, which are pushed."""

INSTRUCTIONS = {
    name: int(byte, 16)
    for byte, name in (
        pair.split(":")
        for pair in """
        00:STOP 01:ADD 02:MUL 03:SUB 04:DIV 05:SDIV 06:MOD 07:SMOD 08:ADDMOD 09:MULMOD 0a:EXP 0b:SIGNEXTEND
        10:LT 11:GT 12:SLT 13:SGT 14:EQ 15:ISZERO 16:AND 17:OR 18:XOR 19:NOT 1a:BYTE 1b:SHL 1c:SHR 1d:SAR 1e:CLZ
        20:SHA3 30:ADDRESS 31:BALANCE 32:ORIGIN 33:CALLER 34:CALLVALUE 35:CALLDATALOAD 36:CALLDATASIZE
        37:CALLDATACOPY 38:CODESIZE 39:CODECOPY 3a:GASPRICE 3b:EXTCODESIZE 3c:EXTCODECOPY 3d:RETURNDATASIZE
        3e:RETURNDATACOPY 3f:EXTCODEHASH 41:COINBASE 42:TIMESTAMP 43:NUMBER 45:GASLIMIT 46:CHAINID
        47:SELFBALANCE 48:BASEFEE 49:BLOBHASH 4a:BLOBBASEFEE 50:POP 51:MLOAD 52:MSTORE 53:MSTORE8 54:SLOAD
        55:SSTORE 56:JUMP 57:JUMPI 58:PC 59:MSIZE 5a:GAS 5b:JUMPDEST 5c:TLOAD 5d:TSTORE 5e:MCOPY
        80:DUP1 81:DUP2 82:DUP3 83:DUP4 90:SWAP1 91:SWAP2 92:SWAP3 a0:LOG0 a1:LOG1 f0:CREATE f1:CALL f2:CALLCODE
        f3:RETURN f4:DELEGATECALL f5:CREATE2 fa:STATICCALL fd:REVERT fe:INVALID ff:SELFDESTRUCT
        """.split()
    )
}


def push(value):
    data = value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")
    return bytes([0x5F + len(data)]) + data


def assemble(*items):
    """Names, numbers to push, bytes taken as they are, and lists of all that."""
    code = b""
    for item in items:
        if isinstance(item, str):
            code += b"".join(bytes([INSTRUCTIONS[name]]) for name in item.split())
        elif isinstance(item, int):
            code += push(item)
        elif isinstance(item, bytes):
            code += item
        else:
            code += assemble(*item)
    return code


def call(to, gas="GAS", value=0, kind="CALL", input=(0, 0), output=(0, 0)):
    """A call that leaves its success on the stack."""
    pays = [value] if kind in ("CALL", "CALLCODE") else []
    return [output[1], output[0], input[1], input[0], pays, to, gas, kind]


def store(slot, *value):
    """Writes what `value` leaves on the stack."""
    return [list(value), slot, "SSTORE"]


def in_memory(code, at=0):
    """Writes bytes to memory, whole words of them."""
    words = [code[i : i + 32].ljust(32, b"\0") for i in range(0, len(code), 32)]
    return [[int.from_bytes(word, "big"), at + 32 * i, "MSTORE"] for i, word in enumerate(words)]


def deployer(runtime):
    """Init code that deploys `runtime`."""
    return assemble(in_memory(runtime), len(runtime), 0, "RETURN")


def create(init, value=0, salt=None):
    """Creates a contract and leaves its address on the stack."""
    salted = [] if salt is None else [salt]
    return [in_memory(init), salted, len(init), 0, value, "CREATE" if salt is None else "CREATE2"]


def gas_of(slot, *operation):
    """Writes the gas that an operation takes, with the same extra each time."""
    return ["GAS", list(operation), "GAS", "SWAP1", "SUB", slot, "SSTORE"]
