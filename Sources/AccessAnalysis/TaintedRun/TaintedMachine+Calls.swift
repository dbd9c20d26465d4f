import EVM
import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

/// A message call about to be made.
struct TaintedCall: BitwiseCopyable {
  /// The account whose storage and balance the callee uses.
  var account: Int
  /// The account whose code runs.
  var codeAccount: Int
  var caller: Address
  /// What CALLVALUE will say.
  var value: UInt256
  var movesValue: Bool
  var isStatic: Bool
  var gas: Int64
  /// In the caller's memory.
  var inputStart: Int
  var inputCount: Int
  var outputOffset: Int
  var outputSize: Int
  /// Whether the callee's gas depends on what the caller has left.
  var gasIsCapped: Bool
}

extension TaintedMachine {
  /// CALL, CALLCODE, DELEGATECALL, STATICCALL. `f` is current, with `pc` behind the instruction.
  ///
  /// - Returns: `.entered` where another frame goes on, how this frame ends, or nil where the call is over already.
  @inline(never)
  mutating func call(_ op: UInt8, _ s: StackWindow) -> FrameExit? {
    let hasValue = op == Opcode.call || op == Opcode.callcode
    let operandCount = hasValue ? 7 : 6
    let h = f.height
    let requestTaint = s.taint(h - 1)
    for index in 2...operandCount { decide(s.taint(h - index)) }
    let request = s[h - 1].clampedToUInt64
    let target = Address(truncating: s[h - 2])
    let value = hasValue ? s[h - 3] : .zero
    let ranges = h - (hasValue ? 4 : 3)
    guard let inputCount = size(s[ranges - 1]), let outputSize = size(s[ranges - 3]) else { return .outOfGas }
    f.height = h - operandCount

    if op == Opcode.call, f.isStatic, !value.isZero { return .failed }
    var gas = f.gas
    guard expand(s[ranges], inputCount, &gas), expand(s[ranges - 2], outputSize, &gas) else {
      return failure == nil ? .outOfGas : .aborted
    }
    f.gas = gas
    let inputStart = inputCount == 0 ? f.memoryBase : f.memoryBase + Int(truncatingIfNeeded: s[ranges].l0)
    let outputOffset = outputSize == 0 ? 0 : Int(truncatingIfNeeded: s[ranges - 2].l0)

    let row = world.row(of: target)
    guard payForAccount(row) else { return .outOfGas }
    var codeAccount = row
    // Noted whether or not it comes to run.
    if precompiles.precompile(at: target) == nil { _ = world.read(row, .code) }
    if rules.hasDelegation, let delegate = delegate(of: row) {
      codeAccount = world.row(of: delegate)
      f.gas -= 100
      guard payForAccount(codeAccount) else { return .outOfGas }
    }
    if !value.isZero { f.gas -= 9000 }
    if op == Opcode.call, paysForNewAccount(row, value) { f.gas -= 25000 }
    guard f.gas >= 0 else { return .outOfGas }

    guard let (calleeGas, gasIsCapped) = gasForCall(request, requestTaint) else { return .outOfGas }
    f.gas -= calleeGas
    let stipend: Int64 = value.isZero ? 0 : 2300
    returnedCount = 0

    if f.depth >= 1024 || !canSpend(f.account, value) {
      f.gas += calleeGas + stipend
      s.put(f.height, .zero)
      f.height += 1
      return nil
    }
    let isDelegateCall = op == Opcode.delegatecall
    return enter(
      TaintedCall(
        account: op == Opcode.call || op == Opcode.staticcall ? row : f.account, codeAccount: codeAccount,
        caller: isDelegateCall ? f.caller : world.accounts[f.account].address,
        value: isDelegateCall ? f.value : value, movesValue: op == Opcode.call,
        isStatic: f.isStatic || op == Opcode.staticcall, gas: calleeGas + stipend, inputStart: inputStart,
        inputCount: inputCount, outputOffset: outputOffset, outputSize: outputSize, gasIsCapped: gasIsCapped),
      precompile: codeAccount == row ? precompiles.precompile(at: target) : nil, s)
  }

  /// The account this one delegates to (EIP-7702); its code decides from now on.
  mutating func delegate(of row: Int) -> Address? {
    world.load(row)
    if precompiles.precompile(at: world.accounts[row].address) != nil { return nil }
    return codes[codeRow(ofAccount: row)].delegate
  }

  /// Whether a CALL pays for bringing the account into being (EIP-161; before that, Yellow Paper, appendix H).
  private mutating func paysForNewAccount(_ row: Int, _ value: UInt256) -> Bool {
    if rules.removesEmptyAccounts && value.isZero { return false }
    _ = world.read(row, .liveness)
    let isNew = rules.removesEmptyAccounts ? world.isDead(row) : !world.accounts[row].flags.contains(.exists)
    // An account that lives stays alive unless it destroys itself, and then it has code, which is fixed, or is yet to get it.
    if isNew || world.accounts[row].original.mayDie(isCodeFixed: true) {
      decide(row, .liveness)
    } else if world.accounts[row].codeHash != .emptyCode {
      decide(row, .code)
    }
    return isNew
  }

  /// How much gas the callee gets before the stipend, nil where it is not there (before EIP-150).
  private mutating func gasForCall(_ request: UInt64, _ taint: Taint) -> (gas: Int64, isCapped: Bool)? {
    if rules.keepsOneSixtyFourth {
      let cap = f.gas - f.gas / 64
      if isCurrentGas(taint) { return (cap, true) }
      decide(taint)
      let loss = possibleLoss
      let leastCap = f.gas - loss - (f.gas - loss) / 64
      if request < UInt64(cap) { return (Int64(request), Int64(request) > leastCap) }
      return (cap, true)
    }
    decide(taint)
    guard request <= UInt64(f.gas) else { return nil }
    requireGas(atLeast: Int64(request))
    return (Int64(request), false)
  }

  /// Whether the account has `value` to give; that it does is noted as a lower bound of its balance.
  mutating func canSpend(_ row: Int, _ value: UInt256) -> Bool {
    world.load(row)
    if value.isZero { return true }
    guard world.accounts[row].balance >= value else {
      decide(row, .balance)
      return false
    }
    let needed = world.neededBalance(row, for: value)
    if needed.isZero { return true }
    if needed > world.accounts[row].requiredBalance { world.accounts[row].requiredBalance = needed }
    let taint = world.read(row, .balance)
    if !world.taints.isFixed(taint), !failedCallFailsTransaction() { decide(taint) }
    return true
  }

  // MARK: Entering

  /// Starts a call for which everything is paid; `f.gas` no longer holds the callee's gas.
  private mutating func enter(_ call: TaintedCall, precompile: Precompile?, _ s: StackWindow) -> FrameExit? {
    let checkpoint = world.checkpoint
    let refundAtStart = refund
    if call.movesValue { move(call.value, from: f.account, to: call.account) }
    if let precompile { return run(precompile, call, checkpoint: checkpoint, refundAtStart, s) }
    let code = codeRow(ofAccount: call.codeAccount)
    if codes[code].count == 0 {
      f.gas += call.gas
      s.put(f.height, .one)
      f.height += 1
      return nil
    }
    var next = TaintedFrame(
      kind: .call, code: code, gas: call.gas, stackBase: f.stackBase + f.height,
      memoryBase: f.memoryBase + f.memorySize, inputStart: call.inputStart, inputCount: call.inputCount,
      account: call.account, caller: call.caller, value: call.value, isStatic: call.isStatic,
      depth: f.depth + 1, checkpoint: checkpoint, refundAtStart: refundAtStart,
      firstPrice: call.gasIsCapped ? f.firstPrice : prices.count,
      gasTaint: call.gasIsCapped ? f.gasTaint : .none, serial: 0)
    next.outputOffset = call.outputOffset
    next.outputSize = call.outputSize
    push(next)
    return .entered
  }

  /// Makes `next` the current frame.
  mutating func push(_ next: TaintedFrame) {
    frames.append(f)
    f = next
    frameCount += 1
    f.serial = frameCount
    stack.reserve(above: f.stackBase)
  }

  /// Moves value between accounts; the payer has it.
  mutating func move(_ value: UInt256, from payer: Int, to payee: Int) {
    if rules.removesEmptyAccounts && value.isZero {
      world.touch(payee)
      return
    }
    world.setBalance(payer, world.accounts[payer].balance &- value)
    world.credit(payee, value)
  }

  /// Runs a precompile: its output and success depend on its input, its price in part.
  private mutating func run(
    _ precompile: Precompile, _ call: TaintedCall, checkpoint: Int, _ refundAtStart: Int64, _ s: StackWindow
  ) -> FrameExit? {
    // Which precompiles do nothing but compute on any input of the same size.
    let isTotal: Bool =
      switch precompile {
      case .sha256, .ripemd160, .identity: true
      default: false
      }
    let inputTaint = memory.taint(call.inputStart, call.inputCount, &world.taints)
    // ECRECOVER returns nothing for a signature that is not one, MODEXP's price and the size of its output follow
    // from its input, and the others may fail.
    if !isTotal { decide(inputTaint) }
    let rules = precompiles
    let cost = memory.withSpan(call.inputStart, call.inputCount) { rules.gasCost(precompile, input: $0) }
    var gas = call.gas
    var succeeds = cost <= UInt64(gas)
    if succeeds {
      gas -= Int64(cost)
      guard spend(Int(clamping: cost) / 2) else { return .aborted }
      var output = precompileOutput
      precompileOutput = []
      let known = precompileResults
      var foreseen = Foreseen()
      swap(&foreseen, &self.foreseen)
      succeeds = memory.withSpan(call.inputStart, call.inputCount) { input in
        guard let known else { return rules.run(precompile, input: input, into: &output) }
        guard let result = known.output(of: precompile, input, rules, &foreseen) else { return false }
        output = result
        return true
      }
      swap(&foreseen, &self.foreseen)
      precompileOutput = output
      if call.gasIsCapped { requireChildGas(gas) }
    } else if call.gasIsCapped {
      fixPricesIfMoreGasCouldHelp()
    }
    guard failure == nil else { return .aborted }
    returnedCount = 0
    if succeeds {
      f.gas += gas
      returnedCount = precompileOutput.count
      returned.ensure(returnedCount)
      returned.fill(0, returnedCount, from: precompileOutput, start: .zero)
      // The identity keeps bytes apart; everywhere else each depends on all.
      if precompile == .identity {
        returned.copyTaint(from: memory, call.inputStart, to: 0, count: returnedCount, &world.taints)
      } else {
        returned.setTaint(0, (returnedCount + 3) / 4 * 4, world.taints.plain(inputTaint), &world.taints)
      }
      writeOutput(call.outputOffset, call.outputSize)
    } else {
      world.revert(to: checkpoint)
      refund = refundAtStart
    }
    s.put(f.height, succeeds ? .one : .zero)
    f.height += 1
    return nil
  }

  /// A precompile had `gas` left of an amount that depends on this frame's gas.
  private mutating func requireChildGas(_ gas: Int64) {
    if gas >= possibleLoss || failedCallFailsTransaction() { return }
    fixPrices()
  }

  /// Copies returned data to where the current frame wants it.
  mutating func writeOutput(_ offset: Int, _ size: Int) {
    let count = min(size, returnedCount)
    guard count > 0 else { return }
    let target = f.memoryBase + offset
    memory.copyBytes(from: returned, 0, to: target, count: count)
    memory.copyTaint(from: returned, 0, to: target, count: count, &world.taints)
  }
}
