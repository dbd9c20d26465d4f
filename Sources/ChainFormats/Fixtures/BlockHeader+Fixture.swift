import EVM
import EthereumTypes

extension BlockHeader {
  /// Reads a header in the form of blockchain fixtures, whose names differ from JSON-RPC's in some places.
  init(fixture value: JSONValue) throws(FormatError) {
    self.init()
    try readCommonFields(value)
    unclesHash = try value.optional("uncleHash")?.hash() ?? .emptyListHash
    coinbase = try value.member("coinbase").address()
    transactionsRoot = try value.member("transactionsTrie").hash()
    receiptsRoot = try value.member("receiptTrie").hash()
    logsBloom = try value.member("bloom").bloom()
    nonce = try value.member("nonce").uint64()
  }
}
