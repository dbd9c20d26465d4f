"""What the scripts of this folder have in common: arguments, the files they name, and a check of each in parallel."""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path


def arguments(description):
    """A parser that takes the command, paths of fixtures and which of their files to check."""
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("wavefront")
    parser.add_argument("paths", nargs="+")
    parser.add_argument("--every", type=int, default=1, help="only every Nth file")
    parser.add_argument("--jobs", type=int, default=2)
    return parser


def files(options):
    """The fixture files that the options name; EOF is part of no fork."""
    found = []
    for path in map(Path, options.paths):
        found += [path] if path.is_file() else sorted(path.rglob("*.json"))
    return [str(path) for path in found[:: options.every] if "stEOF" not in str(path)]


def run(check, options, bad, **extra):
    """Calls `check(wavefront, path, **extra)` for each file, prints its reports and the sums of its counts, and ends
    with 1 if the count called `bad` is not 0. `check` returns counts by name and a list of reports."""
    paths = files(options)
    sums = {}
    with ProcessPoolExecutor(options.jobs) as pool:
        for counts, reports in pool.map(partial(check, options.wavefront, **extra), paths):
            for report in reports:
                print(report)
            for key, value in counts.items():
                sums[key] = sums.get(key, 0) + value
    print(f"{len(paths)} files: " + ", ".join(f"{value} {key}" for key, value in sums.items()))
    sys.exit(1 if sums.get(bad) else 0)
