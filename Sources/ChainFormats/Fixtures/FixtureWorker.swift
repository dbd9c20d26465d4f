import EVM
import EVMState

/// What a thread that runs fixtures keeps from case to case: a machine with its memory and its prepared codes. Making
/// one anew, and first touching its memory, takes longer than many a case.
///
/// Confined to one thread.
final class FixtureWorker {
  /// What is to hold beside what the fixtures ask for.
  let check: BlockCheck?
  private var machine: Machine?

  init(check: BlockCheck? = nil) { self.check = check }

  /// Runs `body` on a machine that has forgotten what it ran before.
  func withMachine<Result, Failure: Error>(
    _ block: BlockEnvironment, reader: any StateReader,
    _ body: (inout Machine) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    var machine = self.machine.take() ?? Machine(block: block, reader: reader)
    machine.enter(block, reader: reader)
    do throws(Failure) {
      let result = try body(&machine)
      self.machine = consume machine
      return result
    } catch {
      self.machine = consume machine
      throw error
    }
  }
}
