public import EVMBytecode
import EthereumTypes

/// What each entry point of a contract reads, writes and calls, with the expressions of keys and targets.
public struct ContractOutline: Sendable {
  /// What an access is.
  enum Kind: Hashable {
    case sload, sstore, tload, tstore, balance, code, create, selfdestruct
    case call(UInt8)
  }

  /// One access of one context.
  struct Access {
    var kind: Kind
    var pc: Int
    var entry: Int32
    var operands: [ExpressionID]
  }

  /// One kind of access with one expression.
  public struct Line: Sendable, Hashable {
    /// `reads`, `writes`, `readsTransient`, `writesTransient`, `looksAtBalance`, `looksAtCode`, `call`, `callcode`,
    /// `delegatecall`, `staticcall`, `create` or `selfdestruct`.
    public var kind: String
    /// The key of a slot, the account looked at, or the target of a call.
    public var key: String
    /// The value stored or sent; empty where there is none.
    public var value: String
    /// The selector of the function called, where it is known.
    public var selector: String
    /// Where the instructions stand.
    public var offsets: [Int]
  }

  /// A function, or what no selector leads to: the dispatcher and the fallback.
  public struct Entry: Sendable, Hashable {
    /// The selector; nil for the dispatcher and the fallback.
    public var selector: UInt32?
    /// What it does, in the order of the code.
    public var lines: [Line]
    /// How many of the contract's blocks it reaches.
    public var blocks: Int
  }

  /// The entry points: first what no selector leads to, then the functions by selector.
  public var entries: [Entry]
  /// The control flow.
  public var graph: ControlFlowGraph

  /// Analyses a contract.
  ///
  /// - Parameters:
  ///   - code: the runtime bytecode; any bytes are fine.
  ///   - fork: which instructions there are.
  ///   - limits: how much work it may be.
  public init(code: [UInt8], fork: Fork, limits: ControlFlowLimits = ControlFlowLimits()) {
    var explorer = Explorer.explored(code: code, fork: fork, limits: limits)
    graph = explorer.graph
    let accesses = explorer.record()
    var lines: [Int32: [Line: [Int]]] = [:]
    for access in accesses {
      var line = explorer.line(access)
      line.offsets = []
      lines[access.entry, default: [:]][line, default: []].append(access.pc)
    }
    var places: [Int32: Set<Int>] = [:]
    for context in explorer.contexts { places[context.state.entry, default: []].insert(context.pc) }
    entries = explorer.entries.indices.map { index in
      let number = Int32(index)
      let own = (lines[number] ?? [:]).map { line, offsets in
        var line = line
        line.offsets = Set(offsets).sorted()
        return line
      }
      let selector: UInt32? =
        if case .selector(let selector) = explorer.entries[index] { selector } else { nil }
      return Entry(
        selector: selector, lines: own.sorted { ($0.offsets, $0.key) < ($1.offsets, $1.key) },
        blocks: places[number]?.count ?? 0)
    }.sorted { ($0.selector.map(Int.init) ?? -1) < ($1.selector.map(Int.init) ?? -1) }
  }
}

private func < (a: ([Int], String), b: ([Int], String)) -> Bool {
  a.0 == b.0 ? a.1 < b.1 : a.0.lexicographicallyPrecedes(b.0)
}

extension ContractOutline.Kind {
  var name: String {
    switch self {
    case .sload: "reads"
    case .sstore: "writes"
    case .tload: "readsTransient"
    case .tstore: "writesTransient"
    case .balance: "looksAtBalance"
    case .code: "looksAtCode"
    case .create: "create"
    case .selfdestruct: "selfdestruct"
    case .call(let op): OpcodeTable.of(.amsterdam).name(of: op).lowercased()
    }
  }
}

extension Explorer {
  fileprivate func line(_ access: ContractOutline.Access) -> ContractOutline.Line {
    let operands = access.operands
    func text(_ index: Int) -> String { index < operands.count ? table.text(operands[index]) : "" }
    let sendsNothing = operands.count > 1 && operands[1] == table.zero
    let hasValue: Bool =
      switch access.kind {
      case .sstore, .tstore: true
      case .call: !sendsNothing
      default: false
      }
    return ContractOutline.Line(
      kind: access.kind.name, key: text(0), value: hasValue ? text(1) : "", selector: text(2),
      offsets: [access.pc])
  }
}
