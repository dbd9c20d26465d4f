import EVMBytecode
import EthereumTypes

/// Segments as bytes: numbers in groups of seven bits, lowest first; signed ones zigzag.
///
/// Whatever is decoded has been checked: that operands name constants, parameters or results that came before, that
/// places lie in the code, and that steps are ones that the binder knows.
struct SegmentEncoder {
  private(set) var bytes: [UInt8] = []

  mutating func add(_ number: Int) {
    var rest = UInt64(bitPattern: Int64(number << 1 ^ number >> 63))
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  mutating func add(_ word: UInt256) {
    let all = word.bigEndianBytes
    let significant = all.drop { $0 == 0 }
    bytes.append(UInt8(significant.count))
    bytes.append(contentsOf: significant)
  }

  mutating func add(_ segment: Segment, assumes: Bool) {
    for number in [
      segment.start, assumes ? 1 : 0, segment.registerCount, segment.parameterCount, segment.maximumRise,
      segment.gas, segment.memoryEnd, segment.constantCount, segment.stepCount, segment.pushCount,
    ] { add(number) }
    for index in 0..<segment.constantCount { add(segment.constant(~Operand(index)).word) }
    for index in 0..<segment.stepCount {
      let step = segment.step(index)
      bytes.append(step.op)
      add(step.result < 0 ? 0 : 1)
      // Operands that a step does not have are constants like any other.
      for operand in [step.a, step.b, step.c, step.d] { add(Int(operand)) }
    }
    for index in 0..<segment.pushCount { add(Int(segment.push(index))) }
    add(segment.end)
  }

  private mutating func add(_ end: SegmentEnd) {
    let numbers: [Int] =
      switch end {
      case .jump(let offset): [0, offset]
      case .jumpTo: [1]
      case .branch(_, _, let next): [2, next]
      case .stop: [3]
      case .output: [4]
      case .revert: [5]
      case .fail: [6]
      case .selfdestruct: [7]
      case .call(let site): [8, Int(site.op), site.next, site.failsWithCall ? 1 : 0]
      case .create(let site): [9, Int(site.op), site.next]
      case .unsupported(let reason): [10, FallbackReason.allCases.firstIndex(of: reason) ?? 0]
      }
    for number in numbers { add(number) }
    for operand in end.operands { add(Int(operand)) }
  }
}

/// The bytes are none that `SegmentEncoder` makes for this code.
struct SegmentDecodingError: Error {}

/// Reads what `SegmentEncoder` wrote.
struct SegmentDecoder {
  private let bytes: [UInt8]
  private var offset = 0
  /// The bytecode that the segments are of.
  private let codeSize: Int

  /// Larger segments are not made.
  private static let maximumCount: Int = 1 << 16

  init(_ bytes: [UInt8], codeSize: Int) {
    self.bytes = bytes
    self.codeSize = codeSize
  }

  var isAtEnd: Bool { offset == bytes.count }

  private mutating func byte() throws(SegmentDecodingError) -> UInt8 {
    guard offset < bytes.count else { throw SegmentDecodingError() }
    offset += 1
    return bytes[offset - 1]
  }

  private mutating func number(_ range: ClosedRange<Int>) throws(SegmentDecodingError) -> Int {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      let byte = try byte()
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { break }
      shift += 7
      guard shift < 63 else { throw SegmentDecodingError() }
    }
    let number = Int(truncatingIfNeeded: value >> 1) ^ -Int(truncatingIfNeeded: value & 1)
    guard range.contains(number) else { throw SegmentDecodingError() }
    return number
  }

  /// The size of the code that the bytes say they are of.
  mutating func codeCount() throws(SegmentDecodingError) -> Int { try number(0...Int(Int32.max)) }

  private mutating func count() throws(SegmentDecodingError) -> Int { try number(0...Self.maximumCount) }
  private mutating func flag() throws(SegmentDecodingError) -> Bool { try number(0...1) == 1 }
  private mutating func place() throws(SegmentDecodingError) -> Int { try number(0...codeSize) }

  private mutating func word() throws(SegmentDecodingError) -> UInt256 {
    let count = Int(try byte())
    guard count <= 32, offset + count <= bytes.count else { throw SegmentDecodingError() }
    var word = [UInt8](repeating: 0, count: 32 - count)
    word.append(contentsOf: bytes[offset..<offset + count])
    offset += count
    guard let value = UInt256(bigEndian: word) else { throw SegmentDecodingError() }
    return value
  }

  mutating func segment() throws(SegmentDecodingError) -> (segment: Segment, assumes: Bool) {
    let start = try place()
    let assumes = try flag()
    let registers = try count()
    let parameters = try number(0...1024)
    let rise = try number(-4096...65_536)
    let gas = try number(0...(1 as Int) << 40)
    let memoryEnd = try number(0...(1 as Int) << 33)
    let (constantCount, stepCount, pushCount) = (try count(), try count(), try count())
    // Nothing takes less than a byte, so that a short row cannot ask for much memory.
    guard constantCount + stepCount + pushCount <= bytes.count - offset, parameters <= registers else {
      throw SegmentDecodingError()
    }
    var constants: [UInt256] = []
    for _ in 0..<constantCount { constants.append(try word()) }
    var defined = parameters
    func operand(_ reader: inout SegmentDecoder) throws(SegmentDecodingError) -> Operand {
      Operand(try reader.number(-constantCount...defined - 1))
    }
    var steps: [Step] = []
    for _ in 0..<stepCount {
      let op = try byte()
      guard Self.isKnown(op) else { throw SegmentDecodingError() }
      let hasResult = try flag()
      let isArithmetic = WordOperation.operandCount(op) > 0
      guard hasResult || !isArithmetic else { throw SegmentDecodingError() }
      var step = Step(op, try operand(&self), try operand(&self), try operand(&self), try operand(&self))
      if hasResult {
        step.result = Int32(defined)
        defined += 1
      }
      steps.append(step)
    }
    guard defined <= registers else { throw SegmentDecodingError() }
    var pushes: [Operand] = []
    for _ in 0..<pushCount { pushes.append(try operand(&self)) }
    let end = try end(operand)
    return (
      Segment(
        start: start, steps: steps, constants: constants, registerCount: registers,
        parameterCount: parameters, pushes: pushes, maximumRise: rise, end: end, gas: gas,
        memoryEnd: memoryEnd), assumes
    )
  }

  /// Whether the binder knows a step; those it does not know end a binding, but never come up.
  private static func isKnown(_ op: UInt8) -> Bool {
    if WordOperation.operandCount(op) > 0 || SegmentBuilder.operandCount(op) > 0 { return true }
    switch op {
    case Opcode.address, Opcode.origin, Opcode.caller, Opcode.callvalue, Opcode.calldatasize, Opcode.gasprice,
      Opcode.coinbase, Opcode.timestamp, Opcode.number, Opcode.prevrandao, Opcode.gaslimit, Opcode.chainid,
      Opcode.basefee, Opcode.blobbasefee, Opcode.returndatasize, Opcode.selfbalance, Opcode.gas, Opcode.msize,
      StepCode.requireMutable:
      return true
    default: return false
    }
  }

  private mutating func end(
    _ operand: (inout SegmentDecoder) throws(SegmentDecodingError) -> Operand
  ) throws(SegmentDecodingError) -> SegmentEnd {
    switch try number(0...10) {
    case 0: return .jump(try place())
    case 1: return .jumpTo(try operand(&self))
    case 2:
      let next = try place()
      return .branch(condition: try operand(&self), taken: try operand(&self), next: next)
    case 3: return .stop
    case 4: return .output(offset: try operand(&self), size: try operand(&self))
    case 5: return .revert(offset: try operand(&self), size: try operand(&self))
    case 6: return .fail
    case 7: return .selfdestruct(try operand(&self))
    case 8:
      let op = UInt8(try number(0...255))
      let calls = [Opcode.call, Opcode.callcode, Opcode.delegatecall, Opcode.staticcall]
      guard calls.contains(op) else { throw SegmentDecodingError() }
      let next = try place()
      let failsWithCall = try flag()
      return .call(
        CallSite(
          op: op, gas: try operand(&self), target: try operand(&self), value: try operand(&self),
          inputOffset: try operand(&self), inputSize: try operand(&self), outputOffset: try operand(&self),
          outputSize: try operand(&self), next: next, failsWithCall: failsWithCall))
    case 9:
      let op = UInt8(try number(0...255))
      guard op == Opcode.create || op == Opcode.create2 else { throw SegmentDecodingError() }
      let next = try place()
      return .create(
        CreateSite(
          op: op, value: try operand(&self), offset: try operand(&self), size: try operand(&self),
          salt: try operand(&self), next: next))
    default: return .unsupported(FallbackReason.allCases[try number(0...FallbackReason.allCases.count - 1)])
    }
  }
}
