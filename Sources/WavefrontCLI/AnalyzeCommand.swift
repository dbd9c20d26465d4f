import AccessAnalysis
import ArgumentParser
import ChainFormats
import EVM
import EVMState
import EthereumTypes
import Wavefront

/// `wavefront analyze`: the pre-pass alone, and how good it was.
struct AnalyzeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract:
      "Derives every transaction's access set from bytecode; with --check, compares it with what happens.")

  @Argument(help: "Block snapshots (block-snapshot/1).") var blocks: [String]
  @Option(help: "Threads for the pre-pass; all cores by default.") var threads: Int?
  @Flag(help: "Print one JSON object for each block.") var json = false
  @Option(help: "Explain the prediction of one transaction, by index or hash.") var explain: String?
  @Flag(help: "Run the block and compare the predictions with what the transactions did.") var check = false

  @OptionGroup var cache: CacheOptions

  func validate() throws {
    if let threads, !(1...256).contains(threads) {
      throw ValidationError("--threads must be 1 to 256, not \(threads)")
    }
  }

  func run() throws { try cache.withAnalyzer(run) }

  private func run(_ analyzer: AccessAnalyzer) throws {
    let threads = self.threads ?? Host.coreCount
    let prePass = PrePass(analyzer: analyzer, threads: threads)
    var table = AnalysisTable()
    var failures = 0
    if !json, explain == nil { print(check ? AnalysisTable.header : AnalysisTable.shortHeader) }
    for (index, path) in blocks.enumerated() {
      Terminal.progress("[\(index + 1)/\(blocks.count)] \(path)")
      let snapshot = try BlockSnapshot(contentsOf: path)
      let processor = try BlockJob(snapshot, threads: threads).processor
      let before = try processor.opening(over: snapshot.preState)
      let start = ContinuousClock.now
      let entries = prePass.predict(processor, on: before)
      let nanoseconds = start.nanosecondsSince
      let result = try self.check(entries, prePass, processor, snapshot)
      if let explain {
        let index = try Self.index(explain, processor, path)
        let explanation = try Explanation(
          processor.block.transactions[index], from: processor.senders[index],
          environment: processor.environment, state: before, analyzer: analyzer)
        Terminal.endProgress()
        print(try explanation.text(index, entries[index], check: result?.rows[index]))
        continue
      }
      let cost = check ? try PrePassCost(processor, preState: snapshot.preState) : nil
      failures += result?.falseVouchers ?? 0
      Terminal.endProgress()
      if json {
        print(
          try encodeJSON(
            AnalysisReport(
              snapshot: snapshot, entries: entries, check: result, cost: cost, nanoseconds: nanoseconds)))
      } else {
        print(table.add(snapshot, entries, result, cost, nanoseconds))
      }
    }
    if !json, explain == nil, blocks.count > 1 { print(table.total) }
    if !json, explain == nil {
      for summary in table.summaries { print(summary) }
    }
    if failures > 0 {
      throw CommandFailure("\(failures) predictions were vouched for and missed something", .wrongResult)
    }
  }

  /// The transaction that an index or a hash names.
  private static func index(_ name: String, _ processor: BlockProcessor, _ path: String) throws -> Int {
    let transactions = processor.block.transactions
    if let index = Int(name), transactions.indices.contains(index) { return index }
    if let index = transactions.firstIndex(where: { $0.hash.description == name.lowercased() }) {
      return index
    }
    throw CommandFailure(
      "\(path): expected a transaction's hash or an index below \(transactions.count), found \(name)",
      .badInput)
  }

  private func check(
    _ entries: [AccessAnalyzer.Report], _ prePass: PrePass, _ processor: BlockProcessor,
    _ snapshot: BlockSnapshot
  ) throws -> PredictionCheck? {
    guard check else { return nil }
    return try PredictionCheck(entries.map(\.prediction), processor, preState: snapshot.preState) {
      index, state in
      prePass.predict(index, of: processor, on: state).prediction
    }
  }
}
