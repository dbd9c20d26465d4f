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
      let (transaction, sender) = try Self.check(encoded, fork)
      if let exception { return "expected the refusal \(exception), but it is valid" }
      let (wantedHash, wantedSender) = (
        try? expected.member("hash").hash(), try? expected.member("sender").address()
      )
      if transaction.hash != wantedHash { return "hash: found \(transaction.hash)" }
      return sender == wantedSender ? nil : "sender: found \(sender)"
    } catch {
      guard let exception else { return "refused: \(error)" }
      let reasons = [error] + unknownType(in: fork)
      return reasons.contains { $0.matches(expected: exception) }
        ? nil : "expected the refusal \(exception), got: \(error)"
    }
  }

  /// A type that the fork does not know is a reason of its own: the files name now that one, now what is wrong
  /// inside.
  private func unknownType(in fork: Fork) -> [Refusal] {
    guard let kind = (try? encoded.bytes())?.first.flatMap(Transaction.Kind.init(rawValue:)),
      fork < kind.firstFork
    else { return [] }
    return [.transaction(.typeNotSupported(kind))]
  }

  private static func check(_ encoded: JSONValue, _ fork: Fork) throws(Refusal) -> (Transaction, Address) {
    guard let bytes = try? encoded.bytes() else {
      throw .malformed(ChainDecodingError("transaction", .wrongShape(expected: "bytes")))
    }
    let transaction: Transaction
    let sender: Address
    do throws(ChainDecodingError) { transaction = try Transaction(decoding: bytes) } catch {
      throw .malformed(error)
    }
    do throws(SignatureError) { sender = try transaction.recoverSender(in: fork) } catch {
      throw .signature(error)
    }
    if transaction.maxFeePerGas.multipliedIfFits(by: UInt256(transaction.gasLimit)) == nil {
      // More than any account can have.
      throw .transaction(.insufficientFunds(required: transaction.worstCaseCost, balance: .max))
    }
    let block = BlockEnvironment(
      fork: fork, number: 1, timestamp: 1, coinbase: .zero, gasLimit: .max, prevRandao: .zero)
    let machine = Machine(block: block, reader: MemoryState())
    do throws(TransactionRejection) { try machine.checkForm(transaction) } catch { throw .transaction(error) }
    return (transaction, sender)
  }
}
