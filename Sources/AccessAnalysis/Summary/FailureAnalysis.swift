import EVMBytecode
import EthereumTypes

/// Decides whether control, once at some place, can only end in failure without touching state on the way.
///
/// Such a place is the other side of a `require`: taking the surviving side over-approximates what the
/// transaction does, because a failing frame's accesses are those of the shared prefix. The analysis explores
/// all paths from the place, following both sides of branches it cannot decide; a path that runs in circles
/// ends by running out of gas, which is a failure too, so a state seen before closes a path.
struct FailureAnalysis {
  private let code: [UInt8]
  private let destinations: JumpDestinations
  private let table: OpcodeTable
  private let precompileCount: UInt64

  /// States explored before giving up, which counts as not failing.
  private static let maximumStates = 600
  /// Stack words followed; deeper ones are unknown.
  private static let maximumDepth = 48
  /// Visits of one place after which only jump destinations are still followed as constants.
  private static let exactVisits = 3

  init(code: [UInt8], destinations: JumpDestinations, fork: Fork) {
    self.code = code
    self.destinations = destinations
    self.table = OpcodeTable.of(fork)
    // Conservative: the number of precompiles in every fork, all free of state.
    self.precompileCount = 4
  }

  private struct Place: Hashable {
    var offset: Int
    var stack: [UInt256?]
  }

  /// Whether every path from `offset` fails without reading or writing state.
  ///
  /// - Parameter stack: the words known, bottom first; nil for unknown ones. Below lie unknown words.
  func onlyFails(from offset: Int, stack: [UInt256?]) -> Bool {
    var open = [Place(offset: offset, stack: stack.suffix(Self.maximumDepth))]
    var seen = Set<Place>()
    var visits: [Int: Int] = [:]
    while var place = open.popLast() {
      let count = visits[place.offset, default: 0]
      visits[place.offset] = count + 1
      if count >= Self.exactVisits { place.stack = place.stack.map { keepsDestination($0) } }
      // Trailing unknowns at the bottom say nothing.
      place.stack = Array(place.stack.drop { $0 == nil })
      guard seen.insert(place).inserted else { continue }
      guard seen.count <= Self.maximumStates else { return false }
      switch run(place) {
      case .fails: continue
      case .survives: return false
      case .splits(let places): open += places
      }
    }
    return true
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
        guard let target = pop(), target.fitsUInt64, target.l0 >= 1, target.l0 <= precompileCount else {
          return .survives
        }
        if op == Opcode.call {
          guard let value = pop(), value.isZero else { return .survives }
        }
        for _ in 0..<4 { _ = pop() }
        stack.append(nil)
      case Opcode.jump:
        guard let target = pop() else { return .survives }
        guard let offset = destination(target) else { return .fails }
        return .splits([Place(offset: offset, stack: stack)])
      case Opcode.jumpi:
        let target = pop()
        let condition = pop()
        var places: [Place] = []
        if condition.map({ !$0.isZero }) ?? true {
          guard let target else { return .survives }
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
