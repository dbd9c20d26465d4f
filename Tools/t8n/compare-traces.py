#!/usr/bin/env python3
"""Compares the EIP-3155 traces of wavefront with those of Ethereum's executable specification, line by line.

    pip install ethereum-execution==2.20.0
    Tools/t8n/compare-traces.py WAVEFRONT PATH… [--every N] [--limit LINES]

Runs state tests, or every Nth of them, with both, and prints the first line that differs of each case that does. What
the two are known to show differently is brought to one form first: see `normal`.
"""

import json
import subprocess
from io import StringIO

import fixtures

# The specification names errors after its exceptions, wavefront as geth does.
ERRORS = {
    "OutOfGasError": "out of gas",
    "StackUnderflowError": "stack underflow",
    "StackOverflowError": "stack limit reached",
    "InvalidOpcode": "invalid opcode",
    "InvalidJumpDestError": "invalid jump destination",
    "WriteInStaticContext": "write protection",
    "OutOfBoundsRead": "return data out of bounds",
    "Revert": "execution reverted",
    "InvalidContractPrefix": "invalid code: must not begin with 0xef",
    "InvalidParameter": "precompile failed",
}
NAMES = {"KECCAK": "KECCAK256"}


def normal(line, is_ours):
    """A line without the differences that are known:

    - names of errors, too long init code among them, and of instructions where one byte has two names or none;
    - what a creation would have deployed had it been able to pay, shown by the specification in early forks;
    - numbers beyond 64 bits, which are left out by both, but by the specification in other fields, too.
    """
    line = dict(line)
    if "error" in line:
        text = line["error"] if is_ours else ERRORS.get(line["error"], line["error"])
        # Init code beyond EIP-3860's limit has no name of its own there.
        text = text.replace("max initcode size exceeded", "out of gas")
        line["error"] = next((known for known in ERRORS.values() if text.startswith(known)), text)
    if "output" in line and line.get("error") not in (None, "execution reverted"):
        line["output"] = ""
    if "opName" in line:
        name = NAMES.get(line["opName"], line["opName"])
        line["opName"] = "InvalidOpcode" if "not defined" in name or name == "INVALID" else name
    return line


def specification(case, cache):
    """The specification's lines; none where the transaction is refused."""
    from ethereum_spec_tools.evm_tools.statetest import run_test_case

    text = StringIO()
    run_test_case(case, cache, t8n_extra=["--trace", "--trace.noreturndata"], output_basedir=text)
    return [json.loads(line) for line in text.getvalue().splitlines()]


def ours(wavefront, path, limit):
    """The lines of each case in the order of the file; None for a case with more than `limit`."""
    run = subprocess.Popen([wavefront, "statetest", path, "--trace"], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    cases, lines, count = [], [], 0
    for text in run.stderr:
        if text.startswith(b'{"stateRoot"'):
            cases.append(None if count > limit else lines)
            lines, count = [], 0
        else:
            count += 1
            if count <= limit:
                lines.append(text)
    return cases


def compare(wavefront, path, limit):
    import logging

    from ethereum_spec_tools.evm_tools.statetest import read_test_cases
    from ethereum_spec_tools.evm_tools.t8n import ForkCache
    from ethereum_spec_tools.evm_tools.utils import get_supported_forks

    logging.disable(logging.CRITICAL)
    supported = {fork.casefold() for fork in get_supported_forks()}
    counts = {"cases": 0, "lines": 0, "different": 0, "skipped": 0}
    reports = []
    mine = ours(wavefront, path, limit)
    with ForkCache() as cache:
        cases = list(read_test_cases(path))
        assert len(cases) == len(mine), f"{path}: {len(cases)} cases, {len(mine)} traces"
        for case, lines in zip(cases, mine):
            if case.fork_name.casefold() not in supported or lines is None or "expectException" in case.post:
                counts["skipped"] += 1
                continue
            try:
                theirs = specification(case, cache)
            except Exception as error:  # its tool does not read every file
                counts["skipped"] += 1
                reports.append(f"SKIP {path} {case.key} {case.fork_name} {case.index}: {error!r}")
                continue
            if not theirs:  # refused, or a collision, of which it makes no trace
                counts["skipped"] += 1
                continue
            lines = [json.loads(line) for line in lines]
            counts["cases"] += 1
            counts["lines"] += len(theirs)
            counts[case.fork_name] = counts.get(case.fork_name, 0) + 1
            # Refunds for existing authorities (EIP-7702) are in our counter, as in geth's, but not in the other one.
            difference = 0
            if case.transaction.get("authorizationList") and lines and "refund" in lines[0]:
                difference = lines[0]["refund"] - theirs[0].get("refund", 0)
            for number in range(max(len(lines), len(theirs))):
                a = normal(lines[number], True) if number < len(lines) else None
                b = normal(theirs[number], False) if number < len(theirs) else None
                if a and "refund" in a:
                    a["refund"] -= difference
                if a != b:
                    counts["different"] += 1
                    reports.append(
                        f"DIFF {path} {case.key} {case.fork_name} {case.index} line {number + 1}\n"
                        f"  wavefront     {json.dumps(a)}\n  specification {json.dumps(b)}"
                    )
                    break
    return counts, reports


if __name__ == "__main__":
    parser = fixtures.arguments(__doc__)
    parser.add_argument("--limit", type=int, default=20_000, help="leave out cases with more lines")
    options = parser.parse_args()
    fixtures.run(compare, options, bad="different", limit=options.limit)
