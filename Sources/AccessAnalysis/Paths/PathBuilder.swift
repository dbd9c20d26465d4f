import EVMBytecode
import EthereumTypes

/// Turns a recorded path into a trace: takes over what the tree computes already and adds what is missing.
///
/// Up to the guard at which two paths of a tree part, both were recorded alike, node for node; that this is so is
/// checked all the same. Only what a guard or the ending needs is computed, as late as possible.
struct PathBuilder {
  private let path: PathRecorder
  private let ending: PathEnding
  /// The register of each node, −1 where it is not computed yet.
  private var registers: [Int32]
  /// The node of each register.
  private var nodes: [PathOperand] = []
  /// The number of each of the path's constants among those of the new trace; 0 where it is none of them yet.
  private var constants: [Int16]

  /// Registers a path may use.
  static let maximumRegisters = 32_768

  init(_ path: PathRecorder, _ ending: PathEnding) {
    self.path = path
    self.ending = ending
    registers = [Int32](repeating: -1, count: path.expressions.count)
    constants = [Int16](repeating: 0, count: path.constants.count)
  }

  // MARK: Following

  /// Where a recorded path leaves a trace.
  enum Departure {
    /// Nowhere: it is the same to the end.
    case none
    /// At this guard.
    case exit(Int)
    /// It is not what was recorded, because a summary was made anew meanwhile and came out another way.
    case different
  }

  /// Takes over what an existing trace computes, from the event at `position` on, which moves behind the event at which
  /// the path leaves the trace.
  mutating func follow(_ trace: borrowing PathTrace, _ position: inout Int) -> Departure {
    guard Int(trace.firstRegister) == nodes.count else { return .different }
    var number = 0
    for index in 0..<Int(trace.mainCount) {
      let instruction = trace.instruction(index)
      guard let kind = instruction.guardKind else {
        guard matches(instruction, trace) else { return .different }
        registers[Int(instruction.node)] = Int32(nodes.count)
        nodes.append(instruction.node)
        continue
      }
      guard position < path.events.count else { return .different }
      let event = path.events[position]
      guard kind == event.kind, instruction.aux == event.row, matches(instruction.a, event.operand, trace)
      else {
        return .different
      }
      position += 1
      let expected =
        kind.expectsWord
        ? trace.constant(instruction.b) : UInt256(UInt64(UInt32(bitPattern: instruction.node)))
      if event.outcome != expected { return .exit(number) }
      number += 1
    }
    return position == path.events.count && trace.failure == ending.failure ? .none : .different
  }

  private func matches(_ instruction: PathInstruction, _ trace: borrowing PathTrace) -> Bool {
    guard instruction.node > 0, instruction.node < path.expressions.count else { return false }
    let recorded = path.expressions[Int(instruction.node)]
    guard instruction.op == recorded.op, matches(instruction.a, recorded.a, trace),
      matches(instruction.b, recorded.b, trace), matches(instruction.c, recorded.c, trace)
    else { return false }
    guard Self.hasText(recorded.op) else { return instruction.aux == recorded.aux }
    let text = path.texts[Int(recorded.aux)]
    let template = trace.template(instruction.aux)
    guard Int(template.partCount) == text.parts.count, trace.hasBytes(text.bytes, template) else {
      return false
    }
    return text.parts.indices.allSatisfy { index in
      let part = trace.part(template, index)
      let wanted = text.parts[index]
      let node = part.node == 0 ? 0 : nodes[Int(part.node) - 1]
      return part.offset == wanted.offset && part.count == wanted.count && part.skip == wanted.skip
        && node == wanted.node
    }
  }

  private func matches(_ operand: Int16, _ recorded: PathOperand, _ trace: borrowing PathTrace) -> Bool {
    if recorded == 0 { return operand == PathInstruction.none }
    if operand < 0 { return recorded < 0 && trace.constant(operand) == path.constants[Int(~recorded)] }
    return recorded > 0 && Int(operand) < nodes.count && nodes[Int(operand)] == recorded
  }

  /// Whether `aux` names a text.
  static func hasText(_ op: UInt8) -> Bool {
    switch op {
    case Opcode.keccak256, PathCode.bytes, PathCode.recover, PathCode.recovers, PathCode.precompile: true
    default: false
    }
  }

  // MARK: Building

  /// The trace from the event at `position` to the end; nil where the path is too long.
  mutating func trace(from position: Int) -> PathTraceContents? {
    var contents = PathTraceContents()
    contents.firstRegister = Int32(nodes.count)
    for event in path.events[position...] {
      let operand = need(event.operand, &contents)
      var step = PathInstruction(
        op: PathInstruction.firstGuard + event.kind.rawValue, a: operand, b: PathInstruction.none,
        c: PathInstruction.none, aux: event.row, node: 0)
      if event.kind.expectsWord {
        step.b = add(event.outcome, &contents)
      } else {
        step.node = Int32(truncatingIfNeeded: event.outcome.l0)
      }
      contents.instructions.append(step)
      contents.guardCount += 1
    }
    contents.ending = ending
    for index in ending.stores.indices where ending.stores[index].value != PathEnding.none {
      contents.ending.stores[index].value = Int32(need(ending.stores[index].value, &contents))
    }
    for index in ending.accounts.indices {
      let use = ending.accounts[index]
      if use.credit != PathEnding.none {
        contents.ending.accounts[index].credit = Int32(need(use.credit, &contents))
      }
      if use.debit != PathEnding.none {
        contents.ending.accounts[index].debit = Int32(need(use.debit, &contents))
      }
    }
    var bounded = contents.ending
    bounded.renameBounds { Int32(need($0, &contents)) }
    contents.mainCount = contents.instructions.count
    bounded.effects?.rename { Int32(need($0, &contents)) }
    contents.ending = bounded
    return nodes.count < Self.maximumRegisters && contents.constants.count < 30_000 ? contents : nil
  }

  /// Makes sure an operand is computed and returns it as the trace knows it.
  private mutating func need(_ operand: PathOperand, _ contents: inout PathTraceContents) -> Int16 {
    if operand > 0 { compute(operand, &contents) }
    return renamed(operand, &contents)
  }

  private mutating func renamed(_ operand: PathOperand, _ contents: inout PathTraceContents) -> Int16 {
    if operand == 0 { return PathInstruction.none }
    // What does not fit is noticed when the trace is done.
    if operand > 0 { return Int16(clamping: registers[Int(operand)]) }
    let index = Int(~operand)
    if path.constants[index].isZero { return PathInstruction.none }
    if constants[index] == 0 { constants[index] = ~add(path.constants[index], &contents) }
    return ~constants[index]
  }

  private func add(_ constant: UInt256, _ contents: inout PathTraceContents) -> Int16 {
    if let known = contents.constants.suffix(4).firstIndex(of: constant) { return ~Int16(clamping: known) }
    contents.constants.append(constant)
    return ~Int16(clamping: contents.constants.count - 1)
  }

  /// Adds the instructions for a node and all it needs. Iterative: expressions get as deep as loops are long.
  private mutating func compute(_ wanted: PathOperand, _ contents: inout PathTraceContents) {
    var open = [wanted]
    while let node = open.last {
      guard registers[Int(node)] < 0 else {
        open.removeLast()
        continue
      }
      let expression = path.expressions[Int(node)]
      let before = open.count
      for operand in [expression.a, expression.b, expression.c]
      where operand > 0 && registers[Int(operand)] < 0 {
        open.append(operand)
      }
      if Self.hasText(expression.op) {
        for part in path.texts[Int(expression.aux)].parts where part.node > 0 && registers[Int(part.node)] < 0
        {
          open.append(part.node)
        }
      }
      guard open.count == before else { continue }
      open.removeLast()
      let aux = Self.hasText(expression.op) ? add(path.texts[Int(expression.aux)], &contents) : expression.aux
      let instruction = PathInstruction(
        op: expression.op, a: renamed(expression.a, &contents), b: renamed(expression.b, &contents),
        c: renamed(expression.c, &contents), aux: aux, node: node)
      registers[Int(node)] = Int32(nodes.count)
      contents.instructions.append(instruction)
      nodes.append(node)
    }
  }

  private func add(_ text: PathText, _ contents: inout PathTraceContents) -> Int32 {
    contents.extra.templates.append(
      PathTemplate(
        firstByte: Int32(contents.extra.bytes.count), byteCount: Int32(text.bytes.count),
        firstPart: Int32(contents.extra.parts.count), partCount: Int32(text.parts.count)))
    contents.extra.bytes.append(contentsOf: text.bytes)
    for part in text.parts {
      var part = part
      // Registers count from 1 here: 0 is call data.
      part.node = part.node == 0 ? 0 : registers[Int(part.node)] + 1
      contents.extra.parts.append(part)
    }
    return Int32(contents.extra.templates.count - 1)
  }
}
