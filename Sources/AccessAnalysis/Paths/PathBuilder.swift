import EVMBytecode
import EthereumTypes

/// Turns a recorded path into blocks: takes over what the tree computes already and adds what is missing.
///
/// Up to the event at which two paths of a tree part, both were recorded alike, node for node; that this is so is
/// checked all the same. Only what an event or the ending needs is computed, as late as possible.
struct PathBuilder {
  private let path: PathRecorder
  private let ending: PathEnding
  /// The register of each node, −1 where it is not computed yet.
  private var registers: [Int32]
  /// The node of each register.
  private var nodes: [PathOperand] = []

  /// Registers a path may use.
  static let maximumRegisters = 32_768

  init(_ path: PathRecorder, _ ending: PathEnding) {
    self.path = path
    self.ending = ending
    registers = [Int32](repeating: -1, count: path.expressions.count)
  }

  // MARK: Following

  /// Takes over what an existing block computes. False where it is not what was recorded, because a summary was made
  /// anew meanwhile and came out another way.
  mutating func follow(_ block: borrowing PathBlock, at position: Int) -> Bool {
    guard Int(block.firstRegister) == nodes.count else { return false }
    for index in 0..<Int(block.instructionCount) {
      let instruction = block.instruction(index)
      guard matches(instruction, block) else { return false }
      registers[Int(instruction.node)] = Int32(nodes.count)
      nodes.append(instruction.node)
    }
    guard position < path.events.count else { return block.kind == .end }
    let event = path.events[position]
    guard block.kind == event.kind, block.row == event.row else { return false }
    return matches(block.operand, event.operand, block)
  }

  private func matches(_ instruction: PathInstruction, _ block: borrowing PathBlock) -> Bool {
    guard instruction.node > 0, instruction.node < path.expressions.count else { return false }
    let recorded = path.expressions[Int(instruction.node)]
    guard instruction.op == recorded.op, matches(instruction.a, recorded.a, block),
      matches(instruction.b, recorded.b, block), matches(instruction.c, recorded.c, block)
    else { return false }
    guard Self.hasText(recorded.op) else { return instruction.aux == recorded.aux }
    let text = path.texts[Int(recorded.aux)]
    let template = block.template(instruction.aux)
    guard Int(template.partCount) == text.parts.count, block.hasBytes(text.bytes, template) else {
      return false
    }
    return text.parts.indices.allSatisfy { index in
      let part = block.part(template, index)
      let wanted = text.parts[index]
      let node = part.node == 0 ? 0 : nodes[Int(part.node) - 1]
      return part.offset == wanted.offset && part.count == wanted.count && part.skip == wanted.skip
        && node == wanted.node
    }
  }

  private func matches(_ operand: Int16, _ recorded: PathOperand, _ block: borrowing PathBlock) -> Bool {
    if recorded == 0 { return operand == PathInstruction.none }
    if operand < 0 { return recorded < 0 && block.constant(operand) == path.constants[Int(~recorded)] }
    return recorded > 0 && Int(operand) < nodes.count && nodes[Int(operand)] == recorded
  }

  /// Whether `aux` names a text.
  static func hasText(_ op: UInt8) -> Bool {
    op == Opcode.keccak256 || op == PathCode.bytes || op == PathCode.recover
  }

  // MARK: Building

  /// The block that ends with the event at `position`, or the last one behind all events; nil where the path is too
  /// long.
  mutating func block(at position: Int) -> PathBlockContents? {
    var contents = PathBlockContents()
    contents.firstRegister = Int32(nodes.count)
    if position < path.events.count {
      let event = path.events[position]
      contents.kind = event.kind
      contents.row = event.row
      contents.operand = need(event.operand, &contents)
    } else {
      contents.extra.ending = ending
      for index in ending.stores.indices where ending.stores[index].value != PathEnding.none {
        contents.extra.ending.stores[index].value = Int32(need(ending.stores[index].value, &contents))
      }
      for index in ending.accounts.indices {
        let use = ending.accounts[index]
        if use.credit != PathEnding.none {
          contents.extra.ending.accounts[index].credit = Int32(need(use.credit, &contents))
        }
        if use.debit != PathEnding.none {
          contents.extra.ending.accounts[index].debit = Int32(need(use.debit, &contents))
        }
      }
    }
    return nodes.count < Self.maximumRegisters && contents.constants.count < 30_000 ? contents : nil
  }

  /// Makes sure an operand is computed and returns it as the block knows it.
  private mutating func need(_ operand: PathOperand, _ contents: inout PathBlockContents) -> Int16 {
    if operand > 0 { compute(operand, &contents) }
    return renamed(operand, &contents)
  }

  private func renamed(_ operand: PathOperand, _ contents: inout PathBlockContents) -> Int16 {
    if operand == 0 { return PathInstruction.none }
    // What does not fit is noticed when the block is done.
    if operand > 0 { return Int16(clamping: registers[Int(operand)]) }
    let constant = path.constants[Int(~operand)]
    if let known = contents.constants.prefix(16).firstIndex(of: constant) { return ~Int16(known) }
    contents.constants.append(constant)
    return ~Int16(clamping: contents.constants.count - 1)
  }

  /// Adds the instructions for a node and all it needs. Iterative: expressions get as deep as loops are long.
  private mutating func compute(_ wanted: PathOperand, _ contents: inout PathBlockContents) {
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
      registers[Int(node)] = Int32(nodes.count)
      contents.instructions.append(
        PathInstruction(
          op: expression.op, a: renamed(expression.a, &contents),
          b: renamed(expression.b, &contents), c: renamed(expression.c, &contents), aux: aux, node: node))
      nodes.append(node)
    }
  }

  private func add(_ text: PathText, _ contents: inout PathBlockContents) -> Int32 {
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
