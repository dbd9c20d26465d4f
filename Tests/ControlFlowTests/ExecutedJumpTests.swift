import ChainFormats
import ControlFlow
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import TestFiles
import Testing

extension ControlFlowGraph {
  /// Executed jumps and blocks that are not in the graph; none where it does not claim to have all.
  func missing(_ edges: Set<JumpTrace.Edge>) -> [JumpTrace.Edge] {
    guard isResolved else { return [] }
    return edges.filter { $0.from == $0.to ? block(at: $0.to) == nil : !allows(jumpAt: $0.from, to: $0.to) }
      .sorted { ($0.from, $0.to) < ($1.from, $1.to) }
  }
}

/// Whatever the machine does must be in the graph of the code it runs.
@Suite("Executed jumps are edges of the control-flow graph")
struct ExecutedJumpTests {
  /// Runs blocks, and expects of each code that ran, in whichever of them, that its graph has where control went.
  private func check(_ files: [String]) throws {
    var trace = JumpTrace()
    for file in files {
      let snapshot = try BlockSnapshot(contentsOf: file)
      let senders = try snapshot.recoverSenders(workers: 1)
      let processor = BlockProcessor(block: snapshot.block, senders: senders, fork: snapshot.fork)
      let state = MemoryState(base: snapshot.preState)
      var machine = processor.makeMachine(on: state)
      try processor.begin(&machine, on: state)
      for (transaction, sender) in zip(snapshot.block.transactions, senders) {
        let result = try machine.execute(transaction, sender: sender, on: state, jumps: &trace)
        try state.apply(result.effects)
      }
    }
    // The newest fork has the instructions of all others.
    for (code, edges) in trace.edges {
      let missing = ControlFlowGraph(code: code, fork: .osaka).missing(edges)
      #expect(missing.isEmpty, "code \(keccak256(code)) of \(code.count) bytes")
    }
  }

  @Test("Those of the corpus")
  func corpus() throws { try check(TestFiles.corpusBlocks) }

  @Test(
    "Those of mainnet blocks",
    .enabled(if: !TestFiles.someMainnetBlocks.isEmpty, "no block snapshots under WAVEFRONT_FIXTURES"))
  func mainnet() throws { try check(TestFiles.someMainnetBlocks) }

  /// How many random contracts are tried.
  static var seeds: Int {
    #if DEBUG
      200
    #else
      3000
    #endif
  }

  /// Runs a contract on some call data, and on what it has stored before.
  private func run(_ code: Bytes, _ random: inout SplitMix64) throws -> Set<JumpTrace.Edge> {
    let (sender, contract) = (Address(0xA11CE), Address(0xC0DE))
    let environment = BlockEnvironment(
      fork: .osaka, number: 1, timestamp: 1, coinbase: Address(0xFEE), gasLimit: 30_000_000, prevRandao: 7,
      baseFee: 0, blobBaseFee: 1)
    let state = MemoryState()
    state.set(sender, nonce: 0, balance: UInt256(1 << 60 as UInt64), code: [], storage: [:])
    state.set(contract, nonce: 1, balance: .zero, code: code, storage: [:])
    var trace = JumpTrace()
    for nonce in 0..<8 {
      let data = (0..<3).flatMap { _ in UInt256(UInt64.random(in: 0...3, using: &random)).bigEndianBytes }
      let transaction = Transaction(
        nonce: UInt64(nonce), gasPrice: 0, gasLimit: 300_000, to: contract, value: .zero, data: data)
      var machine = Machine(block: environment, reader: state)
      let result = try machine.execute(transaction, sender: sender, on: state, jumps: &trace)
      try state.apply(result.effects)
    }
    return trace.edges[code] ?? []
  }

  @Test("Those of random contracts, nearly all of which are resolved")
  func randomContracts() throws {
    var (resolved, executed) = (0, 0)
    for seed in 0..<Self.seeds {
      let code = RandomFlow.code(seed: seed)
      let graph = ControlFlowGraph(code: code, fork: .osaka)
      var random = SplitMix64(seed: UInt64(seed))
      let edges = try run(code, &random)
      #expect(graph.missing(edges).isEmpty, "seed \(seed)")
      if graph.isResolved { resolved += 1 }
      executed += edges.count
    }
    #expect(resolved > Self.seeds / 2)
    #expect(executed > 10 * Self.seeds)
  }
}
