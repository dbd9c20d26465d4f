import EVM
import EVMBytecode
import EVMState
import EthereumTypes

extension StateTest {
  /// Runs a case; nil where it passes, otherwise the first difference.
  ///
  /// - Parameters:
  ///   - worker: lends its machine.
  ///   - trace: gets an EIP-3155 trace in pieces, and a line with the state root behind it; nil for none.
  func run(
    _ item: Case, on worker: FixtureWorker = FixtureWorker(), trace: ((Bytes) -> Void)? = nil
  ) throws(FormatError) -> String? {
    guard let fork = Fork(fixtureName: item.forkName) else { return "the fork \(item.forkName) is not known" }
    let block = try blockEnvironment(fork, named: item.forkName)
    let blobs = try blobSchedule(fork, named: item.forkName)
    let state = FixtureState(base: preState)
    var logs: [Log] = []
    do throws(Refusal) {
      let (transaction, sender) = try signedTransaction(item)
      try admit(transaction, block, blobs: blobs)
      let result: TransactionResult
      do throws(ExecutionError) {
        result = try worker.withMachine(block, reader: state) { machine throws(ExecutionError) in
          guard let trace else { return try machine.execute(transaction, sender: sender, on: state) }
          var lines = ExecutionTrace(sink: trace)
          return try machine.execute(transaction, sender: sender, on: state, trace: &lines)
        }
        do throws(StateReadError) { try state.apply(result.effects) } catch { throw .state(error) }
      } catch {
        switch error {
        case .rejected(let rejection): throw .transaction(rejection)
        case .state(let error): throw .other("\(error)")
        }
      }
      if let exception = item.exception { return "expected the refusal \(exception), but it was executed" }
      logs = result.logs
    } catch {
      guard let exception = item.exception else { return "refused: \(error)" }
      guard error.matches(expected: exception, in: fork) else {
        return error.mismatch(expected: exception, in: fork)
      }
    }
    // The generator of the older fixtures, which tell no post-state, paid the coinbase a reward of nothing even
    // where it refused the transaction.
    if item.exception == nil || item.postState == nil {
      state.touch(block.coinbase, removesEmptyAccounts: fork >= .spuriousDragon)
    }
    trace?(Bytes("{\"stateRoot\":\"\(state.root)\"}\n".utf8))
    let logsHash = keccak256(RLP.list(logs.map(\.rlp)).encoded)
    if logsHash != item.logsHash { return "logs hash: expected \(item.logsHash), found \(logsHash)" }
    let root = state.root
    guard root != item.stateRoot else { return nil }
    let difference = try item.postState.flatMap { value throws(FormatError) in
      state.firstDifference(from: try MemoryState(fixture: value))
    }
    return difference ?? "state root: expected \(item.stateRoot), found \(root)"
  }

  /// The limits that a transaction shares with the others of its block: here it is the only one.
  private func admit(
    _ transaction: Transaction, _ block: BlockEnvironment, blobs: BlobSchedule?
  ) throws(Refusal) {
    do throws(TransactionRejection) {
      try block.admit(transaction, after: BlockGas())
      try blobs?.admit(transaction, after: 0)
    } catch { throw .transaction(error) }
  }
}
