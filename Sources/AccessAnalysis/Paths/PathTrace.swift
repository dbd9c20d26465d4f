import EthereumTypes
import Synchronization

/// One instruction of a path's program: it puts a value into the next register, or makes sure that something turns out
/// as it did when the path was recorded (a guard). Operands are registers (≥ 0) or constants of the trace (`~index`,
/// below 0). Sixteen bytes: paths are read once each, mostly from memory.
struct PathInstruction: BitwiseCopyable {
  /// As in `PathExpression`, or a guard.
  var op: UInt8
  var a: Int16
  /// Of a guard of which a word is expected, that constant.
  var b: Int16
  var c: Int16
  /// As in `PathExpression`; for texts the number among those of the trace; of a guard the account row it asks about.
  var aux: Int32
  /// The number the expression had when the path was recorded; of a guard the number that is expected.
  var node: PathOperand

  /// The operand of an instruction that has none: constant 0 of every trace is zero.
  static let none: Int16 = ~0

  /// Operations from here on are guards, in the order of `PathEvent.Kind`.
  static let firstGuard: UInt8 = 0xF0

  /// What a guard looks at; nil for any other instruction.
  var guardKind: PathEvent.Kind? {
    op >= Self.firstGuard ? PathEvent.Kind(rawValue: op - Self.firstGuard) : nil
  }
}

/// A text of a trace: where its bytes and parts lie among the trace's.
struct PathTemplate: BitwiseCopyable {
  var firstByte: Int32
  var byteCount: Int32
  var firstPart: Int32
  var partCount: Int32
}

/// What is looked at rarely, or only at the end of a path.
struct PathTraceExtra {
  var templates: [PathTemplate] = []
  var bytes: [UInt8] = []
  var parts: [PathText.Part] = []
}

/// The end of a trace. An object, so that whoever looks at it copies none of its lists.
final class PathTraceEnd: Sendable {
  let ending: PathEnding
  /// What the ending says is left behind; of no use where it says nothing.
  let effects: PathEffects

  init(_ ending: PathEnding) {
    self.ending = ending
    effects = ending.effects ?? PathEffects()
  }
}

/// A path from its beginning, or from where it leaves another one, to its end: a straight program with guards. Each
/// guard has a list of the traces that go on where it turns out another way.
///
/// Traces are made by `PathTree`, linked once, and freed by it; they do not change but for the lists, which grow at
/// their heads.
@safe
struct PathTrace: ~Copyable {
  // Invariant: behind the trace, in the same allocation, lie `constantCount` constants, `instructionCount` instructions
  // and `guardCount` list heads; `extraBase` is owned by the trace. All live until the tree that made the trace is gone;
  // whoever walks traces keeps the tree. A link is 0 or the address of a `PathTrace`.
  private let constantBase: UnsafeMutablePointer<UInt256>
  private let instructionBase: UnsafeMutablePointer<PathInstruction>
  private let exitBase: UnsafeMutablePointer<Atomic<UInt>>
  private let extraBase: UnsafeMutablePointer<PathTraceExtra>
  let end: PathTraceEnd
  /// The least gas at the start for which the end holds; for an end in failure the most.
  private let gasLimit: Atomic<Int>
  /// The next trace that leaves at the same guard, with another outcome.
  fileprivate let next: UInt
  let instructionCount: Int32
  /// How many of them come before those that only work out what the transaction leaves behind.
  let mainCount: Int32
  let constantCount: Int32
  let guardCount: Int32
  /// The register that the first result goes to.
  let firstRegister: Int32
  /// Why binding fails at the end of the trace; nil where it does not.
  let failure: FallbackReason?
  /// Whether the ending says what is left behind.
  let hasEffects: Bool
  /// The outcome of the guard that led here.
  let outcome: UInt256

  fileprivate init(
    _ contents: PathTraceContents, outcome: UInt256, after next: UInt,
    constants: UnsafeMutablePointer<UInt256>, instructions: UnsafeMutablePointer<PathInstruction>,
    exits: UnsafeMutablePointer<Atomic<UInt>>
  ) {
    for (index, constant) in contents.constants.enumerated() {
      unsafe (constants + index).initialize(to: constant)
    }
    for (index, instruction) in contents.instructions.enumerated() {
      unsafe (instructions + index).initialize(to: instruction)
    }
    for index in 0..<contents.guardCount { unsafe (exits + index).initialize(to: Atomic(0)) }
    unsafe constantBase = constants
    unsafe instructionBase = instructions
    unsafe exitBase = exits
    unsafe extraBase = .allocate(capacity: 1)
    unsafe extraBase.initialize(to: contents.extra)
    end = PathTraceEnd(contents.ending)
    hasEffects = contents.ending.effects != nil
    gasLimit = Atomic(contents.ending.gasLimit)
    failure = contents.ending.failure
    self.next = next
    instructionCount = Int32(contents.instructions.count)
    mainCount = Int32(contents.mainCount)
    constantCount = Int32(contents.constants.count)
    guardCount = Int32(contents.guardCount)
    firstRegister = contents.firstRegister
    self.outcome = outcome
  }

  deinit {
    unsafe extraBase.deinitialize(count: 1)
    unsafe extraBase.deallocate()
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

  /// What is looked at rarely.
  @inline(__always)
  var extra: PathTraceExtra { unsafeAddress { unsafe UnsafePointer(extraBase) } }

  // MARK: Texts

  func template(_ index: Int32) -> PathTemplate {
    extra.templates.indices.contains(Int(index))
      ? extra.templates[Int(index)]
      : PathTemplate(firstByte: 0, byteCount: 0, firstPart: 0, partCount: 0)
  }

  @inline(__always)
  func part(_ template: PathTemplate, _ index: Int) -> PathText.Part {
    extra.parts[Int(template.firstPart) + index]
  }

  /// Copies the bytes of a text to `target`, which has room for them.
  @unsafe
  func copyBytes(_ template: PathTemplate, to target: UnsafeMutableRawPointer) {
    guard template.byteCount > 0 else { return }
    unsafe extra.bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress, Int(template.firstByte + template.byteCount) <= bytes.count else {
        return
      }
      unsafe target.copyMemory(from: base + Int(template.firstByte), byteCount: Int(template.byteCount))
    }
  }

  func hasBytes(_ expected: [UInt8], _ template: PathTemplate) -> Bool {
    let first = Int(template.firstByte)
    return extra.bytes[first..<first + Int(template.byteCount)].elementsEqual(expected)
  }

  // MARK: Ends

  /// Whether the end holds with this much gas at the start.
  @inline(__always)
  func holds(_ gas: Int) -> Bool {
    let limit = gasLimit.load(ordering: .relaxed)
    return failure == nil ? limit == 0 || gas >= limit : gas <= limit
  }

  /// Says that the end holds with this much gas too.
  func extend(toGas gas: Int) {
    if failure == nil {
      gasLimit.min(max(0, gas), ordering: .relaxed)
    } else {
      gasLimit.max(gas, ordering: .relaxed)
    }
  }

  // MARK: Links

  /// The head of the list of the traces that leave at a guard.
  func firstExit(_ number: Int) -> UInt {
    assert(number >= 0 && number < guardCount)
    return unsafe exitBase[number].load(ordering: .acquiring)
  }

  /// Puts a trace at the head of the list of those that leave at a guard.
  func link(_ number: Int, to address: UInt) {
    assert(number >= 0 && number < guardCount)
    unsafe exitBase[number].store(address, ordering: .releasing)
  }

  /// The trace that goes on where a guard turns out so; nil where there is none.
  @inline(__always)
  func exit(_ number: Int, _ outcome: UInt256) -> PathTraceReference? {
    var link = firstExit(number)
    while let reference = PathTraceReference(link) {
      if reference.pointee.outcome == outcome { return reference }
      link = reference.pointee.next
    }
    return nil
  }

  /// All traces that leave this one.
  var allExits: [PathTraceReference] {
    var all: [PathTraceReference] = []
    for number in 0..<Int(guardCount) {
      var link = firstExit(number)
      while let reference = PathTraceReference(link) {
        all.append(reference)
        link = reference.pointee.next
      }
    }
    return all
  }
}

/// A trace without reference counting.
@safe
struct PathTraceReference {
  // Invariant: a trace of a `PathTree` that whoever holds the reference keeps.
  private let trace: UnsafeMutablePointer<PathTrace>

  @inline(__always)
  init?(_ address: UInt) {
    guard let trace = unsafe UnsafeMutablePointer<PathTrace>(bitPattern: address) else { return nil }
    unsafe self.trace = trace
  }

  init(_ contents: PathTraceContents, outcome: UInt256, after next: UInt) {
    let header = (MemoryLayout<PathTrace>.size + 15) & ~15
    let constants = contents.constants.count * MemoryLayout<UInt256>.stride
    let instructions = contents.instructions.count * MemoryLayout<PathInstruction>.stride
    let exits = contents.guardCount * MemoryLayout<Atomic<UInt>>.stride
    let memory = UnsafeMutableRawPointer.allocate(
      byteCount: header + constants + instructions + exits, alignment: 64)
    // Invariant: the four parts lie behind each other, each aligned: the header is rounded up to 16 bytes, the constants'
    // size is a multiple of 32 and the instructions' one of 16.
    unsafe trace = memory.assumingMemoryBound(to: PathTrace.self)
    unsafe trace.initialize(
      to: PathTrace(
        contents, outcome: outcome, after: next,
        constants: (memory + header).assumingMemoryBound(to: UInt256.self),
        instructions: (memory + header + constants).assumingMemoryBound(to: PathInstruction.self),
        exits: (memory + header + constants + instructions).assumingMemoryBound(to: Atomic<UInt>.self)))
  }

  @inline(__always)
  var pointee: PathTrace { unsafeAddress { unsafe UnsafePointer(trace) } }

  var address: UInt { UInt(bitPattern: unsafe trace) }

  /// Frees the trace, not the ones that leave it.
  func deallocate() {
    unsafe trace.deinitialize(count: 1)
    unsafe UnsafeMutableRawPointer(trace).deallocate()
  }
}

/// What a trace is made from.
struct PathTraceContents {
  var constants: [UInt256] = [.zero]
  var instructions: [PathInstruction] = []
  /// How many of the instructions come before those for the effects.
  var mainCount = 0
  var guardCount = 0
  var firstRegister: Int32 = 0
  var extra = PathTraceExtra()
  var ending = PathEnding()
}
