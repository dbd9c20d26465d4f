"""Writes words.txt: what each opcode on words gives, by Python's unbounded integers.

    python3 words.py > words.txt

A line: opcode, gas, operands from the top of the stack down, result; all numbers but the gas in hexadecimal.
"""

import random

SIZE = 1 << 256


def signed(word):
    return word - SIZE if word >> 255 else word


def sdiv(a, b):
    if b == 0:
        return 0
    quotient = abs(signed(a)) // abs(signed(b))
    return (-quotient if (signed(a) < 0) != (signed(b) < 0) else quotient) % SIZE


def smod(a, b):
    if b == 0:
        return 0
    remainder = abs(signed(a)) % abs(signed(b))
    return (-remainder if signed(a) < 0 else remainder) % SIZE


def signextend(index, word):
    if index > 30:
        return word
    bit = 8 * index + 7
    low = word & ((1 << bit) - 1)
    return low | (SIZE - (1 << bit)) if word >> bit & 1 else low


# name: gas, number of operands, meaning
OPCODES = {
    "ADD": (3, 2, lambda a, b: (a + b) % SIZE),
    "MUL": (5, 2, lambda a, b: a * b % SIZE),
    "SUB": (3, 2, lambda a, b: (a - b) % SIZE),
    "DIV": (5, 2, lambda a, b: a // b if b else 0),
    "SDIV": (5, 2, sdiv),
    "MOD": (5, 2, lambda a, b: a % b if b else 0),
    "SMOD": (5, 2, smod),
    "ADDMOD": (8, 3, lambda a, b, n: (a + b) % n if n else 0),
    "MULMOD": (8, 3, lambda a, b, n: a * b % n if n else 0),
    "SIGNEXTEND": (5, 2, signextend),
    "LT": (3, 2, lambda a, b: int(a < b)),
    "GT": (3, 2, lambda a, b: int(a > b)),
    "SLT": (3, 2, lambda a, b: int(signed(a) < signed(b))),
    "SGT": (3, 2, lambda a, b: int(signed(a) > signed(b))),
    "EQ": (3, 2, lambda a, b: int(a == b)),
    "ISZERO": (3, 1, lambda a: int(a == 0)),
    "AND": (3, 2, lambda a, b: a & b),
    "OR": (3, 2, lambda a, b: a | b),
    "XOR": (3, 2, lambda a, b: a ^ b),
    "NOT": (3, 1, lambda a: SIZE - 1 - a),
    "BYTE": (3, 2, lambda i, x: x >> 8 * (31 - i) & 255 if i < 32 else 0),
    "SHL": (3, 2, lambda n, x: (x << n) % SIZE if n < 256 else 0),
    "SHR": (3, 2, lambda n, x: x >> n if n < 256 else 0),
    "SAR": (3, 2, lambda n, x: (signed(x) >> min(n, 256)) % SIZE),
    "CLZ": (5, 1, lambda x: 256 - x.bit_length()),
}

TOP = SIZE - 1
EDGES = [0, 1, 2, 3, TOP, TOP - 1] + [
    (1 << bits) + off for bits in (64, 128, 192, 255) for off in (-1, 0, 1)
]
FIXED = {
    1: [(0,), (1,), (TOP,), (1 << 63,), (1 << 64,), (1 << 128,), (1 << 192,), (1 << 255,)],
    2: [(0, 0), (1, 0), (0, 1), (TOP, 1), (1, TOP), (TOP, TOP), (1 << 255, TOP)]
    + [((1 << bits) + off, 1) for bits in (64, 128, 192) for off in (-1, 0)],
    3: [(1, 2, 0), (TOP, TOP, TOP), (TOP, 2, TOP - 1), (TOP, TOP, 2), (TOP, 1, 1 << 255)],
}
INDEXES = [0, 1, 7, 8, 15, 16, 23, 24, 29, 30, 31, 32, 33, 1 << 64, TOP]
COUNTS = [0, 1, 8, 63, 64, 65, 127, 128, 129, 191, 192, 193, 254, 255, 256, 257, 1 << 64, TOP]


def number():
    if random.random() < 0.35:
        return random.choice(EDGES)
    return random.getrandbits(random.choice([8, 64, 65, 128, 130, 192, 200, 256, 256, 256]))


def cases(name, arity):
    if name in ("BYTE", "SIGNEXTEND", "SHL", "SHR", "SAR"):
        for first in INDEXES if name in ("BYTE", "SIGNEXTEND") else COUNTS:
            yield first, random.getrandbits(256) | 1 << 255
            yield first, random.getrandbits(256) >> 1
        return
    yield from FIXED[arity]
    for _ in range(12):
        yield tuple(number() for _ in range(arity))


random.seed(20261123)
for name, (gas, arity, meaning) in OPCODES.items():
    for case in cases(name, arity):
        print(name, gas, *("%x" % word for word in case), "%x" % meaning(*case))
