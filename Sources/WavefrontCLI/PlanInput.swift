import ChainFormats
import ConflictScheduling
import EthereumTypes

/// What a schedule is made from.
enum PlanInput {
  /// A block whose transactions were predicted.
  case block(PlannedBlock)
  /// What each transaction touches.
  case transactions([ScheduledTransaction])
  /// What each transaction waits for, and nothing about what it touches.
  case dependencies(DependencyGraph)

  /// Reads a file in one of the forms.
  ///
  /// - Parameters:
  ///   - count: the number of transactions, which a block access list does not say.
  ///   - feeRecipient: whose balance in a block access list is credited by every transaction.
  init(
    _ path: String, as form: ExchangeForm, count: Int?, feeRecipient: Address? = nil, threads: Int
  ) throws {
    if form == .block {
      self = .block(try PlannedBlock(BlockSnapshot(contentsOf: path), threads: threads))
      return
    }
    let bytes = try FileContents.read(path)
    do {
      self = try Self.decode(bytes, form, count: count, feeRecipient: feeRecipient)
    } catch let error as ScheduleFormatError {
      throw CommandFailure("\(path): \(error)", .badInput)
    }
  }

  private static func decode(
    _ bytes: Bytes, _ form: ExchangeForm, count: Int?, feeRecipient: Address?
  ) throws -> PlanInput {
    switch form {
    case .block, .schedule:
      throw CommandFailure("a \(form.rawValue) is not read here", .badUsage)
    case .dependencies:
      return .dependencies(try DependencyGraph(decodingJSON: bytes))
    case .bor:
      return .dependencies(
        try DependencyGraph(dependencyLists: BorHeaderExtra(decoding: binary(bytes)).dependencies))
    case .txdag:
      let dag = try TxDAG(decoding: binary(bytes))
      let lists: Int? = if case .dependencies(let lists) = dag { lists.count } else { count }
      guard let lists else {
        throw CommandFailure("a sequential TxDAG does not say how many transactions: --count", .badUsage)
      }
      return .dependencies(try dag.graph(transactions: count ?? lists))
    case .accessLists:
      return .transactions(
        try AccessList.decodeLists(bytes).map { ScheduledTransaction(access: $0.accessSet, cost: 1) })
    case .blockAccessList:
      let list =
        isJSON(bytes)
        ? try BlockAccessList(decodingJSON: bytes) : try BlockAccessList(decoding: binary(bytes))
      let sets = list.accessSets(
        transactions: count ?? list.lastTransaction, feeRecipient: feeRecipient)
      return .transactions(sets.map { ScheduledTransaction(access: $0, cost: 1) })
    case .readWriteSets:
      return .transactions(try ReadWriteSets.decode(bytes))
    }
  }

  private static func isJSON(_ bytes: Bytes) -> Bool {
    bytes.first { $0 > 0x20 }.map { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") } ?? false
  }

  /// The bytes of a file that holds hexadecimal digits, or the bytes themselves.
  private static func binary(_ bytes: Bytes) throws(ScheduleFormatError) -> Bytes {
    guard bytes.starts(with: "0x".utf8) else { return bytes }
    let text = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    guard text.count == 1, let decoded = Hex.decode(text[0]) else {
      throw ScheduleFormatError(field: "", expected: "hexadecimal digits behind 0x", found: "others")
    }
    return decoded
  }

  /// What each transaction touches, where that is known.
  var transactions: [ScheduledTransaction]? {
    switch self {
    case .block(let block): block.transactions
    case .transactions(let transactions): transactions
    case .dependencies: nil
    }
  }
}

extension BlockAccessList {
  /// The last step that changes something. The step behind the transactions counts as one: the list does not say
  /// where they end.
  fileprivate var lastTransaction: Int {
    var last: UInt32 = 0
    for account in accounts {
      for slot in account.storageChanges { last = max(last, slot.changes.last?.index ?? 0) }
      last = max(last, account.balanceChanges.last?.index ?? 0)
      last = max(last, account.nonceChanges.last?.index ?? 0)
      last = max(last, account.codeChanges.last?.index ?? 0)
    }
    return min(Int(last), ScheduleDocument.transactionLimit)
  }
}
