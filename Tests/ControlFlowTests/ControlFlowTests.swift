import ControlFlow
import EVMBytecode
import EthereumTypes
import Testing

/// Bytecode from hexadecimal text in which spaces separate instructions.
func code(_ text: String) throws -> [UInt8] {
  try #require(Hex.decode(text.filter { !$0.isWhitespace }))
}

@Suite("Control flow")
struct ControlFlowTests {
  private func graph(_ text: String) throws -> ControlFlowGraph {
    ControlFlowGraph(code: try code(text), fork: .osaka)
  }

  @Test("An internal function returns to each of its callers, and to nobody else")
  func internalFunction() throws {
    // 0: call 0x0d, 5: call it again, 0x0d: JUMPDEST, JUMP
    let graph = try graph("6005 600d 56 5b 600b 600d 56 5b 00 5b 56")
    #expect(graph.isResolved)
    #expect(graph.jumps.map(\.offset) == [4, 10, 14])
    #expect(graph.jumps.last?.destinations == [5, 11])
    #expect(graph.jumps.allSatisfy { $0.resolution == .constant })
  }

  @Test("A branch on a constant has one side")
  func constantBranch() throws {
    // PUSH1 0, PUSH1 6, JUMPI, STOP, JUMPDEST at 6 is never reached
    let graph = try graph("6000 6006 57 00 5b fe")
    #expect(graph.blocks.map(\.start) == [0, 5])
    #expect(graph.blocks.map(\.ending) == [.branch, .stop])
  }

  @Test("A jump into PUSH data or beyond the code ends in failure")
  func invalidJump() throws {
    #expect(try graph("6004 56 60 5b 00").blocks.map(\.ending) == [.invalid])
    #expect(try graph("61ffff 56").blocks.map(\.ending) == [.invalid])
    #expect(try graph("56").blocks.map(\.ending) == [.invalid])
  }

  @Test("A selector table in the code, read with CODECOPY, is enumerated")
  func selectorTable() throws {
    // codecopy(30, 0x18 + 2 * (selector % 3), 2); jump(mload(0))
    let graph = try graph(
      """
      6002 6003 6000 35 60e0 1c 06 6002 02 6018 01 601e 39
      6000 51 56 001e 0020 0022 5b00 5b00 5b00
      """)
    let jump = try #require(graph.jumps.first)
    #expect(jump.resolution == .table)
    #expect(jump.destinations == [0x1e, 0x20, 0x22])
    #expect(graph.isResolved)
  }

  @Test("A destination the caller sends can be every jump destination that fits")
  func chosen() throws {
    let graph = try graph("6000 35 56 5b00 5b00")
    #expect(graph.jumps.map(\.resolution) == [.chosen])
    #expect(graph.jumps.first?.destinations == [4, 6])
  }

  @Test("A function pointer in storage can be what the code stores there")
  func storedPointer() throws {
    // sstore(0, 12); jump(sload(0))
    let graph = try graph("600c 6000 55 6000 54 56 000000 5b00 5b00")
    #expect(graph.jumps.map(\.resolution) == [.stored])
    #expect(graph.jumps.first?.destinations == [12])
  }

  @Test("A destination from another contract's storage is not resolved, and says so")
  func unresolved() throws {
    let graph = try graph("6000 54 56 5b00")
    #expect(graph.jumps.map(\.resolution) == [.unresolved])
    #expect(!graph.isResolved)
  }

  @Test("Selectors are found however they are compared")
  func selectors() throws {
    // eq, taken; then xor, where the match is the side that falls through
    let shifted = try graph("6000 35 60e0 1c 80 63aabbccdd 14 601b 57 80 6311223344 18 601b 57 00 5b00")
    #expect(shifted.selectors == [0x1122_3344, 0xAABB_CCDD])
    // eq with the selector at the top of the word
    let zeros = String(repeating: "00", count: 28)
    let masked = try graph("6000 35 7fffffffff\(zeros) 16 7fc1c2c3c4\(zeros) 14 604b 57 00 5b00")
    #expect(masked.selectors == [0xC1C2_C3C4])
  }

  @Test("A selector joined with a check of the call data's size counts")
  func joinedSelector() throws {
    // if (selector ^ 0x11223300) | (calldatasize < 4) { stop }
    let graph = try graph("6000 35 60e0 1c 6311223300 18 6004 36 10 17 6014 57 00 5b00")
    #expect(graph.selectors == [0x1122_3300])
  }

  @Test("Recursion comes to rest, and its returns are resolved")
  func recursion() throws {
    // 0: call 7, stop; 7: if there is call data, call 7; return
    let graph = try graph("6005 6007 56 5b00 5b 36 600d 57 56 5b 6013 6007 56 5b 56")
    #expect(graph.isResolved)
    #expect(graph.jumps.last?.destinations == [5, 0x13])
  }

  @Test("Functions that call each other cost what their calls are, not what their paths are")
  func manyPaths() throws {
    // Each of 40 functions calls the next one twice: 2^40 paths.
    let levels = 40
    var bytes: [UInt8] = []
    func push(_ word: Int) { bytes += [0x61, UInt8(word >> 8), UInt8(word & 0xFF)] }
    push(7)
    push(9)
    bytes += [0x56, 0x5B, 0x00]
    for level in 0..<levels {
      let next = 9 + 18 * (level + 1)
      bytes.append(0x5B)
      push(next - 10)
      push(next)
      bytes += [0x56, 0x5B]
      push(next - 2)
      push(next)
      bytes += [0x56, 0x5B, 0x56]
    }
    bytes += [0x5B, 0x56]
    let graph = ControlFlowGraph(code: bytes, fork: .osaka)
    #expect(graph.isResolved)
    #expect(graph.contexts < 10 * levels)
    let last = 9 + 18 * levels
    #expect(graph.jumps.map(\.offset).last == last + 1)
    #expect(graph.jumps.last?.destinations == [last - 10, last - 2])
    #expect(graph.jumps.dropLast().allSatisfy { $0.destinations.count <= 2 })
  }

  @Test("A loop that leaves a word on the stack in each round is not analysed for each height")
  func growingStack() throws {
    // From each of four places a byte of the call data leads to any of them, and a word stays behind.
    let graph = try graph(String(repeating: "5b 58 36 35 6000 1a 56", count: 4))
    #expect(graph.isResolved)
    #expect(graph.jumps.map(\.destinations) == Array(repeating: [0, 8, 16, 24], count: 4))
    #expect(graph.contexts < 200)
  }

  @Test("What a function's caller does with words below the return address is seen")
  func wordsBelow() throws {
    // Calls 0x0f over 1, 0x0d; it returns to 9: SWAP1, POP, JUMP
    let graph = try graph("6001 600d 6009 600f 56 5b 90 50 56 5b00 5b56")
    #expect(graph.jumps.map(\.offset) == [8, 0x0C, 0x10])
    #expect(graph.jumps.map(\.destinations) == [[0x0F], [0x0D], [9]])
    #expect(graph.isResolved)
  }
}

@Suite("Contract outlines")
struct ContractOutlineTests {
  @Test("Keys of mappings are read as the hash they are")
  func mapping() throws {
    // sstore(keccak(caller . 3), calldata[4])
    let outline = ContractOutline(
      code: try code("33 6000 52 6003 6020 52 6004 35 6040 6000 20 55 00"), fork: .osaka)
    let line = try #require(outline.entries.first?.lines.first)
    #expect(line.kind == "writes")
    #expect(line.key == "keccak(caller . 0x3)")
    #expect(line.value == "calldata[0x4]")
  }

  @Test("A minimal proxy calls its target in its own storage", arguments: [Fork.byzantium, .osaka])
  func minimalProxy(fork: Fork) throws {
    // EIP-1167
    let outline = ContractOutline(
      code: try code(
        "363d3d373d3d3d363d73bebebebebebebebebebebebebebebebebebebebe5af43d82803e903d91602b57fd5bf3"),
      fork: fork)
    #expect(outline.graph.isResolved)
    let line = try #require(outline.entries.first?.lines.first)
    #expect(line.kind == "delegatecall")
    #expect(line.key == "0xbebebebebebebebebebebebebebebebebebebebe")
  }

  @Test("Each function has its own lines")
  func functions() throws {
    // if selector == 0x01020304 { sload(1) } else { sload(2) }
    let outline = ContractOutline(
      code: try code("6000 35 60e0 1c 6301020304 14 6014 57 6002 54 50 00 5b 6001 54 50 00"), fork: .osaka)
    #expect(outline.entries.map(\.selector) == [nil, 0x0102_0304])
    #expect(outline.entries.map { $0.lines.map(\.key) } == [["0x2"], ["0x1"]])
  }
}

@Suite("Keys of a call")
struct KeyFinderTests {
  @Test("Keys are evaluated with the call's data, caller and storage")
  func keys() throws {
    // sstore(keccak(caller . 3), 1); call sload(7)
    let finder = KeyFinder(
      code: try code("33 6000 52 6003 6020 52 6001 6040 6000 20 55 6000 80 80 80 80 6007 54 61ffff f1 00"),
      fork: .osaka)
    let caller = try #require(Address(hex: "0x00000000000000000000000000000000000000aa"))
    let call = CallContext(
      address: .zero, caller: caller, origin: caller, value: .zero, input: [], storage: { $0 &+ .one })
    let found = finder.find(in: call)
    let word = UInt256(3).bigEndianBytes
    #expect(found.map(\.kind) == ["writes", "reads", "call"])
    #expect(found.map(\.word) == [keccak256(caller.word.bigEndianBytes + word).word, UInt256(7), UInt256(8)])
    #expect(found.last?.loads == [UInt256(7)])
  }
}
