import EVM
import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

extension TaintedMachine {
  /// The instructions that look at the environment, copy or log. `f.gas` and `f.height` are current.
  ///
  /// - Returns: how the frame ends, nil to go on.
  @inline(never)
  mutating func runRare(_ op: UInt8, _ s: StackWindow) -> FrameExit? {
    switch op {
    case Opcode.address: push(s, world.accounts[f.account].address.word)
    case Opcode.origin: push(s, origin.word)
    case Opcode.caller: push(s, f.caller.word)
    case Opcode.callvalue: push(s, f.value)
    case Opcode.codesize: push(s, UInt256(codes[f.code].count))
    case Opcode.gasprice: push(s, gasPrice)
    case Opcode.returndatasize: push(s, UInt256(returnedCount))
    case Opcode.coinbase: push(s, block.coinbase.word)
    case Opcode.timestamp: push(s, UInt256(block.timestamp))
    case Opcode.number: push(s, UInt256(block.number))
    case Opcode.prevrandao: push(s, block.prevRandao)
    case Opcode.gaslimit: push(s, UInt256(block.gasLimit))
    case Opcode.chainid: push(s, UInt256(block.chainID))
    case Opcode.basefee: push(s, block.baseFee)
    case Opcode.blobbasefee: push(s, block.blobBaseFee)
    case Opcode.selfbalance:
      let taint = world.read(f.account, .balance)
      push(s, world.accounts[f.account].balance, taint)
    case Opcode.blobhash:
      let top = f.height - 1
      let index = s[top].asUInt64 ?? .max
      s.put(
        top, index < UInt64(blobHashes.count) ? blobHashes[Int(index)].word : .zero,
        world.taints.plain(s.taint(top)))
    case Opcode.blockhash: blockHash(s)
    case Opcode.balance, Opcode.extcodesize, Opcode.extcodehash: return inspectAccount(op, s)
    case Opcode.extcodecopy: return copyAccountCode(s)
    case Opcode.calldatacopy, Opcode.codecopy, Opcode.returndatacopy: return copy(op, s)
    case Opcode.mcopy: return moveMemory(s)
    case Opcode.log0...Opcode.log4: return log(Int(op - Opcode.log0), s)
    default: return .failed
    }
    return nil
  }

  private mutating func push(_ s: StackWindow, _ word: UInt256, _ taint: Taint = .none) {
    s.put(f.height, word, world.taints.plain(taint))
    f.height += 1
  }

  private mutating func blockHash(_ s: StackWindow) {
    let top = f.height - 1
    var hash = Hash32.zero
    if let number = s[top].asUInt64, number < block.number, block.number - number <= 256 {
      do throws(StateReadError) {
        hash = try world.reader.blockHash(number)
        blockHashes[number] = hash
      } catch { world.note(error) }
    }
    s.put(top, hash.word, world.taints.plain(s.taint(top)))
  }

  /// Charges the surcharge of a cold account (EIP-2929). False for lack of gas.
  mutating func payForAccount(_ row: Int) -> Bool {
    if isCold(row) { f.gas -= rules.coldAccountSurcharge }
    return f.gas >= 0
  }

  /// Marks the account accessed and says whether it was cold before; precompiles never are.
  mutating func isCold(_ row: Int) -> Bool {
    rules.hasWarmth && world.warm(row)
      && precompiles.precompile(at: world.accounts[row].address) == nil
  }

  /// BALANCE, EXTCODESIZE, EXTCODEHASH.
  private mutating func inspectAccount(_ op: UInt8, _ s: StackWindow) -> FrameExit? {
    let top = f.height - 1
    decide(s.taint(top))
    let row = world.row(of: Address(truncating: s[top]))
    guard payForAccount(row) else { return .outOfGas }
    switch op {
    case Opcode.balance:
      let taint = world.read(row, .balance)
      s.put(top, world.accounts[row].balance, world.taints.plain(taint))
    case Opcode.extcodesize:
      let taint = world.read(row, .code)
      s.put(top, UInt256(codes[loadedCode(row)].count), world.taints.plain(taint))
    default:
      let codeTaint = world.read(row, .code)
      let livenessTaint = world.read(row, .liveness)
      let hash = world.isDead(row) ? .zero : world.accounts[row].codeHash.word
      s.put(top, hash, world.taints.union(codeTaint, livenessTaint))
    }
    return nil
  }

  /// Charges for a copy of `count` bytes to memory at `offset`. False for lack of gas.
  private mutating func payForCopy(_ offset: UInt256, _ count: Int) -> Bool {
    f.gas -= 3 * Int64((count + 31) / 32)
    guard f.gas >= 0, spend(count >> 4) else { return false }
    var gas = f.gas
    defer { f.gas = gas }
    return expand(offset, count, &gas)
  }

  private var outOfMemory: FrameExit { failure == nil ? .outOfGas : .aborted }

  private mutating func copyAccountCode(_ s: StackWindow) -> FrameExit? {
    let h = f.height
    for index in 1...4 { decide(s.taint(h - index)) }
    let row = world.row(of: Address(truncating: s[h - 1]))
    guard payForAccount(row) else { return .outOfGas }
    guard let count = size(s[h - 4]), payForCopy(s[h - 2], count) else { return outOfMemory }
    let taint = world.read(row, .code)
    if count > 0 {
      let target = f.memoryBase + Int(truncatingIfNeeded: s[h - 2].l0)
      let code = codes[loadedCode(row)]
      memory.fill(target, count, from: code.bytes, start: s[h - 3])
      memory.setTaint(target, count, world.taints.plain(taint), &world.taints)
    }
    f.height = h - 4
    return nil
  }

  /// CALLDATACOPY, CODECOPY, RETURNDATACOPY: memory offset, source offset, size.
  private mutating func copy(_ op: UInt8, _ s: StackWindow) -> FrameExit? {
    let h = f.height
    for index in 1...3 { decide(s.taint(h - index)) }
    guard let count = size(s[h - 3]) else { return .outOfGas }
    let source = s[h - 2]
    if op == Opcode.returndatacopy {
      guard let start = source.asUInt64, start <= UInt64(returnedCount), count <= returnedCount - Int(start)
      else { return .failed }
    }
    guard payForCopy(s[h - 1], count) else { return outOfMemory }
    f.height = h - 3
    guard count > 0 else { return nil }
    let target = f.memoryBase + Int(truncatingIfNeeded: s[h - 1].l0)
    switch op {
    case Opcode.codecopy:
      memory.fill(target, count, from: codes[f.code].bytes, start: source)
      memory.setTaint(target, count, .none, &world.taints)
    case Opcode.returndatacopy:
      let start = Int(truncatingIfNeeded: source.l0)
      memory.copyBytes(from: returned, start, to: target, count: count)
      memory.copyTaint(from: returned, start, to: target, count: count, &world.taints)
    default:
      let available =
        source.fitsUInt64 && source.l0 < UInt64(f.inputCount) ? f.inputCount - Int(source.l0) : 0
      let copied = min(available, count)
      if copied > 0 {
        let start = f.inputStart + Int(source.l0)
        memory.moveBytes(from: start, to: target, count: copied)
        memory.copyOwnTaint(start, to: target, count: copied, &world.taints)
      }
      memory.fillZeros(target + copied, count - copied)
      memory.setTaint(target + copied, count - copied, .none, &world.taints)
    }
    return nil
  }

  private mutating func moveMemory(_ s: StackWindow) -> FrameExit? {
    let h = f.height
    for index in 1...3 { decide(s.taint(h - index)) }
    guard let count = size(s[h - 3]) else { return .outOfGas }
    let further = s[h - 1] < s[h - 2] ? s[h - 2] : s[h - 1]
    guard payForCopy(further, count) else { return outOfMemory }
    f.height = h - 3
    guard count > 0 else { return nil }
    let target = f.memoryBase + Int(truncatingIfNeeded: s[h - 1].l0)
    let source = f.memoryBase + Int(truncatingIfNeeded: s[h - 2].l0)
    memory.moveBytes(from: source, to: target, count: count)
    memory.copyOwnTaint(source, to: target, count: count, &world.taints)
    return nil
  }

  private mutating func log(_ topicCount: Int, _ s: StackWindow) -> FrameExit? {
    if f.isStatic { return .failed }
    let h = f.height
    decide(s.taint(h - 1))
    decide(s.taint(h - 2))
    guard let count = size(s[h - 2]) else { return .outOfGas }
    f.gas -= 8 * Int64(count)
    guard f.gas >= 0 else { return .outOfGas }
    var gas = f.gas
    guard expand(s[h - 1], count, &gas) else { return outOfMemory }
    f.gas = gas
    f.height = h - 2 - topicCount
    return nil
  }
}
