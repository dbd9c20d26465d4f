"""Named workloads of `generate.py --preset` (the options they set)."""

PRESETS = {
    "transfers": dict(mix="transfers"),
    "erc20-spread": dict(mix="erc20"),
    "erc20-hot": dict(mix="erc20", hot_ratio=1.0, tokens=1),
    "dex-1": dict(mix="dex", pools=1),
    "dex-10": dict(mix="dex", pools=10),
    "dex-100": dict(mix="dex", pools=100),
    "hot-30": dict(mix="transfers:30,erc20:40,dex:30", hot_ratio=0.3),
    "chain-sender": dict(mix="transfers:50,erc20:50", senders=1),
    "chain-pool": dict(mix="dex:80,liquidity:20", pools=1),
    "mixed": dict(
        mix="transfers:12,erc20:20,dex:12,multihop:6,liquidity:3,nft:6,marketplace:6,proxy:8,wallet:8,"
            "setcode:2,splitter:4,create:1,failing:2",
        hot_ratio=0.2),
}
