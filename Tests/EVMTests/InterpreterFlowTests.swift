import EVM
import EVMBytecode
import EthereumTypes
import Testing

@Suite("Interpreter: flow")
struct InterpreterFlowTests {
  @Test("JUMP and a taken JUMPI cost 8 and 10, and the JUMPDEST they reach 1, to the unit")
  func jumps() throws {
    let jump: Bytes = [0x60, 4, Opcode.jump, Opcode.invalid, Opcode.jumpdest]
    #expect(try InterpreterHarness(gas: 12).run(jump).status == .succeeded)
    #expect(try InterpreterHarness(gas: 12).run(jump).result.gasLeft == 0)
    #expect(try InterpreterHarness(gas: 11).run(jump).status == .failed(.outOfGas))
    #expect(try InterpreterHarness(gas: 10).run(jump).status == .failed(.outOfGas))
    let branch: Bytes = [0x60, 1, 0x60, 6, Opcode.jumpi, Opcode.invalid, Opcode.jumpdest]
    #expect(try InterpreterHarness(gas: 17).run(branch).result.gasLeft == 0)
    #expect(try InterpreterHarness(gas: 17).run(branch).status == .succeeded)
    #expect(try InterpreterHarness(gas: 16).run(branch).status == .failed(.outOfGas))
  }

  @Test("GAS right behind a jump has the JUMPDEST paid for")
  func gasAfterJump() throws {
    let code: Bytes = [0x60, 4, Opcode.jump, Opcode.invalid, Opcode.jumpdest, Opcode.gas]
    let outcome = try InterpreterHarness(gas: 1000).run(Assembly([.bytes(code)]).returningTop)
    #expect(outcome.word == 986)
  }

  @Test("JUMPI goes on where the condition is zero, wherever it would lead, and jumps for any set bit")
  func conditions() throws {
    let untaken: Assembly = [.push(0), .push(.max), .op(Opcode.jumpi)]
    #expect(try InterpreterHarness().run(untaken).status == .succeeded)
    #expect(try InterpreterHarness().run(untaken).gasUsed == 16)
    for bit in [0, 1, 63, 64, 127, 128, 191, 192, 255] as [UInt64] {
      let condition = UInt256.one.shiftedLeft(bit)
      let push = Assembly([.push(condition)]).bytes
      let target = UInt8(push.count + 4)
      let code = push + [0x60, target, Opcode.jumpi, Opcode.invalid, Opcode.jumpdest]
      #expect(try InterpreterHarness().run(code).status == .succeeded, "bit \(bit)")
    }
  }

  @Test("jumps lead nowhere but to a JUMPDEST inside the code that is no data")
  func destinations() throws {
    // 0 PUSH1 3, 2 JUMP, 3 PUSH2 5B5B, 6 STOP
    for target in [0, 1, 2, 3, 4, 5, 6, 7, 255] as [UInt8] {
      let code: Bytes = [0x60, target, Opcode.jump, 0x61, 0x5B, 0x5B, Opcode.stop]
      let outcome = try InterpreterHarness().run(code)
      #expect(outcome.status == .failed(.invalidJump), "to \(target)")
      #expect(outcome.result.gasLeft == 0)
    }
    // Far out of any code, though the low bits are those of a JUMPDEST.
    for high in [32, 63, 64, 128, 192, 255] as [UInt64] {
      let target = UInt256.one.shiftedLeft(high) | UInt256(UInt64(0))
      let code = Bytes([Opcode.jumpdest]) + Assembly([.push(target), .op(Opcode.jump)]).bytes
      #expect(try InterpreterHarness().run(code).status == .failed(.invalidJump), "2^\(high)")
      let branch =
        Bytes([Opcode.jumpdest]) + Assembly([.push(1), .push(target), .op(Opcode.jumpi)]).bytes
      #expect(try InterpreterHarness().run(branch).status == .failed(.invalidJump), "2^\(high)")
    }
  }

  @Test(
    "a JUMPDEST may be the last byte, at a multiple of 64 or not", arguments: [5, 63, 64, 65, 127, 128, 300])
  func lastByte(_ target: Int) throws {
    var code = Bytes([0x61, UInt8(target >> 8), UInt8(target & 255), Opcode.jump])
    code += Bytes(repeating: Opcode.invalid, count: target - 4) + [Opcode.jumpdest]
    let outcome = try InterpreterHarness().run(code)
    #expect(outcome.status == .succeeded)
    #expect(outcome.gasUsed == 12)
  }

  @Test("a run of JUMPDESTs costs 1 each, and PC knows where it is")
  func runs() throws {
    let run = Bytes(repeating: Opcode.jumpdest, count: 500)
    #expect(try InterpreterHarness(gas: 500).run(run).result.gasLeft == 0)
    #expect(try InterpreterHarness(gas: 500).run(run).status == .succeeded)
    #expect(try InterpreterHarness(gas: 499).run(run).status == .failed(.outOfGas))
    let place = try InterpreterHarness().run(Assembly([.bytes(run + [Opcode.pc])]).returningTop)
    #expect(place.word == 500)
    #expect(place.gasUsed == 500 + 2 + Assembly.returnGas)
  }

  @Test("a loop runs as often as it should")
  func loop() throws {
    // 10 × { counter - 1; repeat while not zero }
    let code: Bytes = [
      0x60, 10, Opcode.jumpdest, 0x60, 1, Opcode.swap1, Opcode.sub, Opcode.dup1, 0x60, 2, Opcode.jumpi,
    ]
    let outcome = try InterpreterHarness().run(Assembly([.bytes(code)]).returningTop)
    #expect(outcome.word == .zero)
    let perTurn: UInt64 = 1 + 5 * 3 + 10
    #expect(outcome.gasUsed == 3 + 10 * perTurn + Assembly.returnGas)
  }

  @Test("STOP, the end of the code and no code at all succeed; REVERT keeps the gas, INVALID takes it")
  func endings() throws {
    for code in [[], [Opcode.stop], [Opcode.jumpdest]] as [Bytes] {
      let outcome = try InterpreterHarness(gas: 10).run(code)
      #expect(outcome.status == .succeeded)
      #expect(outcome.result.output.isEmpty)
    }
    let revert: Assembly = [
      .push(0xAB), .push(0), .op(Opcode.mstore), .push(32), .push(0), .op(Opcode.revert),
    ]
    let reverted = try InterpreterHarness().run(revert)
    #expect(reverted.status == .reverted)
    #expect(reverted.word == 0xAB)
    #expect(reverted.gasUsed == 5 * 3 + 3)
    #expect(try InterpreterHarness(fork: .homestead).run(revert).status == .failed(.undefinedInstruction))
    #expect(try InterpreterHarness().run([Opcode.invalid]).result.gasLeft == 0)
  }
}
