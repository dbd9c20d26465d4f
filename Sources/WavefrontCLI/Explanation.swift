import AccessAnalysis
import ControlFlow
import EVM
import EVMBytecode
import EVMState
import EthereumTypes
import Wavefront

/// Why the pre-pass says what it says of one transaction: `analyze --explain`.
///
/// Keys and decisions are as the binding of the contracts' summaries finds them. What contracts can call, and at which
/// instruction a slot is looked at, comes from an analysis as `inspect` makes it, from the contract the transaction names
/// on, its key expressions evaluated with the call data on the state before it. Proxies are followed with the same call
/// data, other calls without any, so that instructions whose keys hang on what a contract passes on are not found.
struct Explanation {
  /// A contract in the transaction's path.
  private struct Frame {
    var depth: Int
    var kind: String
    var code: Address
    var call: CallContext
  }

  private static let maximumFrames = 48
  private static let maximumDepth = 6
  private static let maximumDecisions = 60
  private static let maximumReasons = 4

  private let state: MemoryState
  private let fork: Fork
  private let origin: Address
  private let binding: BindingExplanation?
  /// Lines of the path.
  private var path: [String] = []
  /// What a slot is, by location.
  private var sources: [Location: String] = [:]
  /// What hangs on a slot's value.
  private var uses: [Location: [String]] = [:]
  private var finders: [Hash32: KeyFinder] = [:]
  /// Calls that are in the path already: the code, and whose storage it works on.
  private var seen: Set<[Address]> = []

  init(
    _ transaction: Transaction, from sender: Address, environment: BlockEnvironment, state: MemoryState,
    analyzer: AccessAnalyzer
  ) throws {
    self.state = state
    fork = environment.fork
    origin = sender
    binding = analyzer.explain(transaction, from: sender, environment: environment, state: state)
    guard let to = transaction.to else {
      path.append("creates a contract")
      return
    }
    var frames = [
      Frame(
        depth: 0, kind: "call", code: to,
        call: context(to, caller: sender, value: transaction.value, input: transaction.data))
    ]
    var count = 0
    while let frame = frames.popLast(), count < Self.maximumFrames {
      count += 1
      frames += try visit(frame).reversed()
    }
  }

  private func context(_ address: Address, caller: Address, value: UInt256, input: Bytes?) -> CallContext {
    let state = state
    return CallContext(address: address, caller: caller, origin: origin, value: value, input: input) {
      (try? state.storage(address, $0)) ?? .zero
    }
  }

  /// Explains the keys of a frame and returns the frames it calls.
  private mutating func visit(_ frame: Frame) throws -> [Frame] {
    let indent = String(repeating: "  ", count: frame.depth)
    var selector = ""
    if let input = frame.call.input {
      selector = input.count < 4 ? " fallback" : " " + Hex.encodePrefixed(input.prefix(4))
    }
    path.append("\(indent)\(frame.kind) \(frame.code)\(selector)")
    guard let account = try state.account(frame.code), account.codeHash != .emptyCode else { return [] }
    let code = try state.code(account.codeHash)
    let finder = finders[account.codeHash] ?? KeyFinder(code: code, fork: fork)
    finders[account.codeHash] = finder
    var next: [Frame] = []
    for found in finder.find(in: frame.call) {
      let place = "at 0x\(String(found.offset, radix: 16)) of \(frame.code)"
      for slot in found.loads {
        uses[.storage(frame.call.address, slot), default: []].append("\(found.kind) \(found.text) \(place)")
      }
      guard let word = found.word else { continue }
      switch found.kind {
      case "reads", "writes":
        let location = Location.storage(frame.call.address, word)
        let text = binding?.keys[location] ?? found.text
        if sources[location] == nil { sources[location] = "\(text)  \(place)" }
      case "delegatecall", "callcode", "call", "staticcall":
        guard frame.depth < Self.maximumDepth else { continue }
        let target = Address(truncating: word)
        guard target != .zero else { continue }
        let keeps = found.kind == "delegatecall"
        let call =
          keeps
          ? frame.call
          : context(
            found.kind == "callcode" ? frame.call.address : target, caller: frame.call.address, value: .zero,
            input: nil)
        guard seen.insert([target, call.address]).inserted else { continue }
        next.append(Frame(depth: frame.depth + 1, kind: found.kind, code: target, call: call))
      default: break
      }
    }
    return next
  }

  // MARK: Text

  /// The whole explanation.
  func text(_ index: Int, _ report: AccessAnalyzer.Report, check row: PredictionCheck.Row?) throws -> String {
    let prediction = report.prediction
    var route = report.route.name
    if let reason = report.route.fallback { route += " (\(reason.rawValue))" }
    var lines = [
      "transaction \(index) from \(origin)",
      "class   \(prediction.trust.rawValue)",
      "route   \(route), \(report.segments) segments and \(report.steps) steps of summaries",
      "path    what the contracts named can call:",
    ]
    lines += path.map { "  " + $0 }
    for (name, locations) in [
      ("reads", prediction.access.reads), ("writes", prediction.access.writes),
      ("adds", prediction.access.adds),
    ] where !locations.isEmpty {
      lines.append(name)
      lines += locations.map { location in
        let source = sources[location] ?? binding?.keys[location]
        return "  \(location)" + (source.map { "\n    = \($0)" } ?? "")
      }
    }
    if !prediction.conditions.isEmpty {
      lines.append("as long as")
      for condition in prediction.conditions { lines += try text(condition) }
    }
    if let binding {
      lines.append("accounts, as expressions name them")
      lines += binding.accounts.enumerated().map { "  \($0 == 0 ? "sender" : "account \($0)") \($1)" }
      lines.append("what was decided, in order")
      lines += binding.decisions.prefix(Self.maximumDecisions).map { "  " + $0 }
      let rest = binding.decisions.count - Self.maximumDecisions
      if rest > 0 { lines.append("  and \(rest) more") }
    }
    if let row { lines += comparison(prediction, row) }
    return lines.joined(separator: "\n")
  }

  /// A condition, and what hangs on it.
  private func text(_ condition: Condition) throws -> [String] {
    let location = condition.location
    let bounds =
      condition.isExact ? "" : ", or any from \(condition.low.minimalHex) to \(condition.high.minimalHex)"
    let reasons = (binding?.uses(of: location, limit: Self.maximumReasons) ?? [])
    let found = reasons.isEmpty ? Array((uses[location] ?? []).prefix(Self.maximumReasons)) : reasons
    let fallback = location.field == .code ? "what code runs" : "what a run on the state before the block did"
    return ["  \(location) is \(try value(location))\(bounds)"]
      + (found.isEmpty ? [fallback] : found).map { "    decides \($0)" }
  }

  private func value(_ location: Location) throws -> String {
    let account = try state.account(location.address)
    return switch location.field {
    case .storage: try state.storage(location.address, location.slot).minimalHex
    case .balance: (account?.balance ?? .zero).decimal
    case .nonce: String(account?.nonce ?? 0)
    case .code: (account?.codeHash ?? .emptyCode).description
    case .liveness: account?.isEmpty ?? true ? "dead" : "alive"
    }
  }

  private func comparison(_ prediction: Prediction, _ row: PredictionCheck.Row) -> [String] {
    let sides = [
      ("read but not predicted", row.actual.reads, prediction.access.reads),
      (
        "written but not predicted", row.actual.writes + row.actual.adds,
        prediction.access.writes + prediction.access.adds
      ),
      ("predicted but not read", prediction.access.reads, row.actual.reads),
      (
        "predicted but not written", prediction.access.writes + prediction.access.adds,
        row.actual.writes + row.actual.adds
      ),
    ]
    var lines = [row.conditionsHeld ? "the conditions held" : "an earlier transaction broke a condition"]
    for (name, have, want) in sides {
      let difference = Set(have).subtracting(want).sorted()
      if !difference.isEmpty { lines += [name] + difference.map { "  \($0)" } }
    }
    if lines.count == 1 { lines.append("it did exactly what was predicted") }
    return lines
  }
}
