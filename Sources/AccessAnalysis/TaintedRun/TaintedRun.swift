public import EVM
import EVMBytecode
public import EVMState
public import EthereumTypes

/// The pre-pass's last resort before `unknown`: one transaction run on a given state with every value's
/// dependence on the state tracked.
///
/// The prediction is `conditional` on exactly the locations whose values decided what is accessed (`certain` where
/// none did). As long as these keep the values seen, the actual access set of the transaction is covered by the
/// prediction, whatever else changes: it does the same accesses, or it fails with a part of them. The transaction
/// is taken to be valid when its turn comes. An account that is alive is taken to stay alive unless it
/// destroys itself, as EIP-161 has it.
///
/// Costs about one and a half times as much as running the transaction.
public struct TaintedRun: Sendable {
  /// What the pre-pass may say about the transaction.
  public let prediction: Prediction
  /// The gas it used on the state given; nil where the run was given up.
  public let gasUsed: UInt64?
  /// Why the run was given up; the prediction is `unknown` then.
  public let failure: TaintedRunFailure?
  /// The hashes of earlier blocks that the run asked for.
  var blockHashes: [UInt64: Hash32] = [:]

  /// Runs `transaction` on `state`.
  ///
  /// - Parameters:
  ///   - transaction: the transaction; its signature is not checked.
  ///   - sender: who signed it.
  ///   - block: what it sees of its block.
  ///   - state: the state to run on; nothing is written to it.
  ///   - limits: what the run may use.
  public static func predict(
    _ transaction: Transaction, from sender: Address, in block: BlockEnvironment, on state: any StateReader,
    limits: TaintedRunLimits = .standard
  ) -> TaintedRun {
    var effects = PredictedEffects()
    return predict(transaction, from: sender, in: block, on: state, limits: limits, effects: &effects)
  }

  /// The same; says what the transaction leaves behind too.
  static func predict(
    _ transaction: Transaction, from sender: Address, in block: BlockEnvironment, on state: any StateReader,
    limits: TaintedRunLimits, results: PrecompileMemo? = nil, effects: inout PredictedEffects
  ) -> TaintedRun {
    guard block.fork < .amsterdam else {
      return TaintedRun(prediction: .unknown, gasUsed: nil, failure: .unsupportedFork)
    }
    var machine = TaintedMachine(
      block: block, origin: sender, gasPrice: transaction.effectiveGasPrice(baseFee: block.baseFee),
      blobHashes: transaction.blobVersionedHashes, state: state, limits: limits)
    machine.precompileResults = results
    guard let gasUsed = machine.execute(transaction) else {
      return TaintedRun(prediction: .unknown, gasUsed: nil, failure: machine.failure)
    }
    effects = machine.effects
    return TaintedRun(
      prediction: machine.prediction(), gasUsed: gasUsed, failure: nil,
      blockHashes: machine.blockHashes)
  }
}
