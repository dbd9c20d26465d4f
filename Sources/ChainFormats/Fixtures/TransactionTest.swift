import EVM
import EVMBytecode
import EVMState
import EthereumTypes

/// One entry of a TransactionTests file: bytes, and what each fork makes of them.
struct TransactionTest {
  /// The entry's name.
  let name: String
  private let encoded: JSONValue
  private let result: JSONValue

  /// Whether a value of a fixture file is a transaction test.
  static func isTransactionTest(_ value: JSONValue) -> Bool {
    value["txbytes"] != nil && value["result"] != nil
  }

  init(name: String, _ value: JSONValue) throws(FormatError) {
    self.name = name
    encoded = try value.member("txbytes")
    result = try value.member("result")
  }

  /// The expected results by fork, as the file names it.
  func results() throws(FormatError) -> [(fork: String, expected: JSONValue)] {
    try result.members().map { ($0.key, $0.value) }
  }

  /// Compares what a fork makes of the bytes with what is expected; nil where it is the same.
  func run(_ forkName: String, _ expected: JSONValue) throws(FormatError) -> String? {
    guard let fork = Fork(fixtureName: forkName) else { return "the fork \(forkName) is not known" }
    let exception = try expected.optional("exception")?.string()
    do throws(Refusal) {
      let (transaction, sender, intrinsicGas) = try Self.check(encoded, fork)
      if let exception { return "expected the refusal \(exception), but it is valid" }
      let (wantedHash, wantedSender) = (
        try? expected.member("hash").hash(), try? expected.member("sender").address()
      )
      if transaction.hash != wantedHash { return "hash: found \(transaction.hash)" }
      // Files that do not know it say 0.
      let wantedGas = (try? expected.member("intrinsicGas").uint64()) ?? 0
      if wantedGas != 0, intrinsicGas != wantedGas {
        return "intrinsic gas: expected \(wantedGas), found \(intrinsicGas)"
      }
      return sender == wantedSender ? nil : "sender: found \(sender)"
    } catch {
      guard let exception else { return "refused: \(error)" }
      return error.matches(expected: exception, in: fork)
        ? nil : error.mismatch(expected: exception, in: fork)
    }
  }

  /// The files judge numbers that lie out of range, and how many fields there are, by the rules of the type, which
  /// the fork has to know; everything else about the form holds for all types.
  private static func refusal(_ error: ChainDecodingError, _ bytes: Bytes, _ fork: Fork) -> Refusal {
    switch error.problem {
    case .outOfRange, .wrongFieldCount:
      guard let kind = bytes.first.flatMap(Transaction.Kind.init(rawValue:)), fork < kind.firstFork else {
        return .malformed(error)
      }
      return .transaction(.typeNotSupported(kind))
    // Bytes cut off, or added, at the end of a transaction of type 4 are to files its authorizations' fault.
    case .rlp where bytes.first == Transaction.Kind.setCode.rawValue && error.field == "transaction":
      return .malformed(ChainDecodingError("transaction.authorizationList", error.problem))
    default: return .malformed(error)
    }
  }

  private static func check(
    _ encoded: JSONValue, _ fork: Fork
  ) throws(Refusal) -> (Transaction, sender: Address, intrinsicGas: UInt64) {
    guard let bytes = try? encoded.bytes() else {
      throw .malformed(ChainDecodingError("transaction", .wrongShape(expected: "bytes")))
    }
    let transaction: Transaction
    let sender: Address
    do throws(ChainDecodingError) { transaction = try Transaction(decoding: bytes) } catch {
      throw refusal(error, bytes, fork)
    }
    guard fork >= transaction.kind.firstFork else {
      throw .transaction(.typeNotSupported(transaction.kind))
    }
    if transaction.kind == .legacy, let chain = transaction.chainID, chain != 1, fork >= .spuriousDragon {
      throw .transaction(.wrongChain(expected: 1, found: chain))
    }
    do throws(SignatureError) { sender = try transaction.recoverSender(in: fork) } catch {
      throw .signature(error)
    }
    if transaction.maxFeePerGas.multipliedIfFits(byLimb: transaction.gasLimit) == nil {
      // More than any account can have.
      throw .transaction(.insufficientFunds(required: transaction.worstCaseCost, balance: .max))
    }
    let block = BlockEnvironment(
      fork: fork, number: 1, timestamp: 1, coinbase: .zero, gasLimit: .max, prevRandao: .zero)
    let machine = Machine(block: block, reader: MemoryState())
    do throws(TransactionRejection) { try machine.checkForm(transaction) } catch { throw .transaction(error) }
    return (transaction, sender, machine.intrinsicGas(of: transaction))
  }
}
