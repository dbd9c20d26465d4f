import ControlFlow
import EVMBytecode
import EthereumTypes
import Testing

/// Code that wants the analysis to take long, or to trap. The limits are small, so that running into them is quick.
@Suite("Hostile code")
struct HostileCodeTests {
  private static let limits: ControlFlowLimits = {
    var limits = ControlFlowLimits()
    limits.steps = 50_000
    limits.contexts = 5_000
    limits.expressions = 100_000
    limits.enumeration = 5_000
    return limits
  }()

  private static let cases: [(String, [UInt8])] = [
    ("24 KB of JUMPDEST", [UInt8](repeating: 0x5B, count: 24_576)),
    ("24 KB of DUP1", [0x36] + [UInt8](repeating: 0x80, count: 24_575)),
    ("code that ends inside PUSH32", [0x7F, 0x5B]),
    // JUMPDEST, CALLDATASIZE, DUP1, MUL, CALLDATASIZE, PUSH1 0, JUMPI: squares without end
    ("an expression that doubles", [0x36, 0x5B, 0x80, 0x02, 0x36, 0x60, 0x01, 0x57]),
    // JUMPDEST, PUSH1 0, MSTORE, PUSH1 32, PUSH1 0, KECCAK256, PUSH1 1, JUMP
    ("a hash of itself", [0x36, 0x5B, 0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0x20, 0x60, 0x01, 0x56]),
    // Jumps to selector × 2: every second destination
    (
      "a jump-table bomb",
      [0x60, 0, 0x35, 0x60, 2, 0x02, 0x61, 0xFF, 0xFF, 0x16, 0x56]
        + [UInt8](repeating: 0x5B, count: 20_000)
    ),
    ("a stack that grows", [0x5B, 0x36, 0x60, 0x00, 0x56]),
    ("memory far away", [0x60, 1] + [0x7F] + [UInt8](repeating: 0xFF, count: 32) + [0x52, 0x59, 0x51]),
    ("a hash of more than there is", [0x64, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x60, 0, 0x20, 0x54]),
  ]

  @Test("The analysis ends within its limits", arguments: 0..<cases.count)
  func ends(index: Int) {
    let (name, code) = Self.cases[index]
    let outline = ContractOutline(code: code, fork: .osaka, limits: Self.limits)
    #expect(outline.graph.steps <= 2 * Self.limits.steps + code.count, "\(name)")
    #expect(outline.graph.blocks.allSatisfy { $0.start <= $0.end && $0.end <= code.count }, "\(name)")
  }

  @Test("2,000 selectors are all found, or the limits say that they were not")
  func manySelectors() {
    var code: [UInt8] = [0x60, 0, 0x35, 0x60, 0xE0, 0x1C]
    for number in 0..<2_000 {
      // DUP1, PUSH4 number, EQ, PUSH2 end, JUMPI
      code += [0x80, 0x63, 0xAA, 0, UInt8(number >> 8), UInt8(number & 0xFF), 0x14, 0x61, 0x57, 0x00, 0x57]
    }
    code += [UInt8](repeating: 0, count: 0x5700 - code.count) + [0x5B, 0x00]
    let graph = ControlFlowGraph(code: code, fork: .osaka)
    #expect(graph.selectors.count == 2_000 || !graph.isComplete)
  }

  @Test("Random bytes never trap")
  func randomBytes() {
    var generator = SplitMix64(seed: 7)
    for _ in 0..<1_500 {
      let count = Int(generator.next() % 200)
      // Half of the bytes are instructions that move values and control about.
      let favourites: [UInt8] = [
        0x5B, 0x56, 0x57, 0x60, 0x80, 0x81, 0x90, 0x52, 0x51, 0x39, 0x37, 0x20, 0x54, 0x55, 0x36,
      ]
      let code = (0..<count).map { _ in
        let random = generator.next()
        return random & 1 == 0
          ? UInt8(truncatingIfNeeded: random >> 8) : favourites[Int(random >> 8) % favourites.count]
      }
      let outline = ContractOutline(code: code, fork: .osaka, limits: Self.limits)
      #expect(outline.graph.blocks.allSatisfy { $0.start <= $0.end && $0.end <= code.count })
    }
  }
}
