/// Who executes and who validates which transaction: the collaborative scheduler of Block-STM (Gelashvili et al.,
/// "Block-STM: Scaling Blockchain Execution by Turning Ordering Curse to a Performance Blessing", PPoPP 2023,
/// algorithms 4 and 5). What the paper does with atomic counters is done under one lock here, and a worker that finds
/// nothing to do sleeps.
struct STMScheduler {
  /// A piece of work.
  enum Task {
    case execute(Int, incarnation: Int)
    case validate(Int)
    case done
  }

  private enum Status {
    case ready, executing, executed, aborting
  }

  private var status: [Status]
  /// For each transaction, those that wait for it because they read an estimate of it.
  private var dependents: [[Int]]
  private var executionIndex = 0
  private var validationIndex = 0
  private var activeTasks = 0
  /// How often each transaction was begun.
  private var incarnations: [Int]

  /// Executions so far, aborted ones included.
  var executions: Int { incarnations.reduce(0, +) }

  init(count: Int) {
    status = Array(repeating: .ready, count: count)
    dependents = Array(repeating: [], count: count)
    incarnations = Array(repeating: 0, count: count)
  }

  /// Work for a worker that has none; nil while all of it is with others.
  mutating func nextTask() -> Task? {
    while true {
      if validationIndex < executionIndex {
        let index = validationIndex
        validationIndex += 1
        if status[index] == .executed {
          activeTasks += 1
          return .validate(index)
        }
      } else if executionIndex < status.count {
        let index = executionIndex
        executionIndex += 1
        if status[index] == .ready { return start(index) }
      } else {
        return activeTasks == 0 ? .done : nil
      }
    }
  }

  private mutating func start(_ index: Int) -> Task {
    status[index] = .executing
    activeTasks += 1
    incarnations[index] += 1
    return .execute(index, incarnation: incarnations[index])
  }

  /// Lets a transaction that read an estimate of `blocker` wait for it.
  ///
  /// - Returns: false where the blocker has run meanwhile, so that the transaction can run again at once.
  mutating func addDependency(of index: Int, on blocker: Int) -> Bool {
    if status[blocker] == .executed { return false }
    status[index] = .aborting
    dependents[blocker].append(index)
    activeTasks -= 1
    return true
  }

  /// Notes an execution.
  ///
  /// - Returns: the transaction's validation, where nothing before it needs one too.
  mutating func finishExecution(_ index: Int, wroteNewLocation: Bool) -> Task? {
    status[index] = .executed
    activeTasks -= 1
    for dependent in dependents[index] {
      status[dependent] = .ready
      executionIndex = min(executionIndex, dependent)
    }
    dependents[index] = []
    guard validationIndex > index else { return nil }
    if wroteNewLocation {
      validationIndex = index
      return nil
    }
    activeTasks += 1
    return .validate(index)
  }

  /// Claims the right to abort an execution that did not validate.
  mutating func tryAbort(_ index: Int, incarnation: Int) -> Bool {
    guard status[index] == .executed, incarnations[index] == incarnation else { return false }
    status[index] = .aborting
    return true
  }

  /// Notes a validation.
  ///
  /// - Returns: the next execution of an aborted transaction, where no one else will come across it.
  mutating func finishValidation(_ index: Int, aborted: Bool) -> Task? {
    activeTasks -= 1
    guard aborted else { return nil }
    status[index] = .ready
    validationIndex = min(validationIndex, index + 1)
    return executionIndex > index ? start(index) : nil
  }
}
