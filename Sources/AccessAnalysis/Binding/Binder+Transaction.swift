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
    let upfront = Value(
      call.upfrontCost, trace: symbols.recorder?.input(PathCode.upfrontCost) ?? 0)
    table.change(sender) {
      $0.flags.formUnion([.nonceWritten, .balanceWritten])
      $0.balance.debit = upfront
      $0.nonce = call.nonce &+ 1
    }
    try applyAuthorizations()
    let checkpoint = table.checkpoint
    let gas = call.gasAtStart(environment)
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
    let row = accountRow(Value(to.word, trace: symbols.recorder?.input(Opcode.address) ?? 0))
    let value = decidedZeroness(
      Value(call.value, trace: symbols.recorder?.input(Opcode.callvalue) ?? 0))
    table.note(.warm, row)
    try transfer(value, from: sender, to: row)
    if precompiles.precompile(at: to) != nil {
      outcome = .succeeded
      return
    }
    switch try resolveCode(row) {
    case .empty: outcome = .succeeded
    case .contract(let summary):
      frame = Frame(
        summary: summary, purpose: .call(outputOffset: 0, outputSize: 0), isStrict: false, isStatic: false,
        account: row, address: to, caller: call.sender, callerRow: sender, value: value,
        input: symbols.recorder == nil
          ? Text(call.data) : Text(callData: call.data, constant: PathKey.selectorSize),
        stackBase: 0, checkpoint: table.checkpoint, gasAvailable: gas)
    }
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
