import EVMBytecode
import EthereumTypes

/// Executes code symbolically from one place on and records what matters: makes a `Segment`.
///
/// Expressions are hash-consed: the same operation on the same operands is the same register. Reads of memory
/// and storage carry a version, so that they are shared only where nothing was written in between.
struct SegmentBuilder {
  let summary: ContractSummary
  let start: Int
  let assumes: Bool
  let maximumInstructions: Int

  /// Instructions executed before a segment is cut.
  static let maximumInstructions = 2_000
  /// Visits of one place before a segment is cut: unrolled constant loops end here.
  static let maximumVisits = 6
  /// Operands from here on are parameters.
  static let firstParameter: Operand = 1 << 24

  var pc: Int
  var steps: [Step] = []
  var registerCount: Int32 = 0
  var definitions: [Step?] = []
  var constants: [UInt256] = []
  var constantIndex: [UInt256: Operand] = [:]
  var expressions: [Expression: Operand] = [:]
  var stack: [Operand] = []
  var parameterCount = 0
  var rise = 0
  var maximumRise = 0
  var memoryVersion: Int32 = 0
  var storageVersion: Int32 = 0
  var gas = 0
  /// Where memory ends that is read at constant places.
  var memoryEnd = 0
  var end: SegmentEnd?

  struct Expression: Hashable {
    var op: UInt8
    var a: Operand
    var b: Operand
    var c: Operand
    var version: Int32
  }

  init(summary: ContractSummary, start: Int, assumes: Bool, maximumInstructions: Int) {
    self.maximumInstructions = maximumInstructions
    self.summary = summary
    self.start = start
    self.assumes = assumes
    self.pc = start
  }

  mutating func build() -> Segment {
    let table = OpcodeTable.of(summary.fork)
    var visits: [Int: Int] = [:]
    var executed = 0
    if pc >= summary.code.count { end = .stop }
    while end == nil {
      guard pc < summary.code.count else {
        end = .stop
        break
      }
      let op = summary.code[pc]
      guard table.definitions[Int(op)] != nil, op != Opcode.invalid else {
        end = .fail
        break
      }
      if executed > 0 && op == Opcode.jumpdest {
        visits[pc, default: 0] += 1
        if executed > maximumInstructions || visits[pc, default: 0] > Self.maximumVisits {
          end = .jump(pc)
          break
        }
      }
      executed += 1
      if executed > 4 * Self.maximumInstructions {
        end = .unsupported(.budget)
        break
      }
      gas += GasBound.constant(op, table)
      execute(op)
    }
    return slice()
  }

  // MARK: Stack

  mutating func push(_ operand: Operand) {
    stack.append(operand)
    rise += 1
    maximumRise = max(maximumRise, rise)
  }

  mutating func pop() -> Operand {
    rise -= 1
    if let top = stack.popLast() { return top }
    parameterCount += 1
    return Self.firstParameter + Operand(parameterCount - 1)
  }

  /// Makes sure that at least `depth` words are on the symbolic stack.
  mutating func materialise(_ depth: Int) {
    while stack.count < depth {
      stack.insert(Self.firstParameter + Operand(parameterCount), at: 0)
      parameterCount += 1
    }
  }

  // MARK: Expressions

  mutating func constant(_ word: UInt256) -> Operand {
    if let known = constantIndex[word] { return known }
    constants.append(word)
    let operand = ~Operand(constants.count - 1)
    constantIndex[word] = operand
    return operand
  }

  func value(_ operand: Operand) -> UInt256? { operand < 0 ? constants[Int(~operand)] : nil }

  func definition(_ operand: Operand) -> Step? {
    operand >= 0 && operand < Self.firstParameter ? definitions[Int(operand)] : nil
  }

  /// The register of an expression, shared with an equal one where `version` says nothing happened between.
  mutating func expression(
    _ op: UInt8, _ a: Operand = 0, _ b: Operand = 0, _ c: Operand = 0, version: Int32 = -1
  ) -> Operand {
    let key = Expression(op: op, a: a, b: b, c: c, version: version)
    if let known = expressions[key] { return known }
    let result = emit(op, a, b, c)
    expressions[key] = result
    return result
  }

  /// A step with a result of its own.
  mutating func emit(_ op: UInt8, _ a: Operand = 0, _ b: Operand = 0, _ c: Operand = 0) -> Operand {
    let step = Step(op, result: registerCount, a, b, c)
    registerCount += 1
    steps.append(step)
    definitions.append(step)
    return step.result
  }

  /// A step without a result.
  mutating func act(_ op: UInt8, _ a: Operand = 0, _ b: Operand = 0, _ c: Operand = 0, _ d: Operand = 0) {
    steps.append(Step(op, a, b, c, d))
  }

  /// The stack as far as it is known, bottom first, for the failure analysis.
  var knownStack: [UInt256?] { stack.map { value($0) } }
}
