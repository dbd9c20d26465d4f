import ArgumentParser
import ChainFormats
import ConflictScheduling
import EVM
import Wavefront

/// `wavefront plan`: the schedule as an artefact.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Predicts a block's transactions and prints the schedule.")

  @Argument(help: "A block snapshot (block-snapshot/1).") var block: String
  @Option(help: "Threads for the work, and workers to balance waves for; all cores by default.") var threads:
    Int?
  @Option(name: .shortAndLong, help: "Write the schedule there instead of printing it.") var output: String?
  @Flag(help: "Print the schedule as JSON (wavefront-schedule/1).") var json = false

  func validate() throws {
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads must be 1 to 256, not \(threads)")
    }
  }

  func run() throws {
    let threads = self.threads ?? Host.coreCount
    let planned = try PlannedBlock(BlockSnapshot(contentsOf: block), threads: threads)
    let schedule = Schedule.ordered(planned.transactions, workers: threads)
    let document = ScheduleDocument(
      schedule, costUnit: .gas,
      block: .init(number: planned.snapshot.block.header.number, hash: planned.snapshot.hash),
      transactions: planned.transactions)
    if let output {
      try Terminal.write(document.encoded() + [0x0A], to: output)
    } else if json {
      print(String(decoding: document.encoded(), as: UTF8.self))
    } else {
      print(summary(schedule))
    }
  }

  private func summary(_ schedule: Schedule) -> String {
    let simulator = Simulator(schedule)
    var lines = [
      "\(Format.count(schedule.count)) transactions in \(Format.count(schedule.waves.count)) waves, "
        + "\(Format.count(schedule.graph.edgeCount)) dependencies; costs are gas limits",
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
