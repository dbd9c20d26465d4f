import EVMBytecode
public import EthereumTypes

/// Where control went in each code that ran: what a control-flow graph of the code has to have.
public struct JumpTrace {
  /// One step from an instruction to another that is not simply the next one, or might not have been.
  public struct Edge: Sendable, Hashable {
    /// The offset of the JUMP or JUMPI; for a JUMPDEST that was run, its own.
    public var from: Int
    /// The offset of what ran after it.
    public var to: Int
  }

  /// The edges of each code: behind JUMP and JUMPI what ran next, and for each JUMPDEST that ran one to itself.
  public private(set) var edges: [Bytes: Set<Edge>] = [:]
  /// The code that ran last, and its edges.
  private var current: Code?
  private var found: Set<Edge> = []
  /// A jump that was begun; what runs next in its frame is where it went, unless the frame ends first.
  private var pending: Int?

  /// Makes a trace of nothing.
  public init() {}

  private mutating func turn(to code: Code?) {
    if let current { edges[current.bytes] = found }
    found = code.flatMap { edges.removeValue(forKey: $0.bytes) } ?? []
    current = code
  }
}

extension JumpTrace: InstructionTracer {
  static var isActive: Bool { true }
  var wantsMemory: Bool { false }
  var wantsReturnData: Bool { false }

  mutating func step(_ pc: Int, of code: Code, depth: Int, _ state: @autoclosure () -> InstructionState) {
    if let jump = pending {
      found.insert(Edge(from: jump, to: pc))
      pending = nil
    }
    let opcode = pc < code.count ? code.bytes[pc] : Opcode.stop
    guard opcode == Opcode.jump || opcode == Opcode.jumpi || opcode == Opcode.jumpdest else { return }
    if code !== current { turn(to: code) }
    if opcode == Opcode.jumpdest { found.insert(Edge(from: pc, to: pc)) } else { pending = pc }
  }

  mutating func halted(_ end: FrameEnd) { pending = nil }

  mutating func finished(_ end: ExecutionEnd) { turn(to: nil) }
}
