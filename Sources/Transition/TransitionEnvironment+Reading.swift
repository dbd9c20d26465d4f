public import ChainFormats
import EVM
import EthereumTypes

extension TransitionEnvironment {
  /// Reads the fields of an `env` object; unknown ones are left alone.
  public init(_ value: JSONValue) throws(FormatError) {
    self.init(
      coinbase: try value.member("currentCoinbase").flexibleAddress(),
      gasLimit: try value.member("currentGasLimit").flexibleUInt64(),
      number: try value.member("currentNumber").flexibleUInt64(),
      timestamp: try value.member("currentTimestamp").flexibleUInt64())
    func word(_ key: String) throws(FormatError) -> UInt256? {
      try value.optional(key).map { value throws(FormatError) in try value.flexibleWord() }
    }
    func number(_ key: String) throws(FormatError) -> UInt64? {
      try value.optional(key).map { value throws(FormatError) in try value.flexibleUInt64() }
    }
    func hash(_ key: String) throws(FormatError) -> Hash32? {
      try value.optional(key).map { value throws(FormatError) in Hash32(word: try value.flexibleHash()) }
    }
    difficulty = try word("currentDifficulty")
    random = try word("currentRandom")
    baseFee = try word("currentBaseFee")
    excessBlobGas = try number("currentExcessBlobGas")
    parentBeaconBlockRoot = try hash("parentBeaconBlockRoot")
    slotNumber = try number("slotNumber")
    parentDifficulty = try word("parentDifficulty")
    parentTimestamp = try number("parentTimestamp") ?? 0
    parentUncleHash = try hash("parentUncleHash")
    parentBaseFee = try word("parentBaseFee")
    parentGasUsed = try number("parentGasUsed") ?? 0
    parentGasLimit = try number("parentGasLimit") ?? 0
    parentExcessBlobGas = try number("parentExcessBlobGas")
    parentBlobGasUsed = try number("parentBlobGasUsed")
    if let hashes = try value.optional("blockHashes") {
      for member in try hashes.members() {
        blockHashes[try member.keyAsValue.flexibleUInt64()] = Hash32(word: try member.value.flexibleHash())
      }
    }
    for ommer in try value.optional("ommers")?.elements() ?? [] {
      ommers.append(
        Ommer(
          delta: try ommer.member("delta").flexibleUInt64(),
          address: try ommer.member("address").flexibleAddress()))
    }
    withdrawals = try value.optional("withdrawals").map { list throws(FormatError) in
      var withdrawals: [Withdrawal] = []
      for entry in try list.elements() {
        withdrawals.append(
          Withdrawal(
            index: try entry.member("index").flexibleUInt64(),
            validatorIndex: try entry.member("validatorIndex").flexibleUInt64(),
            address: try entry.member("address").flexibleAddress(),
            amount: try entry.member("amount").flexibleUInt64()))
      }
      return withdrawals
    }
  }
}
