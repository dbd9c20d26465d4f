import EVMBytecode
import Testing

@Suite("The opcode table")
struct OpcodeTableTests {
  private static func instructions(_ fork: Fork) -> Set<UInt8> {
    let table = OpcodeTable.of(fork)
    return Set((0...255).map { UInt8($0) }.filter { table.requirements[Int($0)].gas >= 0 })
  }

  @Test("Frontier has the instructions of the first Yellow Paper")
  func frontier() {
    let ranges: [ClosedRange<UInt8>] = [
      0x00...0x0B, 0x10...0x1A, 0x20...0x20, 0x30...0x3C, 0x40...0x45, 0x50...0x5B, 0x60...0xA4, 0xF0...0xF3,
      0xFF...0xFF,
    ]
    #expect(Self.instructions(.frontier) == Set(ranges.joined()))
  }

  @Test(
    "each fork adds the instructions of its EIPs, and takes none away",
    arguments: [
      (Fork.homestead, ["DELEGATECALL"]),  // EIP-7
      (.byzantium, ["REVERT", "RETURNDATASIZE", "RETURNDATACOPY", "STATICCALL"]),  // EIP-140, 211, 214
      (.constantinople, ["SHL", "SHR", "SAR", "EXTCODEHASH", "CREATE2"]),  // EIP-145, 1052, 1014
      (.istanbul, ["CHAINID", "SELFBALANCE"]),  // EIP-1344, 1884
      (.london, ["BASEFEE"]),  // EIP-3198
      (.shanghai, ["PUSH0"]),  // EIP-3855
      (.cancun, ["TLOAD", "TSTORE", "MCOPY", "BLOBHASH", "BLOBBASEFEE"]),  // EIP-1153, 5656, 4844, 7516
      (.osaka, ["CLZ"]),  // EIP-7939
    ])
  func additions(fork: Fork, names: [String]) {
    let before = Self.instructions(Fork.allCases[fork.ordinal - 1])
    let after = Self.instructions(fork)
    #expect(before.isSubset(of: after))
    #expect(Set(after.subtracting(before).map { OpcodeTable.of(fork).name(of: $0) }) == Set(names))
  }

  @Test("forks without new instructions have those of the fork before")
  func unchanged() {
    let changing: Set<Fork> = [
      .frontier, .homestead, .byzantium, .constantinople, .istanbul, .london, .shanghai, .cancun, .osaka,
      .amsterdam,
    ]
    for fork in Fork.allCases where !changing.contains(fork) {
      #expect(Self.instructions(fork) == Self.instructions(Fork.allCases[fork.ordinal - 1]), "\(fork)")
    }
  }

  @Test(
    "constant gas follows the Yellow Paper and the repricings: EIP-150, 1884, 2929",
    arguments: [
      (Opcode.add, Fork.frontier, 3), (Opcode.mul, .frontier, 5), (Opcode.addmod, .frontier, 8),
      (Opcode.jumpi, .frontier, 10), (Opcode.jumpdest, .frontier, 1), (Opcode.blockhash, .frontier, 20),
      (Opcode.create, .frontier, 32000), (Opcode.create2, .constantinople, 32000),
      (Opcode.push0, .shanghai, 2), (Opcode.push1, .frontier, 3),
      (Opcode.sload, .frontier, 50), (Opcode.sload, .tangerineWhistle, 200), (Opcode.sload, .istanbul, 800),
      (Opcode.sload, .berlin, 100),
      (Opcode.balance, .homestead, 20), (Opcode.balance, .tangerineWhistle, 400),
      (Opcode.balance, .istanbul, 700), (Opcode.balance, .osaka, 100),
      (Opcode.extcodesize, .frontier, 20), (Opcode.extcodesize, .spuriousDragon, 700),
      (Opcode.extcodehash, .constantinople, 400), (Opcode.extcodehash, .istanbul, 700),
      (Opcode.call, .frontier, 40), (Opcode.call, .tangerineWhistle, 700), (Opcode.call, .london, 100),
      (Opcode.selfdestruct, .frontier, 0), (Opcode.selfdestruct, .tangerineWhistle, 5000),
    ])
  func gas(byte: UInt8, fork: Fork, gas: Int) {
    #expect(OpcodeTable.of(fork).requirements[Int(byte)].gas == Int32(gas))
  }

  @Test("stack limits let an instruction neither underflow nor pass 1024 words")
  func stackLimits() throws {
    let table = OpcodeTable.of(.osaka)
    for byte in Self.instructions(.osaka) {
      let definition = try #require(table.definitions[Int(byte)])
      let row = table.requirements[Int(byte)]
      #expect(Int(row.minimumHeight) == definition.takes)
      #expect(Int(row.maximumHeight) + max(0, definition.leaves - definition.takes) == 1024)
      switch byte {
      case Opcode.push0...Opcode.push32: #expect((definition.takes, definition.leaves) == (0, 1))
      case 0x80...0x8F: #expect((definition.takes, definition.leaves) == (Int(byte) - 0x7F, Int(byte) - 0x7E))
      case 0x90...0x9F: #expect((definition.takes, definition.leaves) == (Int(byte) - 0x8E, Int(byte) - 0x8E))
      case 0xA0...0xA4: #expect((definition.takes, definition.leaves) == (Int(byte) - 0x9E, 0))
      default: break
      }
    }
  }

  @Test(
    "a byte that is no instruction fails at every stack height", arguments: [UInt8(0x0C), 0x5C, 0xFE, 0xEF])
  func undefined(byte: UInt8) {
    let row = OpcodeTable.of(.frontier).requirements[Int(byte)]
    #expect(row.gas < 0 && row.minimumHeight > 1024)
  }
}
