import EVM
import EVMBytecode
import EthereumTypes

/// Showing that a way not taken only fails.
///
/// Most branches on state are checks: that a balance suffices, that a sum does not overflow. Their other side
/// reverts, the callers pass the failure on, and the transaction fails. Where that can be shown, without any access
/// on the way that is not noted already, the branch need not be a condition: in states where it goes the other
/// way, the transaction accesses a part of what is predicted.
extension TaintedMachine {
  // MARK: Questions

  /// A tainted value decides at a JUMPI. `f.height` is current, `otherWay` is where it did not go.
  mutating func branch(on taint: Taint, otherWay: UInt256, isJump: Bool) {
    if world.taints.isFixed(taint) { return }
    let code = codes[f.code]
    let onlyFails: Bool
    if isJump && !code.isJumpDestination(otherWay) {
      onlyFails = true
    } else {
      let pc = Int(truncatingIfNeeded: otherWay.l0)
      if let answer = Self.failsStraight(code, from: pc, rules.opcodes) {
        onlyFails = answer
      } else {
        onlyFails = self.onlyFails(f, ProbePath(pc: pc, stack: knownStack(f)))
      }
    }
    if onlyFails && failureOfCurrentFrameFailsTransaction() { return }
    world.taints.fix(taint)
  }

  /// Whether the failure of the current frame makes the transaction fail with nothing new accessed.
  mutating func failureOfCurrentFrameFailsTransaction() -> Bool {
    if frames.count == 0 {
      mayFail = true
      return true
    }
    if f.failure == .notAsked {
      // From the outside in, so that what is found out about callers is kept for their other calls' callees.
      for depth in 1..<max(frames.count, 1) where frames[depth].failure == .notAsked {
        frames[depth].failure = outcome(ofFailing: frames[depth], calledBy: depth - 1)
      }
      f.failure = outcome(ofFailing: f, calledBy: frames.count - 1)
    }
    guard f.failure == .failsTransaction else { return false }
    mayFail = true
    return true
  }

  private mutating func outcome(ofFailing frame: TaintedFrame, calledBy depth: Int) -> FailureOutcome {
    let caller = frames[depth]
    if depth > 0 && caller.failure != .failsTransaction { return .goesOn }
    var path = ProbePath(pc: caller.pc, stack: knownStack(caller))
    path.push(.zero)
    path.store(at: UInt256(frame.outputOffset), count: UInt256(frame.outputSize), nil)
    return onlyFails(caller, path) ? .failsTransaction : .goesOn
  }

  /// Whether a call that the current frame is about to make, failing for want of funds, would make the transaction
  /// fail likewise. `f.pc` is behind the call, its operands are off the stack.
  mutating func failedCallFailsTransaction() -> Bool {
    var path = ProbePath(pc: f.pc, stack: knownStack(f))
    path.push(.zero)
    return onlyFails(f, path) && failureOfCurrentFrameFailsTransaction()
  }

  // MARK: Answers

  /// The part of a frame's stack that a probe looks at.
  private func knownStack(_ frame: TaintedFrame) -> [UInt256?] {
    let s = stack.window(frame.stackBase)
    return (max(0, frame.height - 32)..<frame.height).map { index in
      world.taints.plain(s.taint(index)).isNone ? s[index] : nil
    }
  }

  /// Whether the code from `pc` on reverts before any branch: true or false where that is plain, nil where it takes a
  /// closer look.
  private static func failsStraight(_ code: TaintedCode, from pc: Int, _ table: OpcodeTable) -> Bool? {
    var pc = pc
    for _ in 0..<64 {
      let op = code.byte(pc)
      if table.requirements[Int(op)].gas < 0 { return true }
      switch op {
      case Opcode.revert: return true
      case Opcode.stop, Opcode.return, Opcode.selfdestruct, Opcode.sstore, Opcode.call, Opcode.callcode,
        Opcode.delegatecall, Opcode.create, Opcode.create2, Opcode.tstore:
        return false
      case Opcode.jump, Opcode.jumpi, Opcode.sload, Opcode.staticcall, Opcode.balance, Opcode.selfbalance,
        Opcode.extcodesize, Opcode.extcodehash, Opcode.extcodecopy:
        return nil
      case Opcode.push1...Opcode.push32: pc += Int(op - Opcode.push0)
      default: break
      }
      pc += 1
      if pc > code.count { return false }
    }
    return nil
  }

  /// Whether every continuation of `path` in `frame` fails, with no access that is not noted already.
  private mutating func onlyFails(_ frame: TaintedFrame, _ path: ProbePath) -> Bool {
    var open = [path]
    var budget = 600
    let code = codes[frame.code]
    while var path = open.popLast() {
      follow: while true {
        budget -= 1
        probeStepsLeft -= 1
        if budget < 0 || probeStepsLeft < 0 { return false }
        switch step(&path, frame, code) {
        case .goesOn: continue
        case .fails: break follow
        case .survives: return false
        case .splits(let target):
          guard open.count < 16 else { return false }
          if code.isJumpDestination(target) {
            var other = path
            other.pc = Int(truncatingIfNeeded: target.l0)
            open.append(other)
          }
        }
      }
    }
    return true
  }

  private enum ProbeStep {
    case goesOn
    /// The frame fails here.
    case fails
    /// It may end well, or access something.
    case survives
    /// It goes on, and may also go on at a jump destination.
    case splits(UInt256)
  }

  /// Follows one instruction.
  private mutating func step(
    _ path: inout ProbePath, _ frame: TaintedFrame, _ code: TaintedCode
  ) -> ProbeStep {
    let op = code.byte(path.pc)
    let required = table[Int(op)]
    guard required.gas >= 0 else { return .fails }
    let pc = path.pc
    path.pc += 1
    switch op {
    case Opcode.revert: return .fails
    case Opcode.jump:
      guard let target = path.pop() else { return .survives }
      guard code.isJumpDestination(target) else { return .fails }
      path.pc = Int(truncatingIfNeeded: target.l0)
    case Opcode.jumpi:
      let target = path.pop()
      let condition = path.pop()
      if condition?.isZero == true { break }
      guard let target else { return .survives }
      guard condition != nil else { return .splits(target) }
      guard code.isJumpDestination(target) else { return .fails }
      path.pc = Int(truncatingIfNeeded: target.l0)
    case Opcode.push0: path.push(.zero)
    case Opcode.push1...Opcode.push32:
      let size = Int(op - Opcode.push0)
      path.push(pc < code.count ? code.immediate(pc, size) : .zero)
      path.pc += size
    case Opcode.pop, Opcode.jumpdest, Opcode.log0...Opcode.log4: path.pop(Int(required.minimumHeight))
    case Opcode.dup1...Opcode.dup16: path.push(path.peek(Int(op - Opcode.dup1)))
    case Opcode.swap1...Opcode.swap16: path.swap(Int(op - Opcode.swap1) + 1)
    case Opcode.mload: path.push(probedWord(at: path.pop(), path, frame))
    case Opcode.mstore:
      let offset = path.pop()
      path.store(at: offset, count: 32, path.pop())
    case Opcode.mstore8:
      path.store(at: path.pop(), count: 1, nil)
      path.pop(1)
    case Opcode.calldatacopy, Opcode.codecopy, Opcode.returndatacopy, Opcode.mcopy:
      path.store(at: path.peek(0), count: path.peek(2), nil)
      path.pop(3)
    case Opcode.sload:
      // A slot that was read already is noted; its value is another matter.
      guard let key = path.pop(), world.isLoaded(frame.account, key) else { return .survives }
      path.push(nil)
    case Opcode.selfbalance:
      guard world.accounts[frame.account].flags.contains(.balanceRead) else { return .survives }
      path.push(nil)
    case Opcode.extcodesize:
      guard let word = path.pop(), world.hasReadCode(Address(truncating: word)) else { return .survives }
      path.push(nil)
    case Opcode.stop, Opcode.return, Opcode.selfdestruct, Opcode.sstore, Opcode.balance, Opcode.extcodehash,
      Opcode.extcodecopy, Opcode.call, Opcode.callcode, Opcode.delegatecall, Opcode.staticcall, Opcode.create,
      Opcode.create2, Opcode.tstore:
      return .survives
    case Opcode.address: path.push(world.accounts[frame.account].address.word)
    case Opcode.caller: path.push(frame.caller.word)
    case Opcode.callvalue: path.push(frame.value)
    case Opcode.calldatasize: path.push(UInt256(frame.inputCount))
    default:
      // All that is left takes some words and leaves one.
      let first = path.peek(0)
      let second = path.peek(1)
      path.pop(Int(required.minimumHeight))
      path.push(Self.evaluate(op, first, second))
    }
    return .goesOn
  }

  /// What MLOAD gives on `path`, nil where that may differ.
  private mutating func probedWord(at offset: UInt256?, _ path: ProbePath, _ frame: TaintedFrame) -> UInt256?
  {
    guard let start = offset?.asUInt64, start < 1 << 32 else { return nil }
    let offset = Int(start)
    if let stored = path.stored(at: offset) { return stored }
    guard offset + 32 <= frame.memorySize else { return nil }
    let absolute = frame.memoryBase + offset
    guard !memory.isTainted(absolute, 32) else { return nil }
    return memory.word(absolute)
  }

  /// The result of a pure instruction on known words, nil where it is unknown.
  private static func evaluate(_ op: UInt8, _ first: UInt256?, _ second: UInt256?) -> UInt256? {
    guard let a = first else { return nil }
    switch op {
    case Opcode.iszero: return a.isZero ? .one : .zero
    case Opcode.not: return ~a
    default: break
    }
    guard let b = second else { return nil }
    switch op {
    case Opcode.add: return a &+ b
    case Opcode.sub: return a &- b
    case Opcode.mul: return a &* b
    case Opcode.div: return a.divided(by: b)
    case Opcode.lt: return a < b ? .one : .zero
    case Opcode.gt: return b < a ? .one : .zero
    case Opcode.eq: return a == b ? .one : .zero
    case Opcode.and: return a & b
    case Opcode.or: return a | b
    case Opcode.xor: return a ^ b
    case Opcode.shl: return b << a
    case Opcode.shr: return b >> a
    default: return nil
    }
  }
}
