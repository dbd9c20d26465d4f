public import EVMBytecode

extension ControlFlowGraph {
  /// Finds the control flow of a contract by symbolic execution from its first instruction.
  ///
  /// - Parameters:
  ///   - code: the runtime bytecode; any bytes are fine.
  ///   - fork: which instructions there are.
  ///   - limits: how much work it may be; where they do not suffice, `isComplete` is false.
  /// - Complexity: bounded by the limits; for most contracts linear in the size of the code times the number of
  ///   places an internal function is called from.
  public init(code: [UInt8], fork: Fork, limits: ControlFlowLimits = ControlFlowLimits()) {
    self = Explorer.explored(code: code, fork: fork, limits: limits).graph
  }
}

extension Explorer {
  /// What has been found.
  var graph: ControlFlowGraph {
    var counts: [Int: Int] = [:]
    for context in contexts { counts[context.pc, default: 0] += 1 }
    let blocks = blocks.map { start, record in
      ControlFlowGraph.Block(
        start: start, end: record.end, ending: record.ending, successors: record.successors.sorted(),
        contexts: counts[start] ?? 0)
    }
    let jumps = jumps.map { offset, record in
      ControlFlowGraph.Jump(
        offset: offset, resolution: record.resolution, destinations: record.destinations.sorted())
    }
    var selectors: [UInt32] = []
    for case .selector(let selector) in entries { selectors.append(selector) }
    return ControlFlowGraph(
      blocks: blocks.sorted { $0.start < $1.start }, jumps: jumps.sorted { $0.offset < $1.offset },
      selectors: selectors.sorted(), isComplete: isComplete, steps: steps, contexts: contexts.count)
  }
}
