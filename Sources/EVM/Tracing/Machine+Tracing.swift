import EVMBytecode
public import EVMState
public import EthereumTypes

extension Machine {
  /// Runs one transaction on `state` and traces it; otherwise as `execute(_:sender:on:)`, with the same effects.
  ///
  /// - Parameter trace: gets a line for each instruction and one for the end.
  public mutating func execute(
    _ transaction: borrowing Transaction, sender: Address, on state: any StateReader,
    trace: inout ExecutionTrace
  ) throws(ExecutionError) -> TransactionResult {
    try execute(transaction, hasTerms: false, sender: sender, on: state, tracer: &trace)
  }

  /// Runs one transaction on `state` and notes where control goes; otherwise as `execute(_:sender:on:)`.
  ///
  /// - Parameter jumps: gets what was jumped to, and from where, in each code that ran.
  public mutating func execute(
    _ transaction: borrowing Transaction, sender: Address, on state: any StateReader, jumps: inout JumpTrace
  ) throws(ExecutionError) -> TransactionResult {
    try execute(transaction, hasTerms: false, sender: sender, on: state, tracer: &jumps)
  }

  /// Shows the instruction that runs next to a tracer.
  @inline(never)
  mutating func trace<Tracer: InstructionTracer>(
    _ tracer: inout Tracer, _ pc: Int, _ registers: Registers
  ) {
    // Code that is not there is not run, though the interpreter finds a STOP in it.
    guard let frame = frames.last, frame.code.count > 0 else { return }
    let (wantsMemory, wantsReturnData) = (tracer.wantsMemory, tracer.wantsReturnData)
    tracer.step(
      pc, of: frame.code, depth: frames.count,
      state(at: pc, registers, wantsMemory: wantsMemory, wantsReturnData: wantsReturnData))
  }

  /// What tracers see of the instruction that runs next.
  private func state(
    at pc: Int, _ registers: Registers, wantsMemory: Bool, wantsReturnData: Bool
  ) -> InstructionState {
    var words: [UInt256] = []
    for depth in stride(from: registers.stack.height(above: registers.base) - 1, through: 0, by: -1) {
      words.append(registers.stack[depth])
    }
    let opcode = registers.next.opcode
    let price = price(opcode, words, gas: registers.gas)
    return InstructionState(
      pc: pc, opcode: opcode, name: name(of: opcode), gas: registers.gas,
      gasCost: price.gas, depth: frames.count, stack: words, memorySize: memorySize,
      memory: wantsMemory ? memory.bytes(memoryStart, memorySize) : [],
      returnData: wantsReturnData ? returnData.bytes : [], refund: refund,
      refundChange: price.refund, address: context.address)
  }

  /// The instruction's name in this fork, nil where it has none.
  private func name(of opcode: UInt8) -> String? {
    if opcode == Opcode.prevrandao, !rules.isProofOfStake { return "DIFFICULTY" }
    return rules.opcodes.definitions[Int(opcode)]?.name
  }

  /// Shows the end of a frame to a tracer.
  mutating func traceEnd<Tracer: InstructionTracer>(
    _ tracer: inout Tracer, of frame: Frame, _ exit: FrameExit
  ) {
    tracer.halted(
      FrameEnd(
        depth: frames.count + 1, exit: exit, reason: exit == .failed ? haltReason : nil, gas: frame.gas,
        refund: refund))
  }

  /// Shows the end of a transaction's execution to a tracer.
  mutating func traceEnd<Tracer: InstructionTracer>(
    _ tracer: inout Tracer, _ outcome: (exit: FrameExit, gas: Int64, created: Address?), gas: Int64
  ) {
    var output = outcome.exit == .failed ? [] : returnData.bytes
    if outcome.exit == .succeeded, let created = outcome.created {
      output = journal.peekCode(journal.peek(created).account.codeHash)
    }
    tracer.finished(
      ExecutionEnd(
        output: output, gasUsed: UInt64(clamping: gas - outcome.gas), exit: outcome.exit,
        reason: outcome.exit == .failed ? haltReason : nil))
  }
}
