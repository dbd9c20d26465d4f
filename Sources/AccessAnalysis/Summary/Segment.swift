import EthereumTypes

/// An operand of a segment's instruction: a register (≥ 0) or a constant (`~index`, negative).
typealias Operand = Int32

/// One access-relevant step of a segment, in three-address form. Plain old data.
///
/// `op` is the EVM opcode with the same meaning, or one of `StepCode`.
struct Step: BitwiseCopyable, Hashable {
  var op: UInt8
  /// The register that takes the result; −1 for none.
  var result: Int32
  var a: Operand
  var b: Operand
  var c: Operand
  var d: Operand

  init(
    _ op: UInt8, result: Int32 = -1, _ a: Operand = 0, _ b: Operand = 0, _ c: Operand = 0, _ d: Operand = 0
  ) {
    self.op = op
    self.result = result
    self.a = a
    self.b = b
    self.c = c
    self.d = d
  }
}

/// Steps that no single opcode stands for.
enum StepCode {
  /// The path goes on only where `a` is zero; otherwise the frame can only fail.
  static let assumeZero: UInt8 = 0xB0
  /// The path goes on only where `a` is not zero; otherwise the frame can only fail.
  static let assumeNonzero: UInt8 = 0xB1
  /// Memory from `a` for `b` bytes is paid for; `c` is the constant gas per byte (logs), nothing else happens.
  static let touchMemory: UInt8 = 0xB2
  /// A log in a frame that must know whether it is static.
  static let requireMutable: UInt8 = 0xB3
  /// `a` shows in the outcome: a log's topic, an exponent, which has a price.
  static let show: UInt8 = 0xB4
  /// `b` bytes of memory from `a` on show in the outcome: a log's data.
  static let showMemory: UInt8 = 0xB5
  /// `a` shows in the outcome as the exponent of an EXP, which has a price by its length.
  static let showExponent: UInt8 = 0xB6
}

/// How a segment ends.
enum SegmentEnd {
  /// Control goes on at a known place.
  case jump(Int)
  /// Control goes on at the place in an operand.
  case jumpTo(Operand)
  /// Two-way branch: to `taken` where the condition is not zero, else to `next`.
  case branch(condition: Operand, taken: Operand, next: Int)
  /// STOP, or the end of the code.
  case stop
  /// RETURN of a memory range.
  case output(offset: Operand, size: Operand)
  /// REVERT with a memory range.
  case revert(offset: Operand, size: Operand)
  /// An exceptional halt.
  case fail
  /// SELFDESTRUCT in favour of an account.
  case selfdestruct(Operand)
  /// CALL, CALLCODE, DELEGATECALL or STATICCALL. The success flag is pushed when control goes on at `next`.
  case call(CallSite)
  /// CREATE or CREATE2. The address is pushed when control goes on at `next`.
  case create(CreateSite)
  /// Something the summary does not express.
  case unsupported(FallbackReason)
}

/// The operands of a call instruction.
struct CallSite {
  var op: UInt8
  var gas: Operand
  var target: Operand
  var value: Operand
  var inputOffset: Operand
  var inputSize: Operand
  var outputOffset: Operand
  var outputSize: Operand
  var next: Int
  /// Whether the frame can only fail when the call does, whatever lies on its stack.
  var failsWithCall: Bool
}

/// The operands of a create instruction.
struct CreateSite {
  var op: UInt8
  var value: Operand
  var offset: Operand
  var size: Operand
  var salt: Operand
  var next: Int
}

/// What one straight path through the code does, sliced to what access sets can depend on: the building
/// block of a contract's summary.
///
/// A segment starts at an instruction with an unknown stack and follows jumps to known places, calls of
/// internal functions and their returns, and branches whose other side can only fail. It ends at a real
/// branch, at a call, at a jump whose target is not known from within, or with the frame. Everything in
/// between is symbolically executed: stack traffic is gone, constants are folded, common subexpressions are
/// shared, and what feeds neither a key nor a condition, a call, memory or storage is sliced away.
@safe
struct Segment {
  // Invariant: the three pointers cover the counts given with them, were allocated by `init` and are freed only by
  // `deallocate`, which the owner (`SegmentStore`) calls when nobody uses the segment any more.
  /// Where it starts.
  let start: Int
  private let stepBase: UnsafeMutablePointer<Step>
  /// How many steps there are.
  let stepCount: Int
  private let constantBase: UnsafeMutablePointer<Value>
  /// How many constants there are.
  let constantCount: Int
  private let pushBase: UnsafeMutablePointer<Operand>
  /// How many operands it leaves in place of the words it looked at.
  let pushCount: Int
  /// How many registers a run needs, parameters included.
  let registerCount: Int
  /// How many stack words it looks at; register i holds the i-th from the top at the start.
  let parameterCount: Int
  /// How far the stack may rise above its height at the start.
  let maximumRise: Int
  /// How it ends.
  let end: SegmentEnd
  /// An upper bound of the constant gas of all instructions it stands for, memory aside.
  let gas: Int
  /// Memory is at least so long after it: steps that were left out may have read up to there.
  let memoryEnd: Int

  init(
    start: Int, steps: [Step], constants: [UInt256], registerCount: Int, parameterCount: Int,
    pushes: [Operand], maximumRise: Int, end: SegmentEnd, gas: Int, memoryEnd: Int
  ) {
    self.start = start
    stepCount = steps.count
    unsafe stepBase = Self.copy(steps)
    constantCount = constants.count
    unsafe constantBase = Self.copy(constants.map { Value($0) })
    pushCount = pushes.count
    unsafe pushBase = Self.copy(pushes)
    self.registerCount = registerCount
    self.parameterCount = parameterCount
    self.maximumRise = maximumRise
    self.end = end
    self.gas = gas
    self.memoryEnd = memoryEnd
  }

  private static func copy<Element>(_ elements: [Element]) -> UnsafeMutablePointer<Element> {
    let base = UnsafeMutablePointer<Element>.allocate(capacity: max(1, elements.count))
    for (index, element) in elements.enumerated() { unsafe (base + index).initialize(to: element) }
    return unsafe base
  }

  /// Frees what the segment holds; it must not be used any more.
  func deallocate() {
    unsafe stepBase.deallocate()
    unsafe constantBase.deallocate()
    unsafe pushBase.deallocate()
  }

  /// The step at `index`, in order.
  @inline(__always)
  func step(_ index: Int) -> Step {
    assert(index >= 0 && index < stepCount)
    return unsafe stepBase[index]
  }

  /// The operand at `index` of those it leaves, bottom first.
  @inline(__always)
  func push(_ index: Int) -> Operand {
    assert(index >= 0 && index < pushCount)
    return unsafe pushBase[index]
  }

  /// The constant of a negative operand.
  @inline(__always)
  func constant(_ operand: Operand) -> Value {
    assert(operand < 0 && Int(~operand) < constantCount)
    return unsafe constantBase[Int(~operand)]
  }
}
