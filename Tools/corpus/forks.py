"""Where each fork lies on mainnet, and what its headers look like."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fork:
    """A block number and time inside the fork, so that mainnet's schedule names the same rules."""

    number: int
    timestamp: int
    max_blobs: int = 0
    blobs_per_transaction: int = 6


FORKS = {
    "london": Fork(13_000_000, 1_628_600_000),
    "arrow_glacier": Fork(14_000_000, 1_642_000_000),
    "gray_glacier": Fork(15_100_000, 1_657_200_000),
    "paris": Fork(16_000_000, 1_668_800_000),
    "shanghai": Fork(18_000_000, 1_693_000_000),
    "cancun": Fork(20_000_000, 1_717_300_000, max_blobs=6),
    "prague": Fork(22_600_000, 1_748_500_000, max_blobs=9),
    "osaka": Fork(23_950_000, 1_764_900_000, max_blobs=9),
    "bpo1": Fork(24_000_000, 1_765_400_000, max_blobs=15),
    "bpo2": Fork(24_300_000, 1_768_600_000, max_blobs=21),
}
