public import EVMState
public import EthereumTypes

extension Machine {
  /// Who makes system calls (EIP-4788).
  static var systemAddress: Address { Address(hi: 0xFFFF_FFFF, mid: .max, lo: 0xFFFF_FFFF_FFFF_FFFE) }

  /// What a system call returned and did.
  public struct SystemCallResult: Sendable {
    /// How a system call ends.
    public enum Outcome: Sendable {
      /// There is no code at the address.
      case missing
      /// The call failed and changed nothing.
      case failed
      /// The call succeeded.
      case succeeded
    }

    /// How it ended.
    public var outcome: Outcome
    /// What it returned.
    public var output: Bytes
    /// What it read and changed.
    public var effects: TransactionEffects
  }

  /// Calls a system contract with 30,000,000 gas that no one pays for (EIPs 4788, 2935, 7002, 7251).
  public mutating func systemCall(
    _ target: Address, input: Bytes, on state: any StateReader
  ) throws(StateReadError) -> SystemCallResult {
    begin(reader: state)
    origin = Self.systemAddress
    gasPrice = .zero
    blobHashes = []
    let account = journal.handle(for: target)
    var outcome = SystemCallResult.Outcome.missing
    if journal.codeHash(account) != .emptyCode {
      let context = FrameContext(
        account: account, address: target, caller: Self.systemAddress, value: .zero, isStatic: false,
        isCreation: false, checkpoint: journal.checkpoint, refundAtEntry: 0, inputStart: 0, inputCount: 0)
      var tracer = NoTracer()
      let (exit, _) = callOutermost(context, input: input, gas: 30_000_000, &tracer)
      outcome = exit == .succeeded ? .succeeded : .failed
    }
    if let fault = journal.fault { throw fault }
    return SystemCallResult(
      outcome: outcome, output: outcome == .missing ? [] : returnData.bytes,
      effects: journal.finish(removesEmptyAccounts: rules.removesEmptyAccounts))
  }
}
