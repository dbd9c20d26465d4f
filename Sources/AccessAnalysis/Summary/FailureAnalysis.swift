import EVMBytecode
import EthereumTypes
import Synchronization

/// Decides whether control, once at some place, can only end in failure without touching state on the way.
///
/// Such a place is the other side of a `require`: taking the surviving side over-approximates what the
/// transaction does, because a failing frame's accesses are those of the shared prefix. The analysis explores
/// all paths from the place, following both sides of branches it cannot decide; a path that runs in circles
/// ends by running out of gas, which is a failure too, so a state seen before closes a path.
///
/// What a place does whatever lies on the stack is found first and remembered; only where that hangs on a jump
/// whose target the stack holds is the stack looked at.
final class FailureAnalysis: Sendable {
  private let code: [UInt8]
  private let destinations: JumpDestinations
  private let table: OpcodeTable
  private let verdicts = Mutex<[Int: Verdict]>([:])
  /// Instructions this code may still be explored for, once and for all: code that needs more is out to waste our time,
  /// and not knowing that a side fails is always sound.
  private let instructionsLeft = Atomic(FailureAnalysis.maximumInstructions)
  private static let maximumInstructions = 8_000_000
  /// How many it was explored for.
  var instructionsDone: Int { Self.maximumInstructions - instructionsLeft.load(ordering: .relaxed) }

  /// The precompiles of every fork: none touches state.
  private static let statelessTargets: ClosedRange<Int32> = 1...4
  /// States explored before giving up, which counts as not failing: first a few, because most failing sides are
  /// short and most surviving ones are not, then more.
  static let budgets = [16, 128]
  /// Stack words taken over at the start; deeper ones are unknown.
  private static let maximumDepth = 48
  /// Visits of one place after which only jump destinations are still followed as constants.
  private static let exactVisits = 3
  /// Makes the hashes of states unpredictable: code must not be able to choose two that collide.
  private static let seed = UInt64.random(in: 1...UInt64.max) | 1

  init(code: [UInt8], destinations: JumpDestinations, fork: Fork) {
    self.code = code
    self.destinations = destinations
    self.table = OpcodeTable.of(fork)
  }

  /// What can happen from a place on.
  private enum Verdict: Equatable {
    /// Every path fails without touching state.
    case fails
    /// Some path touches state, or ends in success; at once where it does so before any jump.
    case survives(atOnce: Bool)
    /// Not known after exploring this many states.
    case unknown(Int)
    /// Every path fails or jumps to where the stack says.
    case open
  }

  /// Whether every path from a side of a branch fails without reading or writing state.
  ///
  /// - Parameters:
  ///   - stack: the words known, bottom first; nil for unknown ones. Below lie unknown words.
  ///   - budget: how many states to explore.
  func onlyFails(side offset: Int, stack: [UInt256?], budget: Int) -> Bool {
    switch verdict(offset, budget) {
    case .fails: true
    case .survives, .unknown: false
    case .open: explore(from: offset, stack: stack, budget) == .fails
    }
  }

  /// Whether every path from behind a call that failed fails too; the top of `stack` is its zero.
  func onlyFails(afterCall offset: Int, stack: [UInt256?]) -> Bool {
    explore(from: offset, stack: stack, Self.budgets.last ?? 0) == .fails
  }

  /// What happens from a place on whatever lies on the stack; remembered.
  private func verdict(_ offset: Int, _ budget: Int) -> Verdict {
    switch verdicts.withLock({ $0[offset] }) {
    case nil: break
    case .unknown(let spent)? where spent < budget: break
    case let known?: return known
    }
    let verdict = explore(from: offset, stack: [], budget)
    verdicts.withLock { $0[offset] = verdict }
    return verdict
  }

  private func explore(from offset: Int, stack: [UInt256?], _ budget: Int) -> Verdict {
    var exploration = Exploration(offset: offset, stack: stack.suffix(Self.maximumDepth))
    var result = Verdict.fails
    while let place = exploration.take() {
      if exploration.visit(place) >= Self.exactVisits {
        exploration.forget { !destinations.contains(Int($0)) }
      }
      guard exploration.isNew(place, seed: Self.seed) else { continue }
      guard exploration.seenCount <= budget, instructionsLeft.load(ordering: .relaxed) > 0 else {
        return .unknown(budget)
      }
      // What holds whatever lies on the stack holds here too. That some path survives in general need not hold
      // behind a call, where the stack decides which path it is.
      if place != offset {
        switch verdicts.withLock({ $0[place] }) {
        case .fails: continue
        case .survives(let atOnce) where atOnce || stack.isEmpty: return .survives(atOnce: false)
        default: break
        }
      }
      switch run(from: place, &exploration) {
      case .fails, .splits: continue
      case .survives:
        verdicts.withLock { $0[place] = .survives(atOnce: true) }
        return .survives(atOnce: place == offset)
      case .leaves: result = .open
      }
    }
    return result
  }

  private enum Outcome {
    case fails
    case survives
    /// Jumps to a place the stack below holds.
    case leaves
    /// Goes on at places that were added to the exploration.
    case splits
  }

  /// Runs straight on until the path ends, branches or jumps.
  private func run(from place: Int, _ exploration: inout Exploration) -> Outcome {
    var pc = place
    var executed = 0
    defer { instructionsLeft.subtract(executed + 8, ordering: .relaxed) }
    while pc < code.count {
      let op = code[pc]
      executed += 1
      guard let definition = table.definitions[Int(op)] else { return .fails }
      switch op {
      case Opcode.invalid, Opcode.revert: return .fails
      case Opcode.stop, Opcode.return, Opcode.selfdestruct: return .survives
      case Opcode.sload, Opcode.sstore, Opcode.balance, Opcode.selfbalance, Opcode.extcodesize,
        Opcode.extcodecopy, Opcode.extcodehash, Opcode.create, Opcode.create2, Opcode.callcode,
        Opcode.delegatecall, Opcode.dupn, Opcode.swapn, Opcode.exchange:
        return .survives
      case Opcode.call, Opcode.staticcall:
        _ = exploration.pop()
        guard Self.statelessTargets.contains(exploration.pop()) else { return .survives }
        if op == Opcode.call && exploration.pop() != 0 { return .survives }
        for _ in 0..<4 { _ = exploration.pop() }
        exploration.push(Exploration.unknown)
      case Opcode.jump:
        let target = exploration.pop()
        if target == Exploration.unknown { return .leaves }
        guard destinations.contains(Int(target)) else { return .fails }
        exploration.add(Int(target))
        return .splits
      case Opcode.jumpi:
        let target = exploration.pop()
        let condition = exploration.pop()
        if condition != 0 {
          if target == Exploration.unknown { return .leaves }
          if destinations.contains(Int(target)) { exploration.add(Int(target)) }
        }
        if condition == 0 || condition == Exploration.unknown { exploration.add(pc + 1) }
        return .splits
      case Opcode.push0: exploration.push(0)
      case Opcode.push1...Opcode.push32:
        let size = Int(op - Opcode.push0)
        exploration.push(Exploration.word(code.pushData(at: pc + 1, count: size)))
        pc += size
      case Opcode.pc: exploration.push(Int32(truncatingIfNeeded: pc))
      case Opcode.dup1...Opcode.dup16: exploration.duplicate(Int(op - Opcode.dup1))
      case Opcode.swap1...Opcode.swap16: exploration.exchange(Int(op - Opcode.swap1) + 1)
      case Opcode.iszero:
        let a = exploration.pop()
        exploration.push(a == Exploration.unknown ? a : a == 0 ? 1 : 0)
      case Opcode.and, Opcode.or, Opcode.eq, Opcode.add, Opcode.lt, Opcode.gt:
        let a = exploration.pop()
        exploration.push(Self.fold(op, a, exploration.pop()))
      default:
        for _ in 0..<definition.takes { _ = exploration.pop() }
        for _ in 0..<definition.leaves { exploration.push(Exploration.unknown) }
      }
      pc += 1
    }
    return .survives
  }

  /// The few operations whose results steer jumps.
  private static func fold(_ op: UInt8, _ a: Int32, _ b: Int32) -> Int32 {
    let unknown = Exploration.unknown
    // Zero absorbs whatever it meets.
    if op == Opcode.and, a == 0 || b == 0 { return 0 }
    guard a != unknown, b != unknown else { return unknown }
    return switch op {
    case Opcode.and: a & b
    case Opcode.or: a | b
    case Opcode.eq: a == b ? 1 : 0
    case Opcode.lt: a < b ? 1 : 0
    case Opcode.gt: a > b ? 1 : 0
    default: a < 1 << 24 && b < 1 << 24 ? a + b : unknown
    }
  }
}

extension [UInt8] {
  /// The data of a PUSH, zero-padded beyond the end of the code.
  func pushData(at offset: Int, count size: Int) -> UInt256 {
    var word = UInt256.zero
    for index in offset..<offset + size {
      word = word.shiftedLeft(8) | UInt256(UInt64(index < count ? self[index] : 0))
    }
    return word
  }
}
