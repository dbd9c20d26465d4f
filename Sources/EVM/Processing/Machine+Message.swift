public import EVMState
public import EthereumTypes

/// A message call outside any transaction: no signature, no nonce, no fee.
public struct Message: Sendable {
  /// Who calls.
  public var caller: Address
  /// Whose code runs.
  public var recipient: Address
  /// The input.
  public var input: Bytes
  /// Wei shown as CALLVALUE; nothing is transferred.
  public var value: UInt256
  /// Gas to start with.
  public var gas: UInt64
  /// State must not change (EIP-214).
  public var isStatic: Bool

  /// Makes a message.
  public init(
    to recipient: Address, from caller: Address = .zero, input: Bytes = [], value: UInt256 = .zero,
    gas: UInt64, isStatic: Bool = false
  ) {
    self.caller = caller
    self.recipient = recipient
    self.input = input
    self.value = value
    self.gas = gas
    self.isStatic = isStatic
  }
}

/// How a message ended.
public enum MessageStatus: Hashable, Sendable {
  /// STOP, RETURN or SELFDESTRUCT.
  case succeeded
  /// REVERT: the changes are undone, the rest of the gas is left.
  case reverted
  /// An exceptional halt: the changes are undone, the gas is gone.
  case failed(ExceptionalHalt)
}

/// What running a message gave.
public struct MessageResult: Sendable {
  /// How it ended.
  public var status: MessageStatus
  /// The gas left.
  public var gasLeft: UInt64
  /// The refund counter.
  public var refund: Int64
  /// What was returned, by RETURN or REVERT.
  public var output: Bytes
  /// The logs, in order.
  public var logs: [Log]
  /// Everything read and changed.
  public var effects: TransactionEffects
}

extension Machine {
  /// Runs a message on `state` and returns what it did; the state itself is not changed.
  ///
  /// Caller and recipient start warm, as in a transaction. `gas` above 2⁶³ − 1 counts as that.
  ///
  /// - Throws: the first read of the state that failed.
  public mutating func run(
    _ message: Message, on state: any StateReader
  ) throws(StateReadError) -> MessageResult {
    begin(reader: state)
    let (status, gasLeft) = run(message)
    if let fault = journal.fault { throw fault }
    let returns = status == .succeeded || status == .reverted
    return MessageResult(
      status: status, gasLeft: gasLeft, refund: refund, output: returns ? returnData.bytes : [],
      logs: journal.logs, effects: journal.finish(removesEmptyAccounts: rules.removesEmptyAccounts))
  }

  /// Runs a message on the state that the machine was last begun on, on top of what ran there before.
  public mutating func run(_ message: Message) -> (status: MessageStatus, gasLeft: UInt64) {
    let account = journal.handle(for: message.recipient)
    if rules.hasWarmth {
      _ = journal.warm(account)
      _ = journal.warm(journal.handle(for: message.caller))
    }
    origin = message.caller
    gasPrice = .zero
    blobHashes = []
    let context = FrameContext(
      account: account, address: message.recipient, caller: message.caller, value: message.value,
      isStatic: message.isStatic, isCreation: false, checkpoint: journal.checkpoint, refundAtEntry: refund,
      inputStart: 0, inputCount: 0)
    var tracer = NoTracer()
    let (exit, gas) = callOutermost(
      context, input: message.input, gas: Int64(clamping: message.gas), &tracer)
    let status: MessageStatus =
      switch exit {
      case .succeeded: .succeeded
      case .reverted: .reverted
      case .failed, .suspended: .failed(haltReason)
      }
    return (status, UInt64(clamping: gas))
  }
}
