public import EVM
import EVMBytecode
public import EVMState
public import EthereumTypes

/// Makes a block from candidates: those that are not valid are left out, and the others lead from one state to the next.
///
/// This is what geth's `evm t8n` does, with its rules: rewards are given instead of following from the fork, and a
/// block hash that was not given but is asked for ends the transition.
public struct Transition: Sendable {
  /// A transaction that was left out.
  public struct Rejected: Hashable, Sendable {
    /// Its place among the candidates.
    public var index: Int
    /// Why, in the words of `evm t8n`.
    public var reason: String
  }

  /// A transaction of the block.
  public struct Included: Sendable {
    /// The transaction.
    public var transaction: Transaction
    /// Its hash.
    public var hash: Hash32
    /// Who signed it.
    public var sender: Address
    /// What it did.
    public var result: TransactionResult
    /// Its receipt.
    public var receipt: Receipt
  }

  /// The block's rules.
  public let rules: TransitionRules
  /// The block as it was asked for.
  public let environment: TransitionEnvironment
  /// The header, with what followed from the parent.
  public let header: BlockHeader
  /// The state; behind the block when the transition is made.
  public let state: MemoryState
  /// The transactions of the block.
  public private(set) var included: [Included] = []
  /// The candidates that were left out.
  public private(set) var rejected: [Rejected] = []
  /// What running the block gave.
  public private(set) var outcome = BlockResult()
  /// The gas that the transactions paid for.
  private var gasPaid: UInt64 = 0
  /// Why the block is not valid although its transactions are; nil where it is.
  public private(set) var blockException: String?

  /// How often each opcode was begun, where traced.
  public private(set) var opcodeCounts = [UInt64](repeating: 0, count: 256)
  /// The gas used by the block.
  public var gasUsed: UInt64 { outcome.gasUsed }
  /// The blob gas used by the block.
  public var blobGasUsed: UInt64 { outcome.blobGasUsed }
  /// The execution requests, each its type byte and its data (EIP-7685); nil before Prague.
  public var requests: [Bytes]? { outcome.requests }

  /// Makes the transition.
  ///
  /// - Parameters:
  ///   - state: the state before the block; becomes the state behind it.
  ///   - candidates: the transactions that want to be in the block, in order.
  ///   - tracing: where traces go; nil for none.
  /// - Throws: where the environment lacks something that the block needs.
  public init(
    _ environment: TransitionEnvironment, rules: TransitionRules, on state: MemoryState,
    _ candidates: [TransitionTransaction], tracing: TransitionTracing? = nil
  ) throws(TransitionError) {
    self.environment = environment
    self.rules = rules
    self.state = state
    header = try environment.header(rules.phase)
    state.blockHashes = environment.blockHashes
    let signed = candidates.map { Self.recover($0, fork: rules.phase.fork) }
    let processor = processor(of: signed)
    var machine = processor.makeMachine(on: state)
    do throws(BlockError) {
      outcome.opening = try processor.begin(&machine, on: state)
    } catch { throw Self.failure(error) }
    for index in candidates.indices {
      let sender: Address
      switch signed[index].sender {
      case .success(let address): sender = address
      case .failure(let rejection):
        rejected.append(Rejected(index: index, reason: rejection.reason))
        continue
      }
      try run(index, from: sender, processor, &machine, tracing)
    }
    do throws(BlockError) {
      try processor.finish(&machine, on: state, &outcome)
    } catch {
      if case .state = error { throw Self.failure(error) }
      // The header of such a block can be written down all the same.
      blockException = error.transitionReason
      outcome.requests = []
    }
  }

  // MARK: Candidates

  private struct Unsigned: Error { let reason: String }
  private struct Signed {
    var transaction = Transaction()
    var sender: Result<Address, Unsigned>
  }

  private static func recover(_ candidate: TransitionTransaction, fork: Fork) -> Signed {
    switch candidate {
    case .unreadable(let reason): return Signed(sender: .failure(Unsigned(reason: reason)))
    case .readable(let transaction):
      guard fork >= transaction.kind.firstFork else {
        return Signed(
          transaction: transaction, sender: .failure(Unsigned(reason: "transaction type not supported")))
      }
      let sender = Result { () throws(SignatureError) in try transaction.recoverSender(in: fork) }
      return Signed(
        transaction: transaction, sender: sender.mapError { Unsigned(reason: $0.transitionReason) })
    }
  }

  /// A processor whose block holds all candidates, so that an index means the same everywhere.
  private func processor(of signed: [Signed]) -> BlockProcessor {
    let block = Block(
      header: header, transactions: signed.map(\.transaction), withdrawals: environment.withdrawals)
    var processor = BlockProcessor(
      block: block, senders: signed.map { (try? $0.sender.get()) ?? .zero }, fork: rules.phase.fork,
      chainID: rules.chainID, blobs: rules.phase.blobs, daoForkNumber: rules.daoForkNumber ?? .max)
    processor.credits =
      environment.rewards(paidReward)
      + (environment.withdrawals ?? []).map { ($0.address, UInt256($0.amount) &* 1_000_000_000) }
    return processor
  }

  /// The reward; none of nothing from Amsterdam on, where nobody may be listed for it (EIP-7928).
  private var paidReward: UInt64? {
    rules.reward == 0 && rules.phase.fork >= .amsterdam ? nil : rules.reward
  }

  private mutating func run(
    _ index: Int, from sender: Address, _ processor: BlockProcessor, _ machine: inout Machine,
    _ tracing: TransitionTracing?
  ) throws(TransitionError) {
    let transaction = processor.block.transactions[index]
    let rejection: TransactionRejection
    do throws(BlockError) {
      if transaction.kind == .blob, header.excessBlobGas == nil {
        rejected.append(
          Rejected(index: index, reason: "blob tx used but field env.ExcessBlobGas missing"))
        return
      }
      try processor.admit(index, after: self.outcome)
      let outcome: TransactionResult
      do throws(ExecutionError) {
        if let tracing {
          var trace = ExecutionTrace(tracing.options, sink: tracing.open(included.count, transaction.hash))
          outcome = try machine.execute(transaction, sender: sender, on: state, trace: &trace)
          for (opcode, count) in trace.counts.enumerated() { opcodeCounts[opcode] += count }
        } else {
          outcome = try machine.execute(transaction, sender: sender, on: state)
        }
      } catch { throw BlockError(error, index: index) }
      do throws(StateReadError) { try state.apply(outcome.effects) } catch { throw .state(error) }
      include(transaction, sender, outcome)
      return
    } catch {
      guard case .transaction(_, let reason) = error else { throw Self.failure(error) }
      rejection = reason
    }
    rejected.append(
      Rejected(
        index: index,
        reason: rejection.transitionReason(
          of: transaction, from: sender, on: state)))
  }

  private mutating func include(_ transaction: Transaction, _ sender: Address, _ outcome: TransactionResult) {
    self.outcome.append(outcome, blobs: transaction.blobVersionedHashes.count)
    gasPaid += outcome.gasUsed
    let receipt = outcome.receipt(
      kind: transaction.kind, cumulativeGasUsed: gasPaid,
      stateRoot: rules.phase.fork < .byzantium ? state.stateRoot() : nil)
    included.append(
      Included(
        transaction: transaction, hash: transaction.hash, sender: sender, result: outcome, receipt: receipt))
  }

  private static func failure(_ error: BlockError) -> TransitionError {
    guard case .state(.missingBlockHash(let number)) = error else {
      return TransitionError(.evm, error.transitionReason)
    }
    return TransitionError(
      .missingBlockHash, "getHash(\(number)) invoked, blockhash for that block not provided")
  }
}

extension TransitionEnvironment {
  /// What the miner of the block and those of its uncles get (Yellow Paper, section 11.3). Distances are not checked:
  /// whoever asks for one beyond 8 gets nothing.
  fileprivate func rewards(_ reward: UInt64?) -> [(Address, UInt256)] {
    guard let reward = reward.map(UInt256.init(_:)) else { return [] }
    let nephews = reward.divided(by: 32) &* UInt256(UInt64(ommers.count))
    let uncles = ommers.map { ommer in
      (ommer.address, (reward &* UInt256(8 - min(ommer.delta, 8))).divided(by: 8))
    }
    return uncles + [(coinbase, reward &+ nephews)]
  }
}

extension BlockError {
  /// The block's error that a transaction's stands for.
  fileprivate init(_ error: ExecutionError, index: Int) {
    self =
      switch error {
      case .rejected(let rejection): .transaction(index: index, rejection)
      case .state(let error): .state(error)
      }
  }
}
