public import EVMState
public import EthereumTypes

extension Machine {
  /// Who makes system calls (EIP-4788).
  static var systemAddress: Address { Address(hi: 0xFFFF_FFFF, mid: .max, lo: 0xFFFF_FFFF_FFFF_FFFE) }

  /// What a system call returned and did.
  public struct SystemCallResult: Sendable {
    /// Whether it succeeded.
    public var succeeded: Bool
    /// What it returned.
    public var output: Bytes
    /// What it read and changed.
    public var effects: TransactionEffects
  }

  /// Calls a system contract with 30,000,000 gas that no one pays for (EIPs 4788, 2935, 7002, 7251).
  ///
  /// - Returns: nil where there is no code at `target`.
  public mutating func systemCall(
    _ target: Address, input: Bytes, on state: any StateReader
  ) throws(StateReadError) -> SystemCallResult? {
    begin(reader: state)
    origin = Self.systemAddress
    gasPrice = .zero
    blobHashes = []
    let account = journal.handle(for: target)
    let isMissing = journal.codeHash(account) == .emptyCode
    if let fault = journal.fault { throw fault }
    if isMissing { return nil }
    let context = FrameContext(
      account: account, address: target, caller: Self.systemAddress, value: .zero, isStatic: false,
      isCreation: false, checkpoint: journal.checkpoint, refundAtEntry: 0, inputStart: 0, inputCount: 0)
    var tracer = NoTracer()
    let (exit, _) = callOutermost(context, input: input, gas: 30_000_000, &tracer)
    if let fault = journal.fault { throw fault }
    return SystemCallResult(
      succeeded: exit == .succeeded, output: returnData.bytes,
      effects: journal.finish(removesEmptyAccounts: rules.removesEmptyAccounts))
  }
}
