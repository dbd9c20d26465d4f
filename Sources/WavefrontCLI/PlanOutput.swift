import ConflictScheduling
import EVM
import EVMState
import EthereumTypes
import Wavefront

/// A schedule in the forms of other programs.
struct PlanOutput {
  let input: PlanInput
  let schedule: Schedule

  /// The bytes of a form, without a line break behind them.
  func encoded(_ form: ExchangeForm) throws -> Bytes {
    switch form {
    case .block: throw CommandFailure("a block is not written here", .badUsage)
    case .schedule: return document.encoded()
    case .dependencies: return try ordered(form).encodedJSON()
    case .bor: return hex(BorHeaderExtra(dependencies: try ordered(form).dependencyLists).encoded())
    case .txdag: return hex(TxDAG.dependencies(try ordered(form).dependencyLists).encoded())
    case .accessLists: return AccessList.encode(try accessSets(form).map(AccessList.init))
    case .readWriteSets:
      guard let transactions = input.transactions else { throw unknownAccess(form) }
      return ReadWriteSets.encode(transactions)
    case .blockAccessList: return hex(try accessList().encoded())
    }
  }

  private var document: ScheduleDocument {
    guard case .block(let planned) = input else {
      return ScheduleDocument(schedule, costUnit: .gas, transactions: input.transactions ?? [])
    }
    return ScheduleDocument(
      schedule, costUnit: .gas,
      block: .init(number: planned.snapshot.block.header.number, hash: planned.snapshot.hash),
      transactions: planned.transactions)
  }

  private func hex(_ bytes: Bytes) -> Bytes { Bytes("0x\(Hex.encode(bytes))".utf8) }

  /// The graph, for forms that number transactions by their place in the block.
  private func ordered(_ form: ExchangeForm) throws -> DependencyGraph {
    guard schedule.kind == .ordered else {
      throw CommandFailure(
        "\(form.rawValue) knows no other order than the block's: no --objective", .badUsage)
    }
    return schedule.graph
  }

  private func accessSets(_ form: ExchangeForm) throws -> [AccessSet] {
    guard let transactions = input.transactions else { throw unknownAccess(form) }
    return try transactions.enumerated().map { index, transaction in
      guard let access = transaction.access else {
        throw CommandFailure(
          "transaction \(index) may touch anything, which \(form.rawValue) cannot say", .badInput)
      }
      return access
    }
  }

  private func unknownAccess(_ form: ExchangeForm) -> CommandFailure {
    CommandFailure("dependencies do not say what transactions touch, as \(form.rawValue) would", .badUsage)
  }

  /// What the block does to whom and when, which only running it tells.
  private func accessList() throws -> BlockAccessList {
    guard case .block(let planned) = input else {
      throw CommandFailure(
        "a block access list has the values of a run: it is made from a block only", .badUsage)
    }
    let job = try BlockJob(planned.snapshot, threads: Host.coreCount)
    return try job.processor.executeSerially(on: MemoryState(base: planned.snapshot.preState)).accessList
  }
}
