import EVMBytecode
import EthereumTypes

/// Hand-assembled bytecode with labels, for tests.
struct TaintedRunAssembler {
  private(set) var code: Bytes = []
  private var labels: [String: Int] = [:]
  private var references: [(offset: Int, label: String)] = []
  private var labelCount = 0

  /// Assembles what `body` emits.
  static func assemble(_ body: (inout TaintedRunAssembler) -> Void) -> Bytes {
    var assembler = TaintedRunAssembler()
    body(&assembler)
    return assembler.finish()
  }

  mutating func op(_ opcodes: UInt8...) { code += opcodes }

  mutating func push(_ value: UInt256) {
    let bytes = value.minimalBigEndianBytes
    // PUSH1 0 instead of PUSH0, so that programs run on every fork.
    if bytes.isEmpty {
      code += [Opcode.push1, 0]
    } else {
      code.append(Opcode.push0 + UInt8(bytes.count))
      code += bytes
    }
  }

  mutating func push(_ address: Address) { push(address.word) }

  /// A label that no other call gives.
  mutating func freshLabel() -> String {
    labelCount += 1
    return "#\(labelCount)"
  }

  mutating func push(label: String) {
    code.append(Opcode.push2)
    references.append((code.count, label))
    code += [0, 0]
  }

  /// A JUMPDEST that `push(label:)` means.
  mutating func label(_ name: String) {
    labels[name] = code.count
    code.append(Opcode.jumpdest)
  }

  mutating func jump(_ label: String) {
    push(label: label)
    op(Opcode.jump)
  }

  /// Jumps where the top of the stack is not zero.
  mutating func jumpIf(_ label: String) {
    push(label: label)
    op(Opcode.jumpi)
  }

  /// Reverts without data where the top of the stack is zero.
  mutating func require() {
    let passed = freshLabel()
    jumpIf(passed)
    revert()
    label(passed)
  }

  mutating func revert() {
    push(0)
    push(0)
    op(Opcode.revert)
  }

  mutating func sload(_ slot: UInt256) {
    push(slot)
    op(Opcode.sload)
  }

  /// Stores the top of the stack.
  mutating func sstore(_ slot: UInt256) {
    push(slot)
    op(Opcode.sstore)
  }

  mutating func sstore(_ slot: UInt256, _ value: UInt256) {
    push(value)
    sstore(slot)
  }

  mutating func mstore(_ offset: UInt256) {
    push(offset)
    op(Opcode.mstore)
  }

  mutating func input(_ offset: UInt256) {
    push(offset)
    op(Opcode.calldataload)
  }

  /// Calls with all gas, leaving the success flag.
  mutating func call(
    _ opcode: UInt8, _ target: Address, value: UInt256 = .zero, gas: UInt256? = nil,
    input: (UInt256, UInt256) = (.zero, .zero), output: (UInt256, UInt256) = (.zero, .zero)
  ) {
    push(output.1)
    push(output.0)
    push(input.1)
    push(input.0)
    if opcode == Opcode.call || opcode == Opcode.callcode { push(value) }
    push(target)
    if let gas { push(gas) } else { op(Opcode.gas) }
    op(opcode)
  }

  mutating func call(
    _ target: Address, value: UInt256 = .zero, gas: UInt256? = nil,
    input: (UInt256, UInt256) = (.zero, .zero),
    output: (UInt256, UInt256) = (.zero, .zero)
  ) {
    call(Opcode.call, target, value: value, gas: gas, input: input, output: output)
  }

  func finish() -> Bytes {
    var result = code
    for (offset, label) in references {
      let target = labels[label] ?? 0
      result[offset] = UInt8(truncatingIfNeeded: target >> 8)
      result[offset + 1] = UInt8(truncatingIfNeeded: target)
    }
    return result
  }
}
