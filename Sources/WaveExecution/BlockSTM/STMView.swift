import EVMState
import EthereumTypes

/// What one transaction sees of an `STMMemory`. Each worker has its own and moves it from transaction to transaction.
final class STMView: StateReader, @unchecked Sendable {
  // Invariant: used by one worker only, which sets the fields between transactions.
  private let memory: STMMemory
  private let coinbase: Address
  private var index = 0
  private var readsCoinbase = false
  /// The transaction of which an estimate was read, if any: nothing of this execution counts then.
  private(set) var blocker: Int?
  /// Whether the fee recipient's account was read as it was before the block.
  private(set) var guessedCoinbase = false
  /// What was read, for transactions that fail and so have no effects that say it.
  private(set) var accounts: [(address: Address, account: Account?)] = []
  private(set) var slots: [(address: Address, key: UInt256, value: UInt256)] = []

  init(_ memory: STMMemory, coinbase: Address) {
    self.memory = memory
    self.coinbase = coinbase
  }

  /// Moves to transaction `index`.
  ///
  /// - Parameter readsCoinbase: whether the fee recipient's account must be right; otherwise it is the one before the
  ///   block, which is enough for crediting it.
  func move(to index: Int, readsCoinbase: Bool) {
    self.index = index
    self.readsCoinbase = readsCoinbase
    blocker = nil
    guessedCoinbase = false
    accounts.removeAll(keepingCapacity: true)
    slots.removeAll(keepingCapacity: true)
  }

  func account(_ address: Address) throws(StateReadError) -> Account? {
    if address == coinbase, !readsCoinbase {
      guessedCoinbase = true
      return try memory.base.account(address)
    }
    let account = try value(memory.account(address, before: index))
    accounts.append((address, account))
    return account
  }

  func storage(_ address: Address, _ slot: UInt256) throws(StateReadError) -> UInt256 {
    let value = try value(memory.storage(address, slot, before: index))
    slots.append((address, slot, value))
    return value
  }

  private func value<Value>(_ found: STMMemory.Found<Value>) throws(StateReadError) -> Value {
    switch found {
    case .value(let value): return value
    case .estimate(let index):
      blocker = index
      throw .unavailable("transaction \(index) will run again")
    }
  }

  func code(_ hash: Hash32) throws(StateReadError) -> Bytes { try memory.code(hash) }

  func blockHash(_ number: UInt64) throws(StateReadError) -> Hash32 { try memory.base.blockHash(number) }

  func hasStorage(_ address: Address) throws(StateReadError) -> Bool {
    try memory.hasStorage(address, before: index)
  }
}
