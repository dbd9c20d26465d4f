public import EVM
import EVMBytecode
import EthereumTypes

extension BlockHeader {
  /// Reads a header in the form of JSON-RPC's `eth_getBlockByNumber`; members that are no header fields do not
  /// count.
  public init(rpc value: JSONValue) throws(FormatError) {
    self.init()
    try readCommonFields(value)
    unclesHash = try value.member("sha3Uncles").hash()
    coinbase = try value.member("miner").address()
    transactionsRoot = try value.member("transactionsRoot").hash()
    receiptsRoot = try value.member("receiptsRoot").hash()
    logsBloom = try value.member("logsBloom").bloom()
    let nonceBytes = try value.member("nonce").bytes()
    guard nonceBytes.count == 8, let nonceWord = UInt256(bigEndian: nonceBytes) else {
      throw try value.member("nonce").unexpected("0x and 16 hexadecimal digits")
    }
    nonce = nonceWord.l0
  }

  /// Reads the fields that JSON-RPC and blockchain fixtures call and write alike.
  mutating func readCommonFields(_ value: JSONValue) throws(FormatError) {
    parentHash = try value.member("parentHash").hash()
    stateRoot = try value.member("stateRoot").hash()
    difficulty = try value.member("difficulty").word()
    number = try value.member("number").uint64()
    gasLimit = try value.member("gasLimit").uint64()
    gasUsed = try value.member("gasUsed").uint64()
    timestamp = try value.member("timestamp").uint64()
    extraData = try value.member("extraData").bytes()
    mixHash = try value.member("mixHash").hash()
    baseFeePerGas = try value.optional("baseFeePerGas")?.word()
    withdrawalsRoot = try value.optional("withdrawalsRoot")?.hash()
    blobGasUsed = try value.optional("blobGasUsed")?.uint64()
    excessBlobGas = try value.optional("excessBlobGas")?.uint64()
    parentBeaconBlockRoot = try value.optional("parentBeaconBlockRoot")?.hash()
    requestsHash = try value.optional("requestsHash")?.hash()
    blockAccessListHash = try value.optional("blockAccessListHash")?.hash()
    slotNumber = try value.optional("slotNumber")?.uint64()
  }

  /// The optional fields, in the order of the header, with the fork that brought each.
  var forkFields: [(name: String, since: Fork, isPresent: Bool)] {
    [
      ("baseFeePerGas", .london, baseFeePerGas != nil),
      ("withdrawalsRoot", .shanghai, withdrawalsRoot != nil),
      ("blobGasUsed", .cancun, blobGasUsed != nil),
      ("excessBlobGas", .cancun, excessBlobGas != nil),
      ("parentBeaconBlockRoot", .cancun, parentBeaconBlockRoot != nil),
      ("requestsHash", .prague, requestsHash != nil),
      ("blockAccessListHash", .amsterdam, blockAccessListHash != nil),
      ("slotNumber", .amsterdam, slotNumber != nil),
    ]
  }
}

extension Withdrawal {
  /// Reads a withdrawal in the form of JSON-RPC.
  public init(rpc value: JSONValue) throws(FormatError) {
    self.init(
      index: try value.member("index").uint64(),
      validatorIndex: try value.member("validatorIndex").uint64(),
      address: try value.member("address").address(), amount: try value.member("amount").uint64())
  }
}
