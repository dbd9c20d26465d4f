public import EVM
import EVMBytecode
public import EVMState
public import EthereumTypes

/// One case of an interpreter benchmark: a message on a pre-state, read from a state test, and the state root that
/// the transaction around it must lead to.
public struct InterpreterBenchmark: Sendable {
  /// `folder/test/label`, such as `main/snailtracer/benchmark`.
  public let name: String
  /// The folder: results are averaged within it.
  public let suite: String
  /// The accounts before.
  public let state: MemoryState
  /// What the transaction sees of its block.
  public let block: BlockEnvironment
  /// The transaction.
  public let transaction: Transaction
  /// Who sends it.
  public let sender: Address
  /// The state root afterwards: it commits to the gas used through the sender's balance.
  public let expectedRoot: Hash32
  /// Keccak-256 of the RLP of the expected logs.
  public let expectedLogsHash: Hash32

  /// The message inside the transaction. Its gas is the gas limit: intrinsic gas is not the interpreter's work.
  public var message: Message {
    Message(
      to: transaction.to ?? .zero, from: sender, input: transaction.data, value: transaction.value,
      gas: transaction.gasLimit)
  }

  /// Runs the whole transaction once; nil where state root and logs are those expected, otherwise the difference.
  public func check() throws(ExecutionError) -> String? {
    var machine = Machine(block: block, reader: state)
    let result = try machine.execute(transaction, sender: sender, on: state)
    let after = MemoryState()
    for (address, entry) in state.entries {
      if let account = entry.account { after.set(address, account, storage: entry.storage) }
    }
    do throws(StateReadError) { try after.apply(result.effects) } catch { throw .state(error) }
    let logsHash = keccak256(RLP.list(result.logs.map(\.rlp)).encoded)
    if logsHash != expectedLogsHash { return "logs hash \(logsHash), expected \(expectedLogsHash)" }
    let root = after.stateRoot() ?? .zero
    if root != expectedRoot {
      return "state root \(root), expected \(expectedRoot); gas used was \(result.gasUsed)"
    }
    return nil
  }
}
