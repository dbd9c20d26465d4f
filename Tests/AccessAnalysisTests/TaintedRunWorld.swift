import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes

/// A small state, a block and a transaction, to predict and to run.
struct TaintedRunWorld {
  var fork: Fork
  var accounts: [Address: Account] = [:]
  var codes: [Address: Bytes] = [:]
  var storage: [Address: [UInt256: UInt256]] = [:]
  var transaction: Transaction

  static let sender = Address(0xAAAA)
  static let coinbase = Address(0xCCCC)
  /// The contract that transactions call.
  static let main = Address(0x1000)
  static let second = Address(0x2000)
  static let third = Address(0x3000)

  init(fork: Fork = .cancun, gasLimit: UInt64 = 500_000, data: Bytes = [], value: UInt256 = .zero) {
    self.fork = fork
    transaction = Transaction(
      nonce: 5, gasPrice: 10, gasLimit: gasLimit, to: Self.main, value: value, data: data)
    accounts[Self.sender] = Account(nonce: 5, balance: 1_000_000_000_000_000_000)
    accounts[Self.coinbase] = Account(nonce: 1, balance: 1)
  }

  /// Puts a contract at an address.
  mutating func deploy(
    balance: UInt256 = .zero, _ slots: [UInt256: UInt256] = [:], _ body: (inout TaintedRunAssembler) -> Void
  ) {
    deploy(Self.main, balance: balance, slots, body)
  }

  mutating func deploy(
    _ address: Address, balance: UInt256 = .zero, _ slots: [UInt256: UInt256] = [:],
    _ body: (inout TaintedRunAssembler) -> Void
  ) {
    deploy(address, code: TaintedRunAssembler.assemble(body), balance: balance, slots)
  }

  mutating func deploy(
    _ address: Address, code: Bytes, balance: UInt256 = .zero, _ slots: [UInt256: UInt256] = [:]
  ) {
    codes[address] = code
    accounts[address] = Account(nonce: 1, balance: balance)
    storage[address] = slots
  }

  var environment: BlockEnvironment {
    BlockEnvironment(
      fork: fork, number: 1000, timestamp: 1_700_000_000, coinbase: Self.coinbase, gasLimit: 30_000_000,
      prevRandao: 77, baseFee: fork >= .london ? 7 : .zero, blobBaseFee: fork >= .cancun ? 1 : .zero)
  }

  var state: MemoryState {
    let state = MemoryState()
    for (address, account) in accounts {
      state.set(
        address, nonce: account.nonce, balance: account.balance, code: codes[address] ?? [],
        storage: storage[address] ?? [:])
    }
    for number in 744..<1000 { state.blockHashes[UInt64(number)] = Hash32(word: UInt256(number)) }
    return state
  }

  func predict() -> TaintedRun {
    TaintedRun.predict(transaction, from: Self.sender, in: environment, on: state)
  }

  /// What the EVM's own recorder says; nil where the transaction is not valid on this state.
  func execute() throws -> TransactionResult? {
    let state = state
    var machine = Machine(block: environment, reader: state)
    do throws(ExecutionError) {
      return try machine.execute(transaction, sender: Self.sender, on: state)
    } catch {
      if case .rejected = error { return nil }
      throw error
    }
  }

  /// The value of a location, as far as a condition is concerned.
  subscript(location: Location) -> UInt256 {
    get {
      let account = accounts[location.address] ?? Account()
      return switch location.field {
      case .balance: account.balance
      case .nonce: UInt256(account.nonce)
      case .code: keccak256(codes[location.address] ?? []).word
      case .liveness: account.nonce == 0 && account.balance.isZero && codes[location.address] == nil ? 0 : 1
      case .storage: storage[location.address]?[location.slot] ?? .zero
      }
    }
  }
}
