import EVM
import EthereumTypes

extension BlockHeader {
  /// Reads a header in the form of blockchain fixtures, whose names differ from JSON-RPC's in some places.
  init(fixture value: JSONValue) throws(FormatError) {
    self.init()
    parentHash = try value.member("parentHash").hash()
    unclesHash = try value.optional("uncleHash")?.hash() ?? .emptyListHash
    coinbase = try value.member("coinbase").address()
    stateRoot = try value.member("stateRoot").hash()
    transactionsRoot = try value.member("transactionsTrie").hash()
    receiptsRoot = try value.member("receiptTrie").hash()
    logsBloom = try value.member("bloom").bloom()
    difficulty = try value.member("difficulty").word()
    number = try value.member("number").uint64()
    gasLimit = try value.member("gasLimit").uint64()
    gasUsed = try value.member("gasUsed").uint64()
    timestamp = try value.member("timestamp").uint64()
    extraData = try value.member("extraData").bytes()
    mixHash = try value.member("mixHash").hash()
    nonce = try value.member("nonce").uint64()
    baseFeePerGas = try value.optional("baseFeePerGas")?.word()
    withdrawalsRoot = try value.optional("withdrawalsRoot")?.hash()
    blobGasUsed = try value.optional("blobGasUsed")?.uint64()
    excessBlobGas = try value.optional("excessBlobGas")?.uint64()
    parentBeaconBlockRoot = try value.optional("parentBeaconBlockRoot")?.hash()
    requestsHash = try value.optional("requestsHash")?.hash()
    blockAccessListHash = try value.optional("blockAccessListHash")?.hash()
    slotNumber = try value.optional("slotNumber")?.uint64()
  }
}
