import ArgumentParser
import ConflictScheduling
import EthereumTypes
import Wavefront

/// `wavefront plan`: the schedule as an artefact.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Schedules transactions and prints the schedule.",
    discussion: """
      By default the transactions are a block's, in its order, and what they touch is predicted. --from reads what \
      other programs know of transactions instead: \(ExchangeForm.names(ExchangeForm.readable.filter { $0 != .block })). \
      --to writes the schedule, or what it was made from, for other programs: \
      \(ExchangeForm.names(ExchangeForm.writable)). Binary forms are hexadecimal on output, and on input either. \
      Where the form has no costs every transaction costs 1. A block access list is written from a run of the block.

      --objective takes the transactions for candidates and chooses an order, nonces aside.
      """)

  @Argument(help: "A block snapshot (block-snapshot/1), or a file in the form that --from names.") var input:
    String
  @Option(help: ArgumentHelp("The form of the input.", valueName: "form")) var from: ExchangeForm = .block
  @Option(help: ArgumentHelp("The form to print; a summary by default.", valueName: "form")) var to:
    ExchangeForm?
  @Option(
    help: ArgumentHelp(
      "Choose the order: \(FreeScheduleOptions.Objective.allCases.map(\.rawValue).joined(separator: ", ")).",
      valueName: "goal"))
  var objective: String?
  @Option(help: "With --objective: the gas that a block has room for; no limit by default.") var gasLimit:
    UInt64?
  @Option(
    help:
      "How many transactions there are, for forms that do not say (block-access-list, a sequential txdag).")
  var count: Int?
  @Option(
    help:
      "For a block access list: whose balance every transaction credits; unnamed, all wait for each other.")
  var feeRecipient: String?
  @Option(help: "Workers to balance waves for; all cores by default.") var workers: Int?
  @Option(help: "Threads for the work; all cores by default.") var threads: Int?
  @Option(name: .shortAndLong, help: "Write there instead of printing.") var output: String?
  @Flag(help: "The same as --to schedule (wavefront-schedule/1).") var json = false

  func validate() throws {
    for (name, value) in [("threads", threads), ("workers", workers)] {
      if let value, !(1...256).contains(value) {
        throw ValidationError("--\(name) must be 1 to 256, not \(value)")
      }
    }
    if let count, !(0...ScheduleDocument.transactionLimit).contains(count) {
      throw ValidationError("--count must be 0 to \(ScheduleDocument.transactionLimit), not \(count)")
    }
    guard ExchangeForm.readable.contains(from) else {
      throw ValidationError("--from must be one of \(ExchangeForm.names(ExchangeForm.readable))")
    }
    if let to, !ExchangeForm.writable.contains(to) {
      throw ValidationError("--to must be one of \(ExchangeForm.names(ExchangeForm.writable))")
    }
    if json, let to, to != .schedule { throw ValidationError("--json is --to schedule, not \(to.rawValue)") }
    if let objective, FreeScheduleOptions.Objective(rawValue: objective) == nil {
      throw ValidationError("--objective does not know \(objective)")
    }
    if let feeRecipient, Address(hex: feeRecipient) == nil {
      throw ValidationError("--fee-recipient must be 0x and 40 hexadecimal digits, not \(feeRecipient)")
    }
    if gasLimit != nil, objective == nil { throw ValidationError("--gas-limit needs --objective") }
  }

  func run() throws {
    let threads = self.threads ?? Host.coreCount
    let input = try PlanInput(
      input, as: from, count: count, feeRecipient: feeRecipient.flatMap { Address(hex: $0) }, threads: threads
    )
    let schedule = try schedule(input, workers: workers ?? self.threads ?? Host.coreCount)
    let form = to ?? (json || output != nil ? .schedule : nil)
    guard let form else {
      print(summary(schedule, from == .block ? "; costs are gas limits" : ""))
      return
    }
    let bytes = try PlanOutput(input: input, schedule: schedule).encoded(form)
    if let output {
      try Terminal.write(bytes + [0x0A], to: output)
    } else {
      print(String(decoding: bytes, as: UTF8.self))
    }
  }

  private func schedule(_ input: PlanInput, workers: Int) throws -> Schedule {
    guard let objective = objective.flatMap(FreeScheduleOptions.Objective.init) else {
      switch input {
      case .block(let planned): return .ordered(planned.transactions, workers: workers)
      case .transactions(let transactions): return .ordered(transactions, workers: workers)
      case .dependencies(let graph):
        return .ordered(graph, costs: [Int](repeating: 1, count: graph.count), workers: workers)
      }
    }
    guard let transactions = input.transactions else {
      throw CommandFailure("dependencies hold in one order only: no --objective", .badUsage)
    }
    var limits = BlockLimits.none
    limits.gas = gasLimit
    return .free(transactions, FreeScheduleOptions(objective: objective, workers: workers, limits: limits))
  }

  private func summary(_ schedule: Schedule, _ remark: String) -> String {
    let simulator = Simulator(schedule)
    var lines = [
      "\(Format.count(schedule.count)) transactions in \(Format.count(schedule.waves.count)) waves, "
        + "\(Format.count(schedule.graph.edgeCount)) dependencies\(remark)",
      "  bounds     critical path \(Format.count(schedule.bounds.criticalPath)) · total \(Format.count(schedule.bounds.total)) · "
        + "largest \(Format.count(schedule.bounds.largest))",
      "  workers    barrier-free     with barriers",
    ]
    for workers in [2, 4, 8, 16] {
      let total = Double(max(schedule.bounds.total, 1))
      let free = total / Double(max(simulator.makespan(workers: workers), 1))
      let barriers = total / Double(max(simulator.makespanWithBarriers(workers: workers), 1))
      lines.append(
        "  \(Format.left("\(workers)", 10)) \(Format.left(Format.decimals(free, 2) + "×", 16)) \(Format.decimals(barriers, 2))×"
      )
    }
    return lines.joined(separator: "\n")
  }
}
