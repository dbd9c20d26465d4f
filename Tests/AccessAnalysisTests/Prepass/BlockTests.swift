import AccessAnalysis
import ChainFormats
import EVM
import EVMState
import EthereumTypes
import TestFiles
import Testing

@Suite("Predictions on whole blocks")
struct BlockTests {
  /// Runs a block and checks each prediction twice: made before the block, and re-made just before the
  /// transaction.
  private func check(_ file: String) throws {
    let snapshot = try BlockSnapshot(contentsOf: file)
    let senders = try snapshot.recoverSenders(workers: 1)
    let processor = BlockProcessor(block: snapshot.block, senders: senders, fork: snapshot.fork)
    let analyzer = AccessAnalyzer()
    let before = MemoryState(base: snapshot.preState)
    var machine = processor.makeMachine(on: before)
    try processor.begin(&machine, on: before)
    let running = MemoryState(base: before)
    for (index, transaction) in snapshot.block.transactions.enumerated() {
      let call = TransactionCall(transaction, sender: senders[index], environment: processor.environment)
      let early = analyzer.bind(call, environment: processor.environment, state: before).prediction
      let late = analyzer.bind(call, environment: processor.environment, state: running).prediction
      let result = try machine.execute(transaction, sender: senders[index], on: running)
      let access = result.effects.accessSet
      let holds = try early.conditionalOn.allSatisfy { try value($0, before) == value($0, running) }
      if early.trust.isVouchedFor && holds {
        #expect(early.access.missing(from: access).isEmpty, "\(file) transaction \(index)")
      }
      if late.trust.isVouchedFor {
        #expect(late.access.missing(from: access).isEmpty, "\(file) transaction \(index), bound late")
      }
      try running.apply(result.effects)
    }
  }

  private func value(_ location: Location, _ state: MemoryState) throws -> UInt256 {
    let account = try state.account(location.address)
    return switch location.field {
    case .balance: account?.balance ?? .zero
    case .nonce: UInt256(account?.nonce ?? 0)
    case .code: (account?.codeHash ?? .emptyCode).word
    case .liveness: account?.isEmpty ?? true ? .zero : .one
    case .storage: try state.storage(location.address, location.slot)
    }
  }

  @Test("No vouched-for prediction misses anything on the corpus", arguments: TestFiles.corpusBlocks)
  func corpus(_ file: String) throws { try check(file) }

  @Test(
    "No vouched-for prediction misses anything on mainnet blocks",
    .enabled(if: !TestFiles.someMainnetBlocks.isEmpty, "no block snapshots under WAVEFRONT_FIXTURES"),
    arguments: TestFiles.someMainnetBlocks)
  func mainnet(_ file: String) throws { try check(file) }
}
