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

  /// Conservative: the number of precompiles in every fork, all free of state.
  private static let precompileCount: UInt64 = 4
  /// States explored before giving up, which counts as not failing: first a few, because most failing sides are
  /// short and most surviving ones are not, then more.
  static let budgets = [16, 128]
  /// Stack words followed; deeper ones are unknown.
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
    /// Some path touches state, or ends in success.
    case survives
    /// Not known after exploring this many states.
    case unknown(Int)
    /// Every path fails or jumps to where the stack says.
    case open
  }

  private struct Place {
    var offset: Int
    var stack: [UInt256?]

    var hash: UInt64 {
      var hash = (UInt64(offset) ^ FailureAnalysis.seed) &* 0x9E37_79B9_7F4A_7C15
      for (index, word) in stack.reversed().enumerated() {
        guard let word else { continue }
        hash ^= (word.mixedBits &+ UInt64(index) &<< 48) &* FailureAnalysis.seed
        hash = (hash ^ (hash >> 29)) &* 0xBF58_476D_1CE4_E5B9
        hash ^= hash >> 32
      }
      return hash
    }
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
    var open = [Place(offset: offset, stack: stack.suffix(Self.maximumDepth))]
    var seen = Set<UInt64>()
    var visits: [Int: Int] = [:]
    var result = Verdict.fails
    while var place = open.popLast() {
      let count = visits[place.offset, default: 0]
      visits[place.offset] = count + 1
      if count >= Self.exactVisits { place.stack = place.stack.map { keepsDestination($0) } }
      guard seen.insert(place.hash).inserted else { continue }
      guard seen.count <= budget else { return .unknown(budget) }
      // What fails whatever lies on the stack fails here too.
      if place.offset != offset, verdicts.withLock({ $0[place.offset] }) == .fails { continue }
      switch run(place) {
      case .fails: continue
      case .survives: return .survives
      case .leaves: result = .open
      case .splits(let places): open += places
      }
    }
    return result
  }

  private func keepsDestination(_ word: UInt256?) -> UInt256? {
    guard let word, word.fitsUInt64, word.l0 < 0x10000, destinations.contains(Int(word.l0)) else {
      return nil
    }
    return word
  }

  private enum Outcome {
    case fails
    case survives
    /// Jumps to a place the stack below holds.
    case leaves
    case splits([Place])
  }

  /// Runs straight on until the path ends, branches or jumps.
  private func run(_ place: Place) -> Outcome {
    var pc = place.offset
    var stack = place.stack
    func pop() -> UInt256? { stack.popLast() ?? nil }
    while pc < code.count {
      let op = code[pc]
      guard let definition = table.definitions[Int(op)] else { return .fails }
      switch op {
      case Opcode.invalid, Opcode.revert: return .fails
      case Opcode.stop, Opcode.return, Opcode.selfdestruct: return .survives
      case Opcode.sload, Opcode.sstore, Opcode.balance, Opcode.selfbalance, Opcode.extcodesize,
        Opcode.extcodecopy, Opcode.extcodehash, Opcode.create, Opcode.create2, Opcode.callcode,
        Opcode.delegatecall, Opcode.dupn, Opcode.swapn, Opcode.exchange:
        return .survives
      case Opcode.call, Opcode.staticcall:
        _ = pop()
        guard let target = pop(), target.fitsUInt64, target.l0 >= 1, target.l0 <= Self.precompileCount else {
          return .survives
        }
        if op == Opcode.call {
          guard let value = pop(), value.isZero else { return .survives }
        }
        for _ in 0..<4 { _ = pop() }
        stack.append(nil)
      case Opcode.jump:
        guard let target = pop() else { return .leaves }
        guard let offset = destination(target) else { return .fails }
        return .splits([Place(offset: offset, stack: stack)])
      case Opcode.jumpi:
        let target = pop()
        let condition = pop()
        var places: [Place] = []
        if condition.map({ !$0.isZero }) ?? true {
          guard let target else { return .leaves }
          if let offset = destination(target) { places.append(Place(offset: offset, stack: stack)) }
        }
        if condition.map(\.isZero) ?? true { places.append(Place(offset: pc + 1, stack: stack)) }
        return .splits(places)
      case Opcode.push0: stack.append(.zero)
      case Opcode.push1...Opcode.push32:
        let size = Int(op - Opcode.push0)
        stack.append(code.pushData(at: pc + 1, count: size))
        pc += size
      case Opcode.dup1...Opcode.dup16:
        let depth = Int(op - Opcode.dup1)
        stack.append(depth < stack.count ? stack[stack.count - 1 - depth] : nil)
      case Opcode.swap1...Opcode.swap16:
        let depth = Int(op - Opcode.swap1) + 1
        while stack.count <= depth { stack.insert(nil, at: 0) }
        stack.swapAt(stack.count - 1, stack.count - 1 - depth)
      default:
        let operands = WordOperation.operandCount(op)
        if operands > 0 {
          let a = pop()
          let b = operands > 1 ? pop() : .some(.zero)
          let c = operands > 2 ? pop() : .some(.zero)
          if let a, let b, let c {
            stack.append(WordOperation.evaluate(op, a, b, c))
          } else {
            stack.append(nil)
          }
        } else {
          for _ in 0..<definition.takes { _ = pop() }
          for _ in 0..<definition.leaves { stack.append(op == Opcode.pc ? UInt256(pc) : nil) }
        }
      }
      if stack.count > Self.maximumDepth { stack.removeFirst(stack.count - Self.maximumDepth) }
      pc += 1
    }
    return .survives
  }

  private func destination(_ target: UInt256) -> Int? {
    guard target.fitsUInt64, target.l0 < UInt64(code.count), destinations.contains(Int(target.l0)) else {
      return nil
    }
    return Int(target.l0)
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
