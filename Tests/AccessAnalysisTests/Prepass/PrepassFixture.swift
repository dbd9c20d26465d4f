import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Testing

let alice = Address(0xA11CE)
let contract = Address(0xC0DE)
let other = Address(0x0DD)
let third = Address(0x3D)

/// A state of hand-made contracts, and transactions from `alice` to `contract`.
struct Fixture {
  var fork = Fork.prague
  var codes: [Address: Bytes] = [:]
  var storage: [Address: [UInt256: UInt256]] = [:]
  var balances: [Address: UInt256] = [:]
  /// 1 for contracts where nothing is said.
  var nonces: [Address: UInt64] = [:]
  var data: Bytes = []
  var value = UInt256.zero
  var gasLimit: UInt64 = 3_000_000
  var creates = false

  init(_ code: String, fork: Fork = .prague) {
    codes[contract] = assemble(code)
    self.fork = fork
  }

  var environment: BlockEnvironment {
    BlockEnvironment(
      fork: fork, number: 1000, timestamp: 1_700_000_000, coinbase: Address(0xFEE), gasLimit: 30_000_000,
      prevRandao: 7, baseFee: fork >= .london ? 10 : 0, blobBaseFee: 1)
  }

  var state: MemoryState {
    let state = MemoryState()
    state.set(alice, nonce: 3, balance: UInt256(1_000_000_000_000_000_000 as UInt64), code: [], storage: [:])
    for (address, code) in codes {
      state.set(
        address, nonce: nonces[address] ?? 1, balance: balances[address] ?? .zero, code: code,
        storage: storage[address] ?? [:])
    }
    for (address, balance) in balances where codes[address] == nil {
      state.set(address, nonce: nonces[address] ?? 0, balance: balance, code: [], storage: [:])
    }
    return state
  }

  var transaction: Transaction {
    Transaction(
      nonce: 3, gasPrice: 20, gasLimit: gasLimit, to: creates ? nil : contract, value: value,
      data: creates ? codes[contract] ?? [] : data)
  }

  /// The prediction from summaries alone.
  func bound(_ analyzer: AccessAnalyzer = AccessAnalyzer()) -> AccessAnalyzer.Report {
    analyzer.bind(
      TransactionCall(transaction, sender: alice, environment: environment), environment: environment,
      state: state)
  }

  /// What the EVM does.
  func actual() throws -> TransactionResult {
    let state = state
    var machine = Machine(block: environment, reader: state)
    return try machine.execute(transaction, sender: alice, on: state)
  }

  /// Binds, runs, and expects the prediction to be vouched for and to cover what happened.
  @discardableResult
  func expectCovered(
    exactly: Bool = true, sourceLocation: SourceLocation = #_sourceLocation
  ) throws -> Prediction {
    let report = bound()
    let result = try actual()
    let prediction = report.prediction
    #expect(prediction.trust.isVouchedFor, "\(report.route)", sourceLocation: sourceLocation)
    let access = result.effects.accessSet
    #expect(prediction.access.missing(from: access).isEmpty, sourceLocation: sourceLocation)
    if exactly {
      #expect(prediction.access == access, sourceLocation: sourceLocation)
    }
    return prediction
  }
}

/// A 32-byte word of call data.
func word(_ value: UInt256) -> Bytes { value.bigEndianBytes }

/// Solidity's key of `mapping[key]` at `slot`.
func mappingKey(_ key: UInt256, _ slot: UInt256) -> UInt256 { keccak256(key, slot).word }
