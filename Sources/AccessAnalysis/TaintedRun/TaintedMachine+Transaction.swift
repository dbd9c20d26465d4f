import EVM
import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

extension TaintedMachine {
  /// Runs a transaction from its first charge to its last.
  ///
  /// The transaction is taken to be valid when its turn comes: its nonce is the sender's, and the sender can pay.
  ///
  /// - Returns: the gas used, or nil where `failure` says why there is no result.
  mutating func execute(_ transaction: Transaction) -> UInt64? {
    codes.append(.empty)
    let (intrinsic, floor) = intrinsicGas(transaction)
    guard max(intrinsic, floor) <= transaction.gasLimit, transaction.gasLimit <= UInt64(Int64.max) else {
      failure = .invalidTransaction
      return nil
    }
    let sender = world.row(of: origin)
    buyGas(transaction, sender)
    warmUp(transaction, sender)
    for authorization in transaction.authorizationList { apply(authorization) }
    f.gas = Int64(transaction.gasLimit - intrinsic)
    let exit = begin(transaction, sender)
    if let fault = world.fault { failure = .state(fault) }
    guard failure == nil, exit != .aborted else { return nil }

    var used = transaction.gasLimit - UInt64(max(f.gas, 0))
    used -= min(used / UInt64(rules.refundQuotient), UInt64(max(refund, 0)))
    used = max(used, floor)
    let left = UInt256(transaction.gasLimit - used)
    world.setBalance(sender, world.accounts[sender].balance &+ left &* gasPrice)
    let coinbase = world.row(of: block.coinbase)
    world.credit(coinbase, UInt256(used) &* (gasPrice &- block.baseFee))
    return used
  }

  /// What a transaction pays before it runs, and the least it pays (EIP-7623).
  private func intrinsicGas(_ transaction: Transaction) -> (intrinsic: UInt64, floor: UInt64) {
    var zeros: UInt64 = 0
    for byte in transaction.data where byte == 0 { zeros += 1 }
    let others = UInt64(transaction.data.count) - zeros
    var gas = 21000 + 4 * zeros + rules.dataByteGas * others
    if transaction.to == nil {
      if rules.hasHomesteadCreation { gas += 32000 }
      gas += UInt64(rules.initCodeWordGas) * ((UInt64(transaction.data.count) + 31) / 32)
    }
    for entry in transaction.accessList { gas += 2400 + 1900 * UInt64(entry.slots.count) }
    gas += 25000 * UInt64(transaction.authorizationList.count)
    let floor = rules.dataFloorTokenGas == 0 ? 0 : 21000 + rules.dataFloorTokenGas * (zeros + 4 * others)
    return (gas, floor)
  }

  private mutating func buyGas(_ transaction: Transaction, _ sender: Int) {
    _ = world.read(sender, .balance)
    _ = world.read(sender, .nonce)
    // Whether it may send at all (EIP-3607): part of being valid, which is taken for granted.
    _ = world.read(sender, .code)
    // A valid transaction names the sender's nonce, whatever the state here says.
    world.accounts[sender].flags.insert(.nonceKnown)
    world.setNonce(sender, transaction.nonce &+ 1)
    let blobGas = UInt256(131_072 * UInt64(transaction.blobVersionedHashes.count))
    let cost = UInt256(transaction.gasLimit) &* gasPrice &+ blobGas &* block.blobBaseFee
    world.setBalance(sender, world.accounts[sender].balance &- cost)
  }

  private mutating func warmUp(_ transaction: Transaction, _ sender: Int) {
    guard rules.hasWarmth else { return }
    _ = world.warm(sender)
    if let to = transaction.to { _ = world.warm(world.row(of: to)) }
    if rules.warmsCoinbase { _ = world.warm(world.row(of: block.coinbase)) }
    for entry in transaction.accessList {
      let row = world.row(of: entry.address)
      _ = world.warm(row)
      for slot in entry.slots { world.prewarm(row, slot) }
    }
  }

  /// Sets a delegation (EIP-7702), or skips one that does not hold.
  private mutating func apply(_ authorization: Authorization) {
    guard authorization.chainID.isZero || authorization.chainID == UInt256(block.chainID),
      authorization.nonce < .max, let authority = authorization.recoverAuthority()
    else { return }
    let row = world.row(of: authority)
    _ = world.warm(row)
    let code = codes[codeRow(ofAccount: row)]
    guard code.count == 0 || code.delegate != nil else { return }
    decide(row, .nonce)
    guard world.accounts[row].nonce == authorization.nonce else { return }
    // The refund depends on whether the account exists, but a refund decides nothing.
    _ = world.read(row, .liveness)
    if world.accounts[row].flags.contains(.exists) { refund += 12500 }
    let designator: Bytes =
      authorization.address == .zero ? [] : [0xEF, 0x01, 0x00] + authorization.address.bytes
    let hash = designator.isEmpty ? Hash32.emptyCode : keccak256(designator)
    if !designator.isEmpty { deployedCodes[hash] = designator }
    world.setCode(row, hash: hash)
    world.setNonce(row, authorization.nonce + 1)
  }

  /// Sets up the outermost frame and runs it.
  private mutating func begin(_ transaction: Transaction, _ sender: Int) -> FrameExit {
    f.caller = origin
    f.value = transaction.value
    f.account = sender
    f.refundAtStart = refund
    guard let to = transaction.to else { return beginCreation(transaction, sender) }

    memory.ensure(transaction.data.count)
    memory.fill(0, transaction.data.count, from: transaction.data, start: .zero)
    f.inputCount = transaction.data.count
    f.memoryBase = (transaction.data.count + 31) / 32 * 32
    let row = world.row(of: to)
    world.load(row)
    f.checkpoint = world.checkpoint
    let precompile = precompiles.precompile(at: to)
    var code = 0
    if precompile == nil {
      code = codeRow(ofAccount: row)
      if rules.hasDelegation, let delegate = codes[code].delegate {
        let target = world.row(of: delegate)
        _ = world.warm(target)
        code = precompiles.precompile(at: delegate) == nil ? codeRow(ofAccount: target) : 0
      }
    }
    if origin != to || !transaction.value.isZero { move(transaction.value, from: sender, to: row) }
    f.account = row
    if let precompile { return runOutermost(precompile) }
    f.code = code
    return run()
  }

  private mutating func beginCreation(_ transaction: Transaction, _ sender: Int) -> FrameExit {
    let row = world.row(of: origin.createAddress(nonce: transaction.nonce))
    if rules.hasWarmth { _ = world.warm(row) }
    guard transaction.data.count <= rules.maximumInitCodeSize else {
      failure = .invalidTransaction
      return .aborted
    }
    if collides(row) {
      f.gas = 0
      return .failed
    }
    codes.append(TaintedCode(transaction.data, hash: keccak256(transaction.data)))
    f.kind = .create
    f.code = codes.count - 1
    f.checkpoint = world.checkpoint
    f.account = row
    beginCreation(row, transaction.value, from: sender)
    return run()
  }

  /// A transaction that calls a precompile.
  private mutating func runOutermost(_ precompile: Precompile) -> FrameExit {
    let rules = precompiles
    let cost = memory.withSpan(0, f.inputCount) { rules.gasCost(precompile, input: $0) }
    var succeeds = cost <= UInt64(f.gas)
    if succeeds {
      guard spend(Int(clamping: cost) / 2) else { return .aborted }
      var output: Bytes = []
      succeeds = memory.withSpan(0, f.inputCount) { rules.run(precompile, input: $0, into: &output) }
    }
    guard succeeds else {
      f.gas = 0
      world.revert(to: f.checkpoint)
      return .failed
    }
    f.gas -= Int64(cost)
    return .done
  }
}
