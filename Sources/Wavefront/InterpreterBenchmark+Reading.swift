public import ChainFormats
import EVM
import EVMBytecode
import EVMState
import EthereumTypes

extension InterpreterBenchmark {
  /// Reads the cases of a file of state tests: one for each element of a test's transaction data. The last fork
  /// that the test has results for is taken.
  public static func cases(contentsOf file: String) throws(FormatError) -> [InterpreterBenchmark] {
    let document = try JSONDocument(contentsOf: file)
    var cases: [InterpreterBenchmark] = []
    for test in try document.root.members() {
      cases += try self.cases(test.value, name: test.key, suite: suite(of: file))
    }
    return cases
  }

  /// The name of the folder that a file lies in.
  private static func suite(of file: String) -> String {
    let parts = file.split(separator: "/")
    return parts.count > 1 ? String(parts[parts.count - 2]) : ""
  }

  private static func cases(
    _ test: JSONValue, name: String, suite: String
  ) throws(FormatError) -> [InterpreterBenchmark] {
    let state = MemoryState()
    for entry in try test.member("pre").members() {
      var storage: [UInt256: UInt256] = [:]
      for slot in try entry.value.member("storage").members() {
        storage[try slot.keyAsValue.word()] = try slot.value.word()
      }
      state.set(
        try entry.keyAsValue.address(), nonce: try entry.value.member("nonce").uint64(),
        balance: try entry.value.member("balance").word(), code: try entry.value.member("code").bytes(),
        storage: storage)
    }
    guard let results = try test.member("post").members().last else {
      throw try test.member("post").unexpected("results for a fork")
    }
    guard let fork = Fork(name: results.key) else {
      throw results.keyAsValue.unexpected("the name of a fork")
    }
    let block = try environment(test.member("env"), fork)
    let template = try test.member("transaction")
    let labels = try test.optional("_info")?.optional("labels")
    var cases: [InterpreterBenchmark] = []
    for result in try results.value.elements() {
      let index = Int(clamping: try result.member("indexes").member("data").integer())
      let data = try template.member("data").elements()
      guard data.indices.contains(index) else { throw result.unexpected("the index of a transaction's data") }
      let label = try labels?["\(index)"]?.string() ?? "\(index)"
      cases.append(
        InterpreterBenchmark(
          name: [suite, name, label].filter { !$0.isEmpty }.joined(separator: "/"), suite: suite,
          state: state,
          block: block, transaction: try transaction(template, data: try data[index].bytes()),
          sender: try template.member("sender").address(),
          expectedRoot: try result.member("hash").hash(), expectedLogsHash: try result.member("logs").hash()))
    }
    return cases
  }

  private static func transaction(_ template: JSONValue, data: Bytes) throws(FormatError) -> Transaction {
    var transaction = Transaction()
    transaction.to = try template.member("to").address()
    transaction.data = data
    transaction.nonce = try template.member("nonce").uint64()
    transaction.gasLimit = try first(template.member("gasLimit")).uint64()
    transaction.value = try first(template.member("value")).word()
    transaction.gasPrice = try template.member("gasPrice").word()
    transaction.maxFeePerGas = transaction.gasPrice
    transaction.maxPriorityFeePerGas = transaction.gasPrice
    return transaction
  }

  private static func first(_ list: JSONValue) throws(FormatError) -> JSONValue {
    guard let first = try list.elements().first else { throw list.unexpected("at least one element") }
    return first
  }

  private static func environment(_ env: JSONValue, _ fork: Fork) throws(FormatError) -> BlockEnvironment {
    let random = fork >= .paris ? "currentRandom" : "currentDifficulty"
    return BlockEnvironment(
      fork: fork, number: try env.member("currentNumber").uint64(),
      timestamp: try env.member("currentTimestamp").uint64(),
      coinbase: try env.member("currentCoinbase").address(),
      gasLimit: try env.member("currentGasLimit").uint64(), prevRandao: try env.member(random).word(),
      baseFee: try env.optional("currentBaseFee")?.word() ?? .zero)
  }
}
