import EVM
import EVMBytecode
import EVMState
public import EthereumTypes

/// One entry of a GeneralStateTests file: a pre-state, a template for transactions, and what they must lead to
/// under each fork.
public struct StateTest: Sendable {
  /// The entry's name.
  public let name: String
  let value: JSONValue
  let preState: MemoryState
  let environment: JSONValue
  let transaction: JSONValue
  let configuration: JSONValue?

  /// One transaction under one fork.
  public struct Case: Sendable {
    /// The fork's name as the file writes it.
    public let forkName: String
    /// The place among the fork's cases.
    public let index: Int
    /// Which of the template's data, gas limits and values the transaction has.
    public let indexes: (data: Int, gas: Int, value: Int)
    /// The state root afterwards.
    public let stateRoot: Hash32
    /// Keccak-256 of the RLP of the logs.
    public let logsHash: Hash32
    /// The class of the refusal, where the transaction must be refused.
    public let exception: String?
    /// The signed transaction.
    public let encoded: Bytes?
    /// The whole state afterwards, where the file tells.
    let postState: JSONValue?
  }

  /// Whether a value of a fixture file is a state test.
  static func isStateTest(_ value: JSONValue) -> Bool {
    value["post"] != nil && value["transaction"] != nil && value["env"] != nil
  }

  /// Reads an entry.
  public init(name: String, _ value: JSONValue) throws(FormatError) {
    self.name = name
    self.value = value
    preState = try MemoryState(fixture: value.member("pre"))
    environment = try value.member("env")
    transaction = try value.member("transaction")
    configuration = try value.optional("config")
  }

  /// The cases in the order of the file.
  public func cases() throws(FormatError) -> [Case] {
    var cases: [Case] = []
    for fork in try value.member("post").members() {
      for (index, post) in try fork.value.elements().enumerated() {
        let indexes = try post.member("indexes")
        cases.append(
          Case(
            forkName: fork.key, index: index,
            indexes: (
              try Self.index(indexes, "data"), try Self.index(indexes, "gas"),
              try Self.index(indexes, "value")
            ), stateRoot: try post.member("hash").hash(), logsHash: try post.member("logs").hash(),
            exception: try post.optional("expectException").map { value throws(FormatError) in
              try value.string()
            }, encoded: try post.optional("txbytes").map { value throws(FormatError) in try value.bytes() },
            postState: try post.optional("state")))
      }
    }
    return cases
  }

  private static func index(_ indexes: JSONValue, _ key: String) throws(FormatError) -> Int {
    let value = try indexes.member(key)
    guard let index = Int(exactly: try value.integer()) else { throw value.unexpected("a small number") }
    return index
  }
}

extension MemoryState {
  /// Reads the accounts of a fixture: address → balance, code, nonce, storage; what an account leaves out is nothing.
  convenience init(fixture value: JSONValue) throws(FormatError) {
    self.init()
    for member in try value.members() where !member.value.isNull {
      try add(member.keyAsValue.address(), fixture: member.value)
    }
  }

  /// Sets an account to that of a fixture.
  func add(_ address: Address, fixture account: JSONValue) throws(FormatError) {
    var storage: [UInt256: UInt256] = [:]
    for slot in try account.optional("storage")?.members() ?? [] {
      storage[try slot.keyAsValue.word()] = try slot.value.word()
    }
    set(
      address, nonce: try account.optional("nonce")?.uint64() ?? 0,
      balance: try account.optional("balance")?.word() ?? .zero,
      code: try account.optional("code")?.bytes() ?? [], storage: storage)
  }
}
