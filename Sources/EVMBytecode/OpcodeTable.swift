/// What is fixed about an instruction: the one place where names, stack effects and base prices come from.
public struct OpcodeDefinition: Sendable {
  /// The opcode byte.
  public let byte: UInt8
  /// The name, upper case.
  public let name: String
  /// How many words it takes off the stack. DUP and SWAP count every word they look at.
  public let takes: Int
  /// How many words it leaves in their place.
  public let leaves: Int
  /// Constant gas at its introduction.
  public let gas: Int
  /// The fork that introduced it.
  public let since: Fork

  init(_ byte: UInt8, _ name: String, takes: Int, leaves: Int, gas: Int, since: Fork) {
    self.byte = byte
    self.name = name
    self.takes = takes
    self.leaves = leaves
    self.gas = gas
    self.since = since
  }

  /// The number of immediate bytes behind the opcode: PUSH's data, and the operand of EIP-8024's instructions.
  ///
  /// The latter do not hide jump destinations: only PUSH data does.
  public var immediateCount: Int {
    switch byte {
    case Opcode.push1...Opcode.push32: Int(byte - Opcode.push0)
    case Opcode.dupn...Opcode.exchange: 1
    default: 0
    }
  }

  /// Constant gas that changed: from which fork, which instructions, to how much.
  ///
  /// From Berlin on, the constant part of a state access is the warm price, and the interpreter adds the
  /// surcharge of a cold one (EIP-2929).
  static let repricings: [(fork: Fork, bytes: [UInt8], gas: Int)] = [
    // EIP-150
    (.tangerineWhistle, [Opcode.extcodesize, Opcode.extcodecopy], 700),
    (.tangerineWhistle, [Opcode.balance], 400),
    (.tangerineWhistle, [Opcode.sload], 200),
    (.tangerineWhistle, [Opcode.call, Opcode.callcode, Opcode.delegatecall], 700),
    (.tangerineWhistle, [Opcode.selfdestruct], 5000),
    // EIP-1884
    (.istanbul, [Opcode.sload], 800),
    (.istanbul, [Opcode.balance, Opcode.extcodehash], 700),
    // EIP-2929
    (
      .berlin,
      [
        Opcode.sload, Opcode.balance, Opcode.extcodehash, Opcode.extcodesize, Opcode.extcodecopy, Opcode.call,
        Opcode.callcode, Opcode.delegatecall, Opcode.staticcall,
      ], 100
    ),
    // EIP-8037: what is left of the price is paid in state gas.
    (.amsterdam, [Opcode.create, Opcode.create2], 9000),
  ]
}

/// One row of the table the interpreter checks before each instruction. Plain old data.
@frozen
public struct OpcodeRequirements: Sendable, BitwiseCopyable {
  /// Constant gas; negative where the instruction is not defined.
  public var gas: Int32
  /// The stack must hold at least this many words.
  public var minimumHeight: Int16
  /// The stack must hold at most this many words.
  public var maximumHeight: Int16

  /// The row of a byte that is no instruction: no stack is ever high enough for it.
  public static let undefined = OpcodeRequirements(gas: -1, minimumHeight: 1025, maximumHeight: 1024)
}

/// The instructions of one fork.
public struct OpcodeTable: Sendable {
  /// The fork.
  public let fork: Fork
  /// 256 definitions, nil where the fork has no such instruction.
  public let definitions: [OpcodeDefinition?]
  /// 256 rows for the interpreter.
  public let requirements: [OpcodeRequirements]

  private init(building fork: Fork) {
    var definitions = [OpcodeDefinition?](repeating: nil, count: 256)
    var requirements = [OpcodeRequirements](repeating: .undefined, count: 256)
    for definition in OpcodeDefinition.all where definition.since <= fork {
      let index = Int(definition.byte)
      definitions[index] = definition
      let repriced = OpcodeDefinition.repricings.last {
        $0.fork <= fork && $0.bytes.contains(definition.byte)
      }
      requirements[index] = OpcodeRequirements(
        gas: Int32(repriced?.gas ?? definition.gas), minimumHeight: Int16(definition.takes),
        maximumHeight: Int16(1024 - max(0, definition.leaves - definition.takes)))
    }
    // INVALID is designated by EIP-141 but executes like any undefined byte.
    requirements[Int(Opcode.invalid)] = .undefined
    self.fork = fork
    self.definitions = definitions
    self.requirements = requirements
  }

  private static let tables: [OpcodeTable] = Fork.allCases.map { OpcodeTable(building: $0) }

  /// The table of a fork; built once per process.
  public static func of(_ fork: Fork) -> OpcodeTable { tables[fork.ordinal] }

  /// The instruction's name, or `0x…` where the fork has none for the byte.
  public func name(of byte: UInt8) -> String {
    definitions[Int(byte)]?.name ?? "0x" + String(byte, radix: 16)
  }
}
