extension ControlFlowGraph {
  /// The graph in the DOT language of Graphviz: one node for each block with its offsets and how it ends, dashed
  /// and red where it ends in a jump that was not resolved.
  public var dot: String {
    var lines = ["digraph contract {", "  node [shape=box, fontname=monospace];"]
    let unresolved = Set(jumps.filter { !$0.resolution.isResolved }.map(\.offset))
    for block in blocks {
      let name = Self.name(block.start)
      var label = "\(name)–\(Self.name(max(block.start, block.end - 1)))"
      if block.successors.isEmpty || block.ending == .branch { label += "\\n\(block.ending.rawValue)" }
      let isOpen = unresolved.contains(block.end - 1)
      let colour = isOpen ? ", color=red, style=dashed" : ""
      lines.append("  \"\(name)\" [label=\"\(label)\"\(colour)];")
    }
    for block in blocks {
      for successor in block.successors {
        lines.append("  \"\(Self.name(block.start))\" -> \"\(Self.name(successor))\";")
      }
    }
    return (lines + ["}"]).joined(separator: "\n")
  }

  private static func name(_ offset: Int) -> String { "0x" + String(offset, radix: 16) }
}
