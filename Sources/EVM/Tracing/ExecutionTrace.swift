import EVMBytecode
public import EthereumTypes

/// The trace of a transaction as JSON lines (EIP-3155): one for each instruction, and one for the end.
///
/// A line shows the state before its instruction: gas, stack, memory size. `gasCost` is what the instruction costs in
/// all, with the gas that a call hands on; where the gas does not suffice, what would have been needed, and nothing
/// beyond 64 bits. `refund` is the counter with what the instruction adds. `error` stands on the line of the
/// instruction at which a frame failed or reverted. Precompiles, empty code and system calls have no lines.
public struct ExecutionTrace {
  /// What lines show.
  public struct Options: Sendable {
    /// The stack.
    public var stack = true
    /// The whole memory, which makes traces large.
    public var memory = false
    /// What the last call returned.
    public var returnData = false

    /// Shows the stack only.
    public init() {}
  }

  /// What lines show.
  public let options: Options
  /// How often each opcode was begun.
  public private(set) var counts = [UInt64](repeating: 0, count: 256)
  private let sink: (Bytes) -> Void
  private var buffer = Bytes()
  /// The line of the last instruction, whose outcome is not known yet.
  private var pending: InstructionState?
  /// Why the outermost frame failed.
  private var failure: ExceptionalHalt?

  /// Makes a trace.
  ///
  /// - Parameter sink: gets the text, in pieces that end with a line.
  public init(_ options: Options = Options(), sink: @escaping (Bytes) -> Void) {
    self.options = options
    self.sink = sink
  }

  /// So many bytes are collected for one call of the sink.
  private static var pieceSize: Int { 1 << 20 }
}

extension ExecutionTrace: InstructionTracer {
  static var isActive: Bool { true }
  var wantsMemory: Bool { options.memory }
  var wantsReturnData: Bool { options.returnData }

  mutating func step(_ pc: Int, of code: Code, depth: Int, _ state: @autoclosure () -> InstructionState) {
    let state = state()
    if var line = pending {
      // What an instruction cost in fact counts; but a call's callee has been at work meanwhile.
      if line.depth == state.depth, !Opcode.startsFrame(line.opcode) {
        line.gasCost = UInt64(clamping: line.gas - state.gas)
        line.refund = state.refund
      }
      write(line)
    }
    pending = state
    counts[Int(state.opcode)] += 1
  }

  mutating func halted(_ end: FrameEnd) {
    guard var line = pending, line.depth == end.depth else { return }
    switch end.exit {
    case .failed:
      line.refund += line.refundChange
      let reason = end.reason.map { line.isAffordable ? $0 : .outOfGas }
      if end.depth == 1 { failure = reason }
      write(line, error: reason.map { Self.text($0, at: line) })
    case .reverted:
      line.gasCost = UInt64(clamping: line.gas - end.gas)
      write(line, error: Self.revertText)
    case .succeeded, .suspended:
      line.gasCost = UInt64(clamping: line.gas - end.gas)
      line.refund = end.refund
      write(line)
    }
    pending = nil
  }

  mutating func finished(_ end: ExecutionEnd) {
    if let line = pending { write(line) }
    pending = nil
    buffer += #"{"output":""#.utf8
    buffer += Hex.encode(end.output).utf8
    buffer += "\",\"gasUsed\":".utf8
    append(hex: UInt256(end.gasUsed))
    switch end.exit {
    case .failed: append(error: (failure ?? end.reason)?.rawValue ?? "failed")
    case .reverted: append(error: Self.revertText)
    case .succeeded, .suspended: break
    }
    buffer += "}\n".utf8
    flush()
  }

  private mutating func flush() {
    sink(buffer)
    buffer.removeAll(keepingCapacity: true)
  }
}

// MARK: Lines

extension ExecutionTrace {
  private static var revertText: String { "execution reverted" }

  /// Why a frame failed, with what the instruction wanted.
  private static func text(_ reason: ExceptionalHalt, at line: InstructionState) -> String {
    switch reason {
    case .stackBounds:
      let takes = OpcodeTable.of(.amsterdam).definitions[Int(line.opcode)]?.takes ?? 0
      return line.stack.count < takes
        ? "stack underflow (\(line.stack.count) <=> \(takes))"
        : "stack limit reached \(line.stack.count) (1023)"
    case .undefinedInstruction: return "invalid opcode: \(name(of: line))"
    default: return reason.rawValue
    }
  }

  private static func name(of line: InstructionState) -> String {
    line.name ?? "opcode 0x\(String(line.opcode, radix: 16)) not defined"
  }

  private mutating func write(_ line: InstructionState, error: String? = nil) {
    buffer += "{\"pc\":\(line.pc),\"op\":\(line.opcode),\"gas\":".utf8
    append(hex: UInt256(UInt64(clamping: line.gas)))
    if let gasCost = line.gasCost {
      buffer += ",\"gasCost\":".utf8
      append(hex: UInt256(gasCost))
    }
    if options.memory, !line.memory.isEmpty {
      buffer += ",\"memory\":\"\(Hex.encodePrefixed(line.memory))\"".utf8
    }
    buffer += ",\"memSize\":\(line.memorySize)".utf8
    if options.stack {
      buffer += ",\"stack\":[".utf8
      for (index, word) in line.stack.enumerated() {
        if index > 0 { buffer.append(UInt8(ascii: ",")) }
        append(hex: word)
      }
      buffer.append(UInt8(ascii: "]"))
    }
    if options.returnData, !line.returnData.isEmpty {
      buffer += ",\"returnData\":\"\(Hex.encodePrefixed(line.returnData))\"".utf8
    }
    buffer += ",\"depth\":\(line.depth),\"refund\":\(line.refund),\"opName\":\"\(Self.name(of: line))\"".utf8
    if let error { append(error: error) }
    buffer += "}\n".utf8
    if buffer.count >= Self.pieceSize { flush() }
  }

  private mutating func append(error: String) { buffer += ",\"error\":\"\(error)\"".utf8 }

  /// Appends a number as minimal hexadecimal digits behind 0x, in quotes.
  private mutating func append(hex word: UInt256) {
    buffer += "\"0x".utf8
    let limbs = [word.l3, word.l2, word.l1, word.l0]
    var isLeading = true
    for limb in limbs {
      for shift in stride(from: UInt64(60), through: 0, by: -4) {
        let digit = UInt8(truncatingIfNeeded: limb >> shift) & 0xF
        if isLeading, digit == 0 { continue }
        isLeading = false
        buffer.append(digit < 10 ? digit + 0x30 : digit + 0x57)
      }
    }
    if isLeading { buffer.append(0x30) }
    buffer.append(UInt8(ascii: "\""))
  }
}

extension InstructionState {
  /// Whether the gas suffices. The interpreter refuses some instructions before it charges for them; what counts first
  /// is the gas.
  fileprivate var isAffordable: Bool {
    guard let gasCost else { return false }
    // The one instruction that asks for more gas than it costs: an SSTORE that is not even charged for (EIP-2200).
    return gasCost <= UInt64(clamping: gas) && !(opcode == Opcode.sstore && gasCost == 0 && stack.count >= 2)
  }
}

extension Opcode {
  /// Whether an instruction may start a frame of its own.
  fileprivate static func startsFrame(_ opcode: UInt8) -> Bool {
    switch opcode {
    case Opcode.call, Opcode.callcode, Opcode.delegatecall, Opcode.staticcall, Opcode.create, Opcode.create2:
      true
    default: false
    }
  }
}
