import EVM
import EVMBytecode
import EVMPrecompiles
import EVMState
import EthereumTypes

extension Binder {
  /// Binds the whole transaction and says what it will touch.
  mutating func predict() throws(FallbackReason) -> Prediction {
    let sender = table.account(call.sender)
    // That the sender has no code but a delegation makes the transaction valid, so it is read (EIP-3607).
    table.note([.nonceRead, .balanceRead, .codeRead, .warm], sender)
    table.change(sender) {
      $0.flags.formUnion([.nonceWritten, .balanceWritten])
      $0.balance.debit = UInt256(call.gasLimit) &* call.gasPrice &+ call.blobFee
      $0.nonce = call.nonce &+ 1
    }
    try applyAuthorizations()
    let checkpoint = table.checkpoint
    let gas = max(0, Int(min(call.gasLimit, 1 << 40)) - intrinsicGas)
    frame.account = sender
    frame.address = call.sender
    if let to = call.to {
      try enterCall(to, sender: sender, gas: gas)
    } else {
      let address = call.sender.createAddress(nonce: call.nonce)
      try enterCreation(
        at: address, code: call.data, value: Value(call.value), isStrict: false, gas: gas, suspending: false)
    }
    try run()
    if outcome == .failed { table.revert(to: checkpoint) }
    return try prediction()
  }

  private mutating func enterCall(_ to: Address, sender: Int, gas: Int) throws(FallbackReason) {
    let row = table.account(to)
    transfer(Value(call.value), from: sender, to: row)
    if precompiles.precompile(at: to) != nil {
      outcome = .succeeded
      return
    }
    switch try resolveCode(row) {
    case .empty: outcome = .succeeded
    case .contract(let summary):
      frame = Frame(
        summary: summary, purpose: .call(outputOffset: 0, outputSize: 0), isStrict: false, isStatic: false,
        account: row, address: to, caller: call.sender, value: Value(call.value), input: Text(call.data),
        stackBase: 0, checkpoint: table.checkpoint, gasAvailable: gas)
    }
  }

  /// An upper bound of the gas taken before execution.
  private var intrinsicGas: Int {
    var gas = 21_000 + (call.to == nil ? 32_000 + 2 * ((call.data.count + 31) / 32) : 0)
    let zeros = call.data.count(where: { $0 == 0 })
    let perByte = environment.fork >= .istanbul ? 16 : 68
    gas += 4 * zeros + perByte * (call.data.count - zeros)
    return gas + 2400 * call.accessListAddresses + 1900 * call.accessListSlots
      + 25_000 * call.authorizations.count
  }

  private mutating func applyAuthorizations() throws(FallbackReason) {
    for authorization in call.authorizations {
      guard let authority = authorization.authority, authorization.nonce < .max,
        authorization.chainID.isZero || authorization.chainID == UInt256(environment.chainID)
      else { continue }
      let row = table.account(authority)
      table.note([.nonceRead, .codeRead, .livenessRead, .warm], row)
      let code = try force(codeText(row))
      guard code.isEmpty || Self.delegation(code) != nil, try nonce(row) == authorization.nonce else {
        continue
      }
      // Delegating to what it delegates to already changes nothing but the nonce.
      let designator: [UInt8] =
        authorization.target == .zero ? [] : [0xEF, 0x01, 0x00] + authorization.target.bytes
      let isNew = code != designator
      let wasDead = try account(authority)?.isEmpty ?? true
      table.change(row) {
        $0.newCode = Text(designator)
        $0.resolved = nil
        if isNew { $0.flags.insert(.codeWritten) }
        if wasDead { $0.flags.insert(.livenessWritten) }
      }
      setNonce(row, authorization.nonce + 1)
    }
  }
}
