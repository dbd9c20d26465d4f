import AccessAnalysis
import EVM
import EVMBytecode
import EVMState
import EthereumTypes

/// Contracts, a state and a transaction made from any bytes: what a fuzzer feeds to the pre-pass.
///
///     byte 0      fork, from Osaka backwards       byte 3   size of the call data
///     byte 1      gas limit, in classes            byte 4   value of the first slots of the first contract
///     byte 2      wei sent, in classes             byte 5   share of the code that is the first contract's, in 1/256
///     then call data, then the code of two contracts
struct FuzzCase {
  var fork: Fork
  var transaction: Transaction
  var codes: [Bytes]
  var word: UInt256

  static let sender = Address(0xA11CE)
  /// Small addresses, so that code which pushes one byte reaches them.
  static let contracts = [Address(0xC0), Address(0xC1)]

  init?(_ bytes: Bytes) {
    guard bytes.count > 6 else { return nil }
    let forks = Fork.allCases.filter { $0 <= .osaka }
    fork = forks[forks.count - 1 - Int(bytes[0]) % forks.count]
    let gas: [UInt64] = [60_000, 100_000, 400_000, 1_000_000]
    let rest = bytes[6...]
    let data = Bytes(rest.prefix(Int(bytes[3])))
    let code = Bytes(rest.dropFirst(data.count))
    let first = code.count * Int(bytes[5]) / 256
    codes = [Bytes(code[first...]), Bytes(code[..<first])]
    word = UInt256(UInt64(bytes[4]))
    transaction = Transaction(
      nonce: 3, gasPrice: 20, gasLimit: gas[Int(bytes[1]) % gas.count],
      to: bytes[1] & 0x80 == 0 ? Self.contracts[0] : nil, value: [0, 0, 1, 1_000][Int(bytes[2]) % 4],
      data: bytes[1] & 0x80 == 0 ? data : codes[0])
  }

  var environment: BlockEnvironment {
    BlockEnvironment(
      fork: fork, number: 1_000, timestamp: 1_700_000_000, coinbase: Address(0xFEE), gasLimit: 30_000_000,
      prevRandao: 7, baseFee: fork >= .london ? 10 : 0, blobBaseFee: 1)
  }

  /// A state with the contracts, whose first slots hold `word`.
  func state(_ word: UInt256) -> MemoryState {
    let state = MemoryState()
    state.set(
      Self.sender, nonce: 3, balance: UInt256(1_000_000_000_000_000_000 as UInt64), code: [], storage: [:])
    for (address, code) in zip(Self.contracts, codes) {
      state.set(address, nonce: 1, balance: 5, code: code, storage: [0: word, 1: word, 2: 0xC1])
    }
    return state
  }

  /// What is wrong with the pre-pass, in words; nil where nothing is.
  ///
  /// Predicts on two states, the second time along the paths of the first, and once more with nothing known; compares
  /// each with what the machine does.
  func complaint() throws -> String? {
    let analyzer = AccessAnalyzer()
    for (round, word) in [word, word, word &+ UInt256.one, .zero].enumerated() {
      let state = state(word)
      let report = analyzer.predict(transaction, from: Self.sender, environment: environment, state: state)
      var machine = Machine(block: environment, reader: state)
      let result: TransactionResult
      do {
        result = try machine.execute(transaction, sender: Self.sender, on: state)
      } catch {
        // Not a valid transaction, such as one with less gas than its data costs.
        return nil
      }
      let access = result.effects.accessSet
      if report.prediction.trust.isVouchedFor {
        let missing = report.prediction.access.missing(from: access)
        if !missing.isEmpty {
          return "round \(round), \(fork), \(report.route): missed \(missing) of \(access)"
        }
        let values = report.prediction.conditionalOn.allSatisfy {
          report.prediction.access.reads.contains($0)
        }
        if !values { return "round \(round), \(fork), \(report.route): conditions that are no reads" }
      }
    }
    return nil
  }
}
