import EVMState
import EthereumTypes

extension Machine {
  /// Memory beyond 4 GiB is out of gas at any gas limit a block can have (the EVM's price grows quadratically).
  private static let memoryLimit: UInt64 = 1 << 32

  /// Makes `offset ..< offset + count` part of the frame's memory and charges for it (Yellow Paper, appendix H,
  /// equation 326).
  ///
  /// - Returns: the gas left, negative where it does not suffice.
  mutating func expandMemory(_ offset: UInt256, _ count: UInt256, _ gas: Int64) -> Int64 {
    if count.isZero { return gas }
    guard offset.fitsUInt64, count.fitsUInt64, offset.l0 < Self.memoryLimit, count.l0 < Self.memoryLimit
    else { return -1 }
    return expandMemory(toCover: Int(offset.l0 &+ count.l0), gas)
  }

  @inline(never)
  mutating func expandMemory(toCover end: Int, _ gas: Int64) -> Int64 {
    guard end > memorySize else { return gas }
    guard end < Int(Self.memoryLimit) else { return -1 }
    let words = Int64((end + 31) / 32)
    let oldWords = Int64(memorySize / 32)
    let cost = 3 * (words - oldWords) + words * words / 512 - oldWords * oldWords / 512
    let left = gas - cost
    guard left >= 0 else { return -1 }
    let newSize = Int(words) * 32
    memory.ensure(memoryStart + newSize)
    memory.zero(memoryStart + memorySize, newSize - memorySize)
    memorySize = newSize
    return left
  }

  /// Gas for copying `count` bytes, 3 for each word; `count` was accepted by `expandMemory`.
  @inline(__always)
  func copyGas(_ count: UInt256) -> Int64 { 3 &* Int64(truncatingIfNeeded: (count.l0 &+ 31) / 32) }

  /// Where a memory offset accepted by `expandMemory` lies in the arena.
  @inline(__always)
  func absolute(_ offset: UInt256) -> Int { memoryStart &+ Int(truncatingIfNeeded: offset.l0) }

  // Each of the following takes the stack before the instruction, does not drop its operands, and returns the
  // gas left, negative where it does not suffice, and `refusal` where `haltReason` says why the frame fails.

  mutating func keccak(_ stack: StackPointer, _ gas: Int64) -> Int64 {
    var gas = expandMemory(stack[0], stack[1], gas)
    guard gas >= 0 else { return -1 }
    gas &-= 2 &* copyGas(stack[1])
    guard gas >= 0 else { return -1 }
    let count = stack[1]
    if count == 64 {
      let pair = memory.window(absolute(stack[0]))
      stack[1] = hash(pair.load(0), pair.load(32))
      return gas
    }
    stack[1] =
      memory.hash(count.isZero ? memoryStart : absolute(stack[0]), Int(truncatingIfNeeded: count.l0)).word
    return gas
  }

  /// Charges for a copy of `count` bytes to memory at `target`.
  private mutating func payForCopy(_ target: UInt256, _ count: UInt256, _ gas: Int64) -> Int64 {
    let gas = expandMemory(target, count, gas)
    return gas < 0 ? -1 : gas &- copyGas(count)
  }

  mutating func copyCallData(_ stack: StackPointer, _ gas: Int64) -> Int64 {
    let gas = payForCopy(stack[0], stack[2], gas)
    guard gas >= 0, !stack[2].isZero else { return gas }
    let frame = context
    let count = Int(truncatingIfNeeded: stack[2].l0)
    let start = stack[1].fitsUInt64 ? min(stack[1].l0, UInt64(frame.inputCount)) : UInt64(frame.inputCount)
    let copied = min(count, frame.inputCount - Int(start))
    let target = absolute(stack[0])
    memory.move(from: frame.inputStart + Int(start), to: target, count: copied)
    memory.zero(target + copied, count - copied)
    return gas
  }

  mutating func copyCode(_ stack: StackPointer, _ gas: Int64) -> Int64 {
    let gas = payForCopy(stack[0], stack[2], gas)
    guard gas >= 0, !stack[2].isZero else { return gas }
    memory.copy(
      frames[frames.count - 1].code.bytes, from: stack[1], to: absolute(stack[0]),
      count: Int(truncatingIfNeeded: stack[2].l0))
    return gas
  }

  mutating func copyReturnData(_ stack: StackPointer, _ gas: Int64) -> Int64 {
    let size = UInt64(returnData.count)
    guard stack[1].fitsUInt64, stack[2].fitsUInt64, stack[1].l0 <= size, stack[2].l0 <= size &- stack[1].l0
    else {
      haltReason = .returnDataOutOfBounds
      return Self.refusal
    }
    let gas = payForCopy(stack[0], stack[2], gas)
    guard gas >= 0, !stack[2].isZero else { return gas }
    returnData.copy(
      Int(truncatingIfNeeded: stack[1].l0), Int(truncatingIfNeeded: stack[2].l0), to: memory,
      absolute(stack[0]))
    return gas
  }

  mutating func copyExternalCode(_ stack: StackPointer, _ gas: Int64) -> Int64 {
    var gas = payForCopy(stack[1], stack[3], gas)
    guard gas >= 0 else { return -1 }
    let account = journal.handle(for: Address(truncating: stack[0]))
    gas = payForAccount(account, gas)
    guard gas >= 0 else { return -1 }
    let code = code(of: account)
    guard !stack[3].isZero else { return gas }
    memory.copy(
      code.bytes, from: stack[2], to: absolute(stack[1]), count: Int(truncatingIfNeeded: stack[3].l0))
    return gas
  }

  /// MCOPY (EIP-5656).
  mutating func copyMemory(_ stack: StackPointer, _ gas: Int64) -> Int64 {
    let count = stack[2]
    var gas = expandMemory(max(stack[0], stack[1]), count, gas)
    guard gas >= 0 else { return -1 }
    gas &-= copyGas(count)
    guard gas >= 0, !count.isZero else { return gas }
    memory.move(from: absolute(stack[1]), to: absolute(stack[0]), count: Int(truncatingIfNeeded: count.l0))
    return gas
  }

  /// CALLDATALOAD.
  mutating func loadCallData(_ offset: UInt256) -> UInt256 {
    let frame = context
    guard offset.fitsUInt64, offset.l0 < UInt64(frame.inputCount) else { return .zero }
    let start = Int(offset.l0)
    let available = frame.inputCount - start
    if available >= 32 { return memory.window(frame.inputStart).load(start) }
    // Fewer than 32 bytes are left: the arena behind them holds something else, so mask it off.
    let word = memory.window(frame.inputStart).load(start)
    let unused = UInt64(256 - 8 * available)
    return word.shiftedRight(unused).shiftedLeft(unused)
  }

  mutating func log(_ topicCount: Int, _ stack: StackPointer, _ gas: Int64) -> Int64 {
    guard !context.isStatic else { return violatesStatic() }
    var gas = expandMemory(stack[0], stack[1], gas)
    guard gas >= 0 else { return -1 }
    gas &-= 8 &* Int64(truncatingIfNeeded: stack[1].l0)
    guard gas >= 0 else { return -1 }
    var topics: [Hash32] = []
    topics.reserveCapacity(topicCount)
    for index in 0..<topicCount { topics.append(Hash32(word: stack[2 + index])) }
    let data = stack[1].isZero ? [] : memory.bytes(absolute(stack[0]), Int(truncatingIfNeeded: stack[1].l0))
    journal.append(Log(address: context.address, topics: topics, data: data))
    return gas
  }

  /// Notes an attempt to change state in a static call (EIP-214).
  mutating func violatesStatic() -> Int64 {
    haltReason = .staticViolation
    return Self.refusal
  }
}
