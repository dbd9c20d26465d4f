import AccessAnalysis
import ArgumentParser
import ChainFormats
import ConflictScheduling
import EVM
import EVMState
import Foundation
import WaveExecution
import Wavefront

/// `wavefront verify`: whether a schedule is right for a block.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Names everything that is wrong with a schedule for a block.",
    discussion: """
      A wrong schedule can cost time but never change a block's result. The access sets it is held against are \
      predicted anew from the block.
      """)

  @Argument(help: "A schedule (wavefront-schedule/1), or dependencies in the form that --from names.")
  var schedule: String
  @Argument(help: "A block snapshot (block-snapshot/1).") var block: String
  @Option(help: ArgumentHelp("The form: schedule, dependencies, bor or txdag.", valueName: "form"))
  var from: ExchangeForm = .schedule
  @Option(help: "Threads for the work; all cores by default.") var threads: Int?
  @Option(help: "Name at most that many violations.") var limit = 100
  @Flag(help: "Print one JSON object instead of lines.") var json = false

  func validate() throws {
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads must be 1 to 256, not \(threads)")
    }
    if ![.schedule, .dependencies, .bor, .txdag].contains(from) {
      throw ValidationError("--from must be schedule, dependencies, bor or txdag, not \(from.rawValue)")
    }
    if limit < 1 { throw ValidationError("--limit must be at least 1, not \(limit)") }
  }

  func run() throws {
    let planned = try PlannedBlock(BlockSnapshot(contentsOf: block), threads: threads ?? Host.coreCount)
    let document = try from == .schedule ? read() : read(costs: planned.transactions.map(\.cost))
    var found = try violations(document, planned.transactions).map(\.description)
    if let hash = document.block?.hash, hash != planned.snapshot.hash {
      found.insert("the schedule is for block \(hash), this is \(planned.snapshot.hash)", at: 0)
    }
    if json {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      print(
        String(decoding: try encoder.encode(Report(valid: found.isEmpty, violations: found)), as: UTF8.self))
    } else {
      for violation in found { print(violation) }
      print(found.isEmpty ? "the schedule is right for this block" : "\(found.count) violations")
    }
    if !found.isEmpty { throw CommandFailure("the schedule is wrong for this block", .wrongResult) }
  }

  private struct Report: Encodable {
    var valid: Bool
    var violations: [String]
  }

  private func read() throws -> ScheduleDocument {
    let data: Data
    do { data = try Data(contentsOf: URL(fileURLWithPath: schedule)) } catch {
      throw CommandFailure("\(schedule): cannot be read: \(error.localizedDescription)", .badInput)
    }
    do { return try ScheduleDocument(decoding: [UInt8](data)) } catch {
      throw CommandFailure("\(schedule): \(error)", .badInput)
    }
  }

  /// A schedule by dependencies, which know no costs.
  private func read(costs: [Int]) throws -> ScheduleDocument {
    let input = try PlanInput(schedule, as: from, count: costs.count, threads: 1)
    guard case .dependencies(let graph) = input, graph.count == costs.count else {
      throw CommandFailure(
        "\(schedule): field `dependencies`: expected \(costs.count) transactions, as the block has", .badInput
      )
    }
    return ScheduleDocument(.ordered(graph, costs: costs))
  }

  private func violations(
    _ document: ScheduleDocument, _ transactions: [ScheduledTransaction]
  ) throws -> [ScheduleViolation] {
    do { return try document.violations(against: transactions, limit: limit) } catch {
      throw CommandFailure("\(schedule): \(error)", .badInput)
    }
  }
}

/// A block and what the scheduler sees of its transactions.
struct PlannedBlock {
  let snapshot: BlockSnapshot
  let transactions: [ScheduledTransaction]

  /// Predicts the transactions of a block.
  init(_ snapshot: BlockSnapshot, threads: Int) throws {
    self.snapshot = snapshot
    let processor = try BlockJob(snapshot, threads: threads).processor
    let before = try processor.opening(over: snapshot.preState)
    let predictions = PrePass(threads: threads).predict(processor, on: before)
    var transactions = BlockPlanner(processor, on: before).transactions(predictions.map(\.prediction))
    for index in transactions.indices { transactions[index].hash = processor.block.transactions[index].hash }
    self.transactions = transactions
  }
}
