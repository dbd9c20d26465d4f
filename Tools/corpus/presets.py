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
        mix="transfers:10,erc20:14,dex:8,multihop:4,liquidity:2,nft:4,marketplace:5,proxy:5,wallet:5,"
            "setcode:2,splitter:3,create:1,failing:2,lending:5,farm:4,utility:4,data:4,vault:3,dao:4,"
            "deals:3,identity:4,game:4,subscription:3,inbox:3,blobs:1",
        hot_ratio=0.2),
}

if __name__ == "__main__":
    print(*PRESETS)
