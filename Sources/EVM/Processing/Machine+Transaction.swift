import EVMBytecode
import EVMPrecompiles
public import EVMState
public import EthereumTypes

extension Machine {
  /// Runs one transaction on `state` and returns what it did; the state itself is not changed.
  ///
  /// - Parameters:
  ///   - transaction: the transaction; borrowed, as a copy would count references to all its lists.
  ///   - sender: who signed it.
  ///   - state: the state it runs on.
  /// - Throws: `ExecutionError.rejected` where the transaction is not valid on this state, `.state` where the state
  ///   could not be read.
  public mutating func execute(
    _ transaction: borrowing Transaction, sender: Address, on state: any StateReader
  ) throws(ExecutionError) -> TransactionResult {
    var tracer = NoTracer()
    return try execute(transaction, hasTerms: false, sender: sender, on: state, tracer: &tracer)
  }

  /// The same with a tracer.
  ///
  /// - Parameter hasTerms: whether `terms` are the transaction's.
  mutating func execute<Tracer: InstructionTracer>(
    _ transaction: borrowing Transaction, hasTerms: Bool, sender senderAddress: Address,
    on state: any StateReader, tracer: inout Tracer
  ) throws(ExecutionError) -> TransactionResult {
    begin(reader: state)
    journal.begin(feeRecipient: block.coinbase, isWarm: rules.warmsCoinbase)
    let sender = journal.handle(for: senderAddress)
    do throws(TransactionRejection) {
      if !hasTerms { try setTerms(of: transaction) }
      try checkSender(transaction, sender)
    } catch {
      // A failed read makes an account look empty and the transaction look invalid: report the cause.
      if let fault = journal.fault { throw .state(fault) }
      throw .rejected(error)
    }
    try stopOnFault()

    let intrinsic = terms.intrinsic
    let gasPrice = terms.gasPrice
    // Covered by the worst case checked above.
    _ = journal.debit(sender, terms.upfront)
    journal.setNonce(sender, transaction.nonce + 1)

    origin = senderAddress
    self.gasPrice = gasPrice
    blobHashes = transaction.blobVersionedHashes
    warmUp(transaction, sender)
    let gas = splitGas(of: transaction, intrinsic)
    applyAuthorizations(transaction)

    let outcome = runOutermost(transaction, sender, gas: gas, &tracer)
    if rules.hasStateGas, outcome.exit == .succeeded { payBackDestroyedAccounts() }
    try stopOnFault()
    if Tracer.isActive { traceEnd(&tracer, outcome, gas: gas) }

    let spent = UInt64(clamping: gas - outcome.gas)
    var gasUsed = intrinsic.charged + spent
    if rules.hasStateGas {
      gasUsed = transaction.gasLimit - UInt64(clamping: outcome.gas) - UInt64(clamping: stateGas.reservoir)
    }
    let refundable = min(UInt64(clamping: refund), gasUsed / UInt64(rules.refundQuotient))
    gasUsed = max(gasUsed - refundable, intrinsic.floor)
    journal.credit(sender, gasPrice &* UInt256(transaction.gasLimit - gasUsed))
    let tip = (gasPrice &- block.baseFee) &* UInt256(gasUsed)
    var credit: Journal.Credit?
    if leavesFeeRecipient, !tip.isZero, !journal.hasLookedAtFeeRecipient {
      credit = Journal.Credit(tip, to: block.coinbase)
    } else {
      journal.credit(journal.handle(for: block.coinbase), tip)
    }
    logFinalBurns()
    try stopOnFault()

    let succeeded = outcome.exit == .succeeded
    return TransactionResult(
      succeeded: succeeded, gasUsed: gasUsed,
      blockGas: rules.hasStateGas ? blockGas(intrinsic, spent: spent) : BlockGas(regular: gasUsed, state: 0),
      output: outcome.exit == .failed ? [] : returnData.bytes,
      logs: journal.logs, createdAddress: succeeded ? outcome.created : nil,
      effects: journal.finish(removesEmptyAccounts: rules.removesEmptyAccounts, credit: credit))
  }

  /// The gas that the outermost frame starts with. Under EIP-8037 that is what the cap of EIP-7825 leaves for work;
  /// the rest of the gas limit is for state alone.
  private mutating func splitGas(of transaction: Transaction, _ intrinsic: IntrinsicGas) -> Int64 {
    let gas = transaction.gasLimit - intrinsic.charged
    guard rules.hasStateGas else { return Int64(clamping: gas) }
    let regular = min(gas, rules.transactionGasCap - min(intrinsic.regular, rules.transactionGasCap))
    stateGas.begin(reservoir: Int64(clamping: gas - regular))
    return Int64(clamping: regular)
  }

  /// What the transaction counts for in its block: without refunds (EIP-7778), work and state apart (EIP-8037).
  private func blockGas(_ intrinsic: IntrinsicGas, spent: UInt64) -> BlockGas {
    let regular = intrinsic.regular + spent - min(spent, UInt64(clamping: stateGas.spilled))
    return BlockGas(
      regular: max(regular, intrinsic.floor),
      state: UInt64(clamping: Int64(clamping: intrinsic.state) &+ stateGas.used))
  }

  private func stopOnFault() throws(ExecutionError) { if let fault = journal.fault { throw .state(fault) } }

  /// Marks what every transaction starts with as accessed (EIPs 2929, 2930, 3651).
  private mutating func warmUp(_ transaction: borrowing Transaction, _ sender: Journal.AccountHandle) {
    guard rules.hasWarmth else { return }
    _ = journal.warm(sender)
    if let to = transaction.to { _ = journal.warm(journal.handle(for: to)) }
    for entry in transaction.accessList {
      let account = journal.handle(for: entry.address)
      _ = journal.warm(account)
      for key in entry.slots { _ = journal.warm(journal.slot(account, key)) }
    }
  }

  /// Sets the delegations of an EIP-7702 transaction; invalid ones are skipped.
  private mutating func applyAuthorizations(_ transaction: borrowing Transaction) {
    for authorization in transaction.authorizationList {
      guard authorization.chainID.isZero || authorization.chainID == UInt256(block.chainID),
        authorization.nonce < .max, let address = authorization.recoverAuthority()
      else { continue }
      let authority = journal.handle(for: address)
      _ = journal.warm(authority)
      if journal.codeHash(authority) != .emptyCode, code(of: authority).delegate == nil { continue }
      guard journal.nonce(authority) == authorization.nonce else { continue }
      // A new account was charged for; what comes back for one that exists is half of 25,000, or its state gas.
      if journal.exists(authority) {
        if rules.hasStateGas { stateGas.refill(bytes: StateGas.accountBytes) } else { refund &+= 12_500 }
      }
      let designator = authorization.address == .zero ? [] : [0xEF, 0x01, 0x00] + authorization.address.bytes
      journal.setCode(authority, designator)
      journal.setNonce(authority, authorization.nonce + 1)
    }
  }

  private mutating func runOutermost<Tracer: InstructionTracer>(
    _ transaction: borrowing Transaction, _ sender: Journal.AccountHandle, gas: Int64, _ tracer: inout Tracer
  ) -> (exit: FrameExit, gas: Int64, created: Address?) {
    let checkpoint = journal.checkpoint
    var context = FrameContext(
      account: sender, address: .zero, caller: journal.address(of: sender), value: transaction.value,
      isStatic: false, isCreation: transaction.to == nil, checkpoint: checkpoint, refundAtEntry: refund,
      inputStart: 0, inputCount: 0)
    guard let to = transaction.to else {
      context.address = context.caller.createAddress(nonce: transaction.nonce)
      context.account = journal.handle(for: context.address)
      if rules.hasWarmth { _ = journal.warm(context.account) }
      guard !journal.collides(context.account) else {
        haltReason = .addressCollision
        return (.failed, 0, nil)
      }
      journal.create(context.account, nonce: rules.removesEmptyAccounts ? 1 : 0)
      transfer(transaction.value, from: sender, to: context.account)
      let (exit, left) = start(Code(transaction.data), context, input: [], gas: gas, &tracer)
      return (exit, left, context.address)
    }
    context.address = to
    context.account = journal.handle(for: to)
    transfer(transaction.value, from: sender, to: context.account)
    let (exit, left) = callOutermost(context, input: transaction.data, gas: gas, &tracer)
    return (exit, left, nil)
  }

  private mutating func transfer(
    _ value: UInt256, from sender: Journal.AccountHandle, to recipient: Journal.AccountHandle
  ) {
    // The sender's funds were checked for the worst case, value included.
    _ = journal.debit(sender, value)
    journal.credit(recipient, value)
    logTransfer(value, from: sender, to: recipient)
  }

  /// Runs the code or the precompile at the context's address as the outermost frame.
  mutating func callOutermost<Tracer: InstructionTracer>(
    _ context: FrameContext, input: Bytes, gas: Int64, _ tracer: inout Tracer
  ) -> (FrameExit, Int64) {
    if let precompile = precompiles.precompile(at: context.address) {
      memory.ensure(input.count)
      memory.write(input, at: 0)
      var context = context
      context.inputCount = input.count
      let left = run(precompile, context, gas)
      if left < 0 { journal.revert(to: context.checkpoint) }
      return left < 0 ? (.failed, 0) : (.succeeded, left)
    }
    // Most transfers end here. A tracer wants to see that nothing was run.
    if !Tracer.isActive, journal.codeHash(context.account) == .emptyCode { return (.succeeded, gas) }
    var code = code(of: context.account)
    if rules.hasDelegation, let delegate = code.delegate {
      let account = journal.handle(for: delegate)
      _ = journal.warm(account)
      if rules.hasBlockAccessList { journal.touchUnobserved(account) }
      code = precompiles.precompile(at: delegate) == nil ? self.code(of: account) : Code([])
    }
    return start(code, context, input: input, gas: gas, &tracer)
  }

  /// Puts the outermost frame's input at the bottom of memory and runs it to its end.
  private mutating func start<Tracer: InstructionTracer>(
    _ code: Code, _ context: FrameContext, input: Bytes, gas: Int64, _ tracer: inout Tracer
  ) -> (FrameExit, Int64) {
    memory.ensure(input.count)
    memory.write(input, at: 0)
    memoryStart = 0
    memorySize = (input.count + 31) / 32 * 32
    var context = context
    context.inputCount = input.count
    push(code, context, gas: gas, stackBase: 0)
    let result = run(&tracer)
    return (result.exit, result.gas)
  }
}
