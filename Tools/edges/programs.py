"""Random programs: contracts that compute, write, call each other and create, on a stack that mostly suffices."""

import random

import cases as edges
from assembler import INSTRUCTIONS, assemble, call, create, deployer, store

WORDS = [0, 1, 2, 31, 32, 33, 255, 256, 1023, 1 << 31, 1 << 63, (1 << 64) - 1, 1 << 64, 1 << 255, (1 << 256) - 1,
         (1 << 256) - 2]
UNARY = "NOT ISZERO BALANCE EXTCODESIZE EXTCODEHASH SLOAD TLOAD CALLDATALOAD CLZ BLOBHASH".split()
BINARY = "ADD MUL SUB DIV SDIV MOD SMOD SIGNEXTEND LT GT SLT SGT EQ AND OR XOR BYTE SHL SHR SAR EXP".split()
TERNARY = "ADDMOD MULMOD".split()
NOTHING = ("ADDRESS ORIGIN CALLER CALLVALUE CALLDATASIZE CODESIZE GASPRICE RETURNDATASIZE COINBASE TIMESTAMP NUMBER"
           " GASLIMIT CHAINID SELFBALANCE BASEFEE BLOBBASEFEE PC MSIZE GAS").split()
CONTRACTS = [edges.A, edges.B, edges.C, edges.D]


class Author:
    def __init__(self, random):
        self.random = random

    def word(self):
        r = self.random
        return r.choice([r.choice(WORDS), r.randrange(64), r.getrandbits(256), r.choice(CONTRACTS)])

    def place(self):
        """An offset or a length, seldom a hostile one."""
        return self.word() if self.random.random() < 0.03 else self.random.randrange(100)

    def value(self, depth=0):
        """What leaves one word on the stack."""
        r = self.random
        kind = r.randrange(8 if depth < 3 else 2)
        if kind == 0:
            return self.word()
        if kind == 1:
            return r.choice(NOTHING)
        arity, names = r.choice([(1, UNARY), (2, BINARY), (2, BINARY), (3, TERNARY)])
        if kind == 7:
            return r.choice([[self.place(), "MLOAD"], [self.place(), self.place(), "SHA3"]])
        return [[self.value(depth + 1) for _ in range(arity)], r.choice(names)]

    def statement(self):
        r = self.random
        kind = r.randrange(12)
        if kind < 4:
            return [self.value(), r.randrange(6), r.choice(["SSTORE", "SSTORE", "TSTORE"])]
        if kind == 4:
            return [self.value(), self.place(), r.choice(["MSTORE", "MSTORE8"])]
        if kind == 5:
            names = ["CALLDATACOPY", "CODECOPY", "RETURNDATACOPY", "MCOPY"]
            return [self.place(), self.place(), self.place(), r.choice(names)]
        if kind == 6:
            return [self.value(), self.place(), self.place(), "LOG1"]
        if kind == 7:
            return [create(r.choice([deployer(self.code(2)), self.code(3)]), value=r.randrange(3),
                           salt=r.choice([None, r.randrange(3)])), r.randrange(6), "SSTORE"]
        if kind == 8:
            return [r.choice([self.place(), self.word()]), "SELFDESTRUCT"] if r.random() < 0.2 else ["GAS", 9, "SSTORE"]
        if kind == 9 and r.random() < 0.3:
            return [self.place(), self.place(), r.choice(["RETURN", "REVERT", "INVALID"])]
        to = r.choice(CONTRACTS * 3 + list(range(12)) + [edges.NOBODY, "ADDRESS"])
        made = call(to, gas=r.choice(["GAS", "GAS", 2300, r.randrange(100_000)]), value=r.choice([0, 0, 1, 5]),
                    kind=r.choice(["CALL", "CALL", "CALLCODE", "DELEGATECALL", "STATICCALL"]),
                    input=(self.place(), self.place()), output=(self.place(), self.place()))
        return store(r.randrange(6), made)

    def code(self, length):
        return assemble([self.statement() for _ in range(length)])


def cases(count, seed):
    for number in range(count):
        author = Author(random.Random(f"{seed}/{number}"))
        r = author.random
        contracts = {
            contract: edges.account(author.code(r.randrange(4, 16)), balance=r.randrange(20),
                                    storage={slot: r.choice([1, author.word()]) for slot in range(r.randrange(6))})
            for contract in CONTRACTS
        }
        yield edges.case(f"program {seed}/{number}", contracts, value=[hex(r.randrange(3))],
                         data=["0x" + r.randbytes(r.randrange(64)).hex()], **edges.gas(r.choice([100_000, 1_000_000])))


assert all(name in INSTRUCTIONS for names in (UNARY, BINARY, TERNARY, NOTHING) for name in names)
