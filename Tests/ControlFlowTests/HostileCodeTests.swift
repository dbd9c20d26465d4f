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

  @Test(
    "Selectors are all found, or the limits say that they were not; code may be longer than what can be deployed",
    arguments: [2_000, 10_000])
  func manySelectors(_ count: Int) {
    var code: [UInt8] = [0x60, 0, 0x35, 0x60, 0xE0, 0x1C]
    let end = code.count + 12 * count + 1
    for number in 0..<count {
      // DUP1, PUSH4 number, EQ, PUSH3 end, JUMPI
      code += [0x80, 0x63, 0xAA, 0, UInt8(number >> 8), UInt8(number & 0xFF), 0x14]
      code += [0x62, UInt8(end >> 16), UInt8(end >> 8 & 0xFF), UInt8(end & 0xFF), 0x57]
    }
    code += [0x00, 0x5B, 0x00]
    let graph = ControlFlowGraph(code: code, fork: .osaka)
    #expect(graph.selectors.count == count || !graph.isComplete)
  }

  @Test("Two hundred loops in one another cost what their blocks are")
  func deepLoops() {
    let depth = 200
    // Each loop begins with a word of its own and ends where CALLDATASIZE says so.
    var code: [UInt8] = []
    for _ in 0..<depth { code += [0x36, 0x5B] }
    for level in (0..<depth).reversed() {
      let start = 2 * level + 1
      code += [0x50, 0x36, 0x36, 0x61, UInt8(start >> 8), UInt8(start & 0xFF), 0x57, 0x50]
    }
    let graph = ControlFlowGraph(code: code, fork: .osaka)
    #expect(graph.isResolved)
    #expect(graph.jumps.count == depth)
    #expect(graph.steps < 50_000 * depth)
  }

  @Test("What lies below words that loops push and pop is found, or not resolved")
  func wordsBelowLoops() {
    // Over the address 20, one loop pushes words, another one pops them; then a jump to what is left on top.
    let code: [UInt8] = [
      0x60, 20, 0x5B, 0x36, 0x36, 0x60, 2, 0x57, 0x5B, 0x50, 0x36, 0x60, 8, 0x57, 0x56, 0, 0, 0, 0, 0, 0x5B,
      0x00,
    ]
    let graph = ControlFlowGraph(code: code, fork: .osaka)
    #expect(!graph.isResolved || graph.jumps.last?.destinations.contains(20) == true)
    // It comes to rest, rather than running into its limits.
    #expect(graph.isComplete)
  }

  @Test("Functions of all kinds behind pointers in one array are analysed to the end")
  func pointersOfAllKinds() {
    let functions = 12
    // Each function calls one out of the array with words of its own, and takes another number of words itself.
    let words = { (number: Int) in number * 5 % functions }
    let size = { (number: Int) in 4 + 2 * words(number) + 8 + 1 + number + 1 }
    let first = 7 * functions
    let labels = (0..<functions).map { number in first + (0..<number).reduce(0) { $0 + size($1) } }
    var code: [UInt8] = []
    for (number, label) in labels.enumerated() {
      code += [0x61, UInt8(label >> 8), UInt8(label & 0xFF), 0x60, UInt8(32 * number % 256), 0x52, 0x5B]
    }
    for number in 0..<functions {
      let back = code.count + 4 + 2 * words(number) + 8
      code += [0x5B, 0x61, UInt8(back >> 8), UInt8(back & 0xFF)]
      for _ in 0..<words(number) { code += [0x60, UInt8(number)] }
      // jump(mload(calldataload(number) << 5))
      code += [0x60, UInt8(number), 0x35, 0x60, 5, 0x1B, 0x51, 0x56]
      code += [0x5B] + [UInt8](repeating: 0x50, count: number) + [0x56]
    }
    #expect(code[labels[functions - 1]] == 0x5B)
    for steps in [20_000, 200_000] {
      var limits = ControlFlowLimits()
      limits.steps = steps
      let graph = ControlFlowGraph(code: code, fork: .osaka, limits: limits)
      #expect(graph.isComplete)
      #expect(labels.allSatisfy { graph.block(at: $0) != nil })
      // Not all that calls could do was looked at where that is too much, and the jumps say so.
      let resolutions = Set(graph.jumps.map(\.resolution))
      #expect(resolutions.contains(steps < 100_000 ? .unresolved : .stored))
      #expect(graph.isResolved == (steps > 100_000))
    }
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
