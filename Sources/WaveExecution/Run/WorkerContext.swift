import EVM
import EVMState

/// What one worker keeps from block to block: its machine, whose stacks and tables are warm, and its memory.
final class WorkerContext: @unchecked Sendable {
  // Invariant: used by one worker at a time.
  let arena = Arena()
  let notes = VersionedView.Memory()
  private var machine: Machine?

  /// Runs `body` with the machine, ready for a block.
  func withMachine<Result>(
    for processor: BlockProcessor, on state: any StateReader, codes: CodeCache,
    _ body: (inout Machine) throws(BlockError) -> Result
  ) throws(BlockError) -> Result {
    // Taken out: a machine that lies in a class would be checked for exclusive access at every step. After an error it
    // is not put back.
    var machine = self.machine.take() ?? processor.makeMachine(on: state, codes: codes)
    machine.enter(processor.environment, reader: state)
    let result = try body(&machine)
    // What the block ran on is the caller's to free, not the next block's, at whose beginning other threads wake.
    machine.leave()
    self.machine = consume machine
    return result
  }
}

/// One block being run at a time, on memory that is kept from block to block.
final class Workspace: Sendable {
  let tables = VersionedState.Tables()
  let records = RecordTable()
  let contexts: [WorkerContext]

  init(workers: Int) { contexts = (0..<workers).map { _ in WorkerContext() } }
}
