import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Glibc

/// Where a fixture of engine payloads begins: its own genesis, or one that it shares with others.
///
/// `blockchain_tests_engine_x` keeps what tests share in files `pre_alloc/HASH.json` beside or above them.
struct EngineGenesis {
  /// The state.
  let state: MemoryState
  /// The header.
  let header: BlockHeader
  /// The header's hash as the file tells it.
  let hash: Hash32?

  /// Reads the genesis of an entry, whose first block is under the rules of `fork`.
  init(_ test: JSONValue, fork: Fork) throws(FormatError) {
    guard let shared = try test.optional("preHash") else {
      try self.init(state: test.member("pre"), header: test.member("genesisBlockHeader"))
      return
    }
    let group = try Self.group(shared)
    let state = try group.member("pre")
    let own = try test.optional("genesisBlockHeader")
    let common = try group.optional("genesis")
    if let header = own ?? common {
      try self.init(state: state, header: header)
    } else {
      try self.init(state: state, environment: group.member("environment"), fork: fork)
    }
  }

  private init(state: JSONValue, header: JSONValue) throws(FormatError) {
    self.state = try MemoryState(fixture: state)
    self.header = try BlockHeader(fixture: header)
    hash = try header.optional("hash")?.hash()
  }

  /// Makes the header from the block environment that some releases have instead of it.
  private init(state: JSONValue, environment: JSONValue, fork: Fork) throws(FormatError) {
    self.state = try MemoryState(fixture: state)
    var header = BlockHeader()
    /// A member, called by the names of headers or of environments.
    func member(_ names: String...) throws(FormatError) -> JSONValue? {
      for name in names {
        if let value = try environment.optional(name) { return value }
      }
      return nil
    }
    header.stateRoot = self.state.stateRoot() ?? .zero
    header.coinbase = try member("currentCoinbase", "coinbase", "feeRecipient")?.address() ?? .zero
    header.gasLimit = try member("currentGasLimit", "gasLimit")?.uint64() ?? 0
    header.number = try member("currentNumber", "number")?.uint64() ?? 0
    header.timestamp = try member("currentTimestamp", "timestamp")?.uint64() ?? 0
    header.difficulty = try member("currentDifficulty", "difficulty")?.word() ?? .zero
    header.mixHash = Hash32(word: try member("currentRandom", "prevRandao")?.word() ?? .zero)
    header.extraData = try member("extraData")?.bytes() ?? []
    header.parentHash = Hash32(word: try member("parentHash")?.word() ?? .zero)
    if fork >= .london { header.baseFeePerGas = try member("currentBaseFee", "baseFeePerGas")?.word() ?? 7 }
    if fork >= .shanghai { header.withdrawalsRoot = .emptyTrieRoot }
    if fork >= .cancun {
      header.blobGasUsed = try member("currentBlobGasUsed", "blobGasUsed")?.uint64() ?? 0
      header.excessBlobGas = try member("currentExcessBlobGas", "excessBlobGas")?.uint64() ?? 0
      header.parentBeaconBlockRoot = Hash32(word: try member("parentBeaconBlockRoot")?.word() ?? .zero)
    }
    if fork >= .prague { header.requestsHash = SystemContracts.requestsHash([]) }
    if fork >= .amsterdam {
      header.blockAccessListHash = .emptyListHash
      header.slotNumber = try member("slotNumber")?.uint64() ?? 0
    }
    self.header = header
    hash = nil
  }

  /// The group of a hash, from the nearest folder `pre_alloc` beside the file or above it.
  private static func group(_ hash: JSONValue) throws(FormatError) -> JSONValue {
    let name = try hash.string()
    guard name.utf8.allSatisfy({ Hex.value(ofDigit: $0) != nil || $0 == UInt8(ascii: "x") }) else {
      throw hash.unexpected("the hash of a group in pre_alloc")
    }
    var folder = hash.document.file.split(separator: "/", omittingEmptySubsequences: false)[...]
    while !folder.isEmpty {
      folder.removeLast()
      let path = (folder + ["pre_alloc", "\(name).json"]).joined(separator: "/")
      if unsafe access(path, R_OK) == 0 { return try JSONDocument(contentsOf: path).root }
    }
    throw hash.unexpected("a group in a folder pre_alloc beside or above this file")
  }
}

extension MemoryState {
  /// Replaces an account by that of a fixture, or removes it where the value is null.
  func replace(_ address: Address, with value: JSONValue) throws(FormatError) {
    set(address, nil, wipesStorage: true)
    if !value.isNull { try add(address, fixture: value) }
  }
}
