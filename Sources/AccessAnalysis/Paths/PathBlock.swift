import EthereumTypes
import Synchronization

/// One instruction of a path's program; its result goes to the next register. Operands are registers (≥ 0) or
/// constants of the block (`~index`, below 0). Sixteen bytes: paths are read once each, mostly from memory.
struct PathInstruction: BitwiseCopyable {
  /// As in `PathExpression`.
  var op: UInt8
  var a: Int16
  var b: Int16
  var c: Int16
  /// As in `PathExpression`; for texts the number among those of the block.
  var aux: Int32
  /// The number the expression had when the path was recorded.
  var node: PathOperand

  /// The operand of an instruction that has none: constant 0 of every block is zero.
  static let none: Int16 = ~0
}

/// A text of a block: where its bytes and parts lie among the block's.
struct PathTemplate: BitwiseCopyable {
  var firstByte: Int32
  var byteCount: Int32
  var firstPart: Int32
  var partCount: Int32
}

/// What few blocks have: texts, and, in a last block, what the path has touched.
struct PathBlockExtra {
  var templates: [PathTemplate] = []
  var bytes: [UInt8] = []
  var parts: [PathText.Part] = []
  var ending = PathEnding()

  var isEmpty: Bool { templates.isEmpty && ending.accounts.isEmpty }
}

/// The instructions of a path up to an event, and the ways it can go on from there.
///
/// Blocks are made by `PathTree`, linked once, and freed by it; until then they do not change but for the link to the
/// ways that go on, which grows at its head.
@safe
struct PathBlock: ~Copyable {
  // Invariant: behind the block, in the same allocation, lie `instructionCount` instructions and `constantCount`
  // constants; `extra`, where there is one, is owned by the block. All live until the tree that made the block is gone;
  // whoever walks blocks keeps the tree. A link is 0 or the address of a `PathBlock`.
  private let instructionBase: UnsafeMutablePointer<PathInstruction>
  private let constantBase: UnsafeMutablePointer<UInt256>
  private let extraBase: UnsafeMutablePointer<PathBlockExtra>?
  /// The head of the list of the blocks that follow.
  private let links: Atomic<UInt>
  /// In a last block, the least gas at the start for which it holds.
  private let leastGas: Atomic<Int>
  /// The next block that follows the same event, with another outcome.
  private let next: UInt
  let instructionCount: Int32
  let constantCount: Int32
  /// The register that the first instruction's result goes to.
  let firstRegister: Int32
  /// The event at its end; the operand is a register or a constant.
  let kind: PathEvent.Kind
  let operand: Int16
  let row: Int32
  /// The outcome of the event before it that led here.
  let outcome: UInt256

  fileprivate init(
    _ contents: PathBlockContents, outcome: UInt256, after next: UInt,
    instructions: UnsafeMutablePointer<PathInstruction>, constants: UnsafeMutablePointer<UInt256>
  ) {
    for (index, instruction) in contents.instructions.enumerated() {
      unsafe (instructions + index).initialize(to: instruction)
    }
    for (index, constant) in contents.constants.enumerated() {
      unsafe (constants + index).initialize(to: constant)
    }
    unsafe instructionBase = instructions
    unsafe constantBase = constants
    if contents.extra.isEmpty {
      unsafe extraBase = nil
    } else {
      let extra = UnsafeMutablePointer<PathBlockExtra>.allocate(capacity: 1)
      unsafe extra.initialize(to: contents.extra)
      unsafe extraBase = extra
    }
    links = Atomic(0)
    leastGas = Atomic(contents.extra.ending.minimumGas)
    self.next = next
    instructionCount = Int32(contents.instructions.count)
    constantCount = Int32(contents.constants.count)
    firstRegister = contents.firstRegister
    kind = contents.kind
    operand = contents.operand
    row = contents.row
    self.outcome = outcome
  }

  deinit {
    if let extra = unsafe extraBase {
      unsafe extra.deinitialize(count: 1)
      unsafe extra.deallocate()
    }
  }

  @inline(__always)
  func instruction(_ index: Int) -> PathInstruction {
    assert(index >= 0 && index < instructionCount)
    return unsafe instructionBase[index]
  }

  /// The constant of a negative operand.
  @inline(__always)
  func constant(_ operand: Int16) -> UInt256 {
    assert(operand < 0 && ~operand < constantCount)
    return unsafe constantBase[Int(~operand)]
  }

  // MARK: Ends

  /// What the path has touched, in a last block.
  var ending: PathEnding { unsafe extraBase?.pointee.ending ?? PathEnding() }

  // MARK: Texts

  func template(_ index: Int32) -> PathTemplate {
    let templates = unsafe extraBase?.pointee.templates ?? []
    return templates.indices.contains(Int(index))
      ? templates[Int(index)] : PathTemplate(firstByte: 0, byteCount: 0, firstPart: 0, partCount: 0)
  }

  func part(_ template: PathTemplate, _ index: Int) -> PathText.Part {
    unsafe extraBase?.pointee.parts[Int(template.firstPart) + index]
      ?? PathText.Part(offset: 0, count: 0, node: 0, skip: 0)
  }

  /// Copies the bytes of a text to `target`, which has room for them.
  @unsafe
  func copyBytes(_ template: PathTemplate, to target: UnsafeMutableRawPointer) {
    guard let extra = unsafe extraBase, template.byteCount > 0 else { return }
    unsafe extra.pointee.bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, Int(template.firstByte + template.byteCount) <= bytes.count else {
        return
      }
      unsafe target.copyMemory(from: base + Int(template.firstByte), byteCount: Int(template.byteCount))
    }
  }

  func hasBytes(_ expected: [UInt8], _ template: PathTemplate) -> Bool {
    guard let extra = unsafe extraBase else { return expected.isEmpty }
    let first = Int(template.firstByte)
    return unsafe extra.pointee.bytes[first..<first + Int(template.byteCount)].elementsEqual(expected)
  }

  // MARK: Links

  /// The least gas with which the path's end holds.
  @inline(__always)
  var minimumGas: Int { leastGas.load(ordering: .relaxed) }

  /// Says that the end holds with this much gas too.
  func lowerMinimumGas(to gas: Int) { leastGas.min(max(0, gas), ordering: .relaxed) }

  /// The head of the list of the blocks that follow.
  @inline(__always)
  var firstLink: UInt { links.load(ordering: .acquiring) }

  /// Puts a block at the head of the list of those that follow.
  func link(_ address: UInt) { links.store(address, ordering: .releasing) }

  /// The block that follows where the event turns out so.
  @inline(__always)
  func following(_ outcome: UInt256) -> PathBlockReference? {
    var link = firstLink
    while let reference = PathBlockReference(link) {
      if reference.pointee.outcome == outcome { return reference }
      link = reference.pointee.next
    }
    return nil
  }

  /// The same by number.
  @inline(__always)
  func following(_ outcome: UInt64) -> PathBlockReference? {
    var link = firstLink
    while let reference = PathBlockReference(link) {
      if reference.pointee.outcome.l0 == outcome { return reference }
      link = reference.pointee.next
    }
    return nil
  }

  /// All blocks that follow.
  var allFollowing: [PathBlockReference] {
    var all: [PathBlockReference] = []
    var link = firstLink
    while let reference = PathBlockReference(link) {
      all.append(reference)
      link = reference.pointee.next
    }
    return all
  }
}

/// A block without reference counting.
@safe
struct PathBlockReference {
  // Invariant: a block of a `PathTree` that whoever holds the reference keeps.
  private let block: UnsafeMutablePointer<PathBlock>

  @inline(__always)
  init?(_ address: UInt) {
    guard let block = unsafe UnsafeMutablePointer<PathBlock>(bitPattern: address) else { return nil }
    unsafe self.block = block
  }

  init(_ contents: PathBlockContents, outcome: UInt256, after next: UInt) {
    let header = (MemoryLayout<PathBlock>.size + 15) & ~15
    let instructions = contents.instructions.count * MemoryLayout<PathInstruction>.stride
    let constants = contents.constants.count * MemoryLayout<UInt256>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: header + constants + instructions, alignment: 64)
    // Invariant: the three parts lie behind each other, each aligned: the header is rounded up to 16 bytes, and the
    // constants' size is a multiple of 32.
    unsafe block = memory.assumingMemoryBound(to: PathBlock.self)
    unsafe block.initialize(
      to: PathBlock(
        contents, outcome: outcome, after: next,
        instructions: (memory + header + constants).assumingMemoryBound(to: PathInstruction.self),
        constants: (memory + header).assumingMemoryBound(to: UInt256.self)))
  }

  @inline(__always)
  var pointee: PathBlock { unsafeAddress { unsafe UnsafePointer(block) } }

  var address: UInt { UInt(bitPattern: unsafe block) }

  /// Frees the block, not the ones that follow.
  func deallocate() {
    unsafe block.deinitialize(count: 1)
    unsafe UnsafeMutableRawPointer(block).deallocate()
  }
}

/// What a block is made from.
struct PathBlockContents {
  var instructions: [PathInstruction] = []
  var constants: [UInt256] = [.zero]
  var firstRegister: Int32 = 0
  var kind = PathEvent.Kind.end
  var operand = PathInstruction.none
  var row: Int32 = 0
  var extra = PathBlockExtra()
}
