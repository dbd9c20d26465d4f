public import EVMBytecode
public import EthereumTypes
import Dispatch
import Synchronization

/// Why a signature names no account.
public enum SignatureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// `v` is none of the values that its transaction type allows.
  case invalidParity(UInt256)
  /// `v` of a legacy transaction names no chain, where signatures may be bound to one (EIP-155).
  case unknownChain(UInt256)
  /// `s` lies in the upper half of the group order (EIP-2).
  case highS
  /// `r` or `s` is zero or not below the group order.
  case outOfRange
  /// No key made the signature: there is no point on the curve for `r`.
  case invalid

  /// One line for a person.
  public var description: String {
    switch self {
    case .invalidParity(let v): "signature: v = \(v) is not a parity this transaction type allows"
    case .unknownChain(let v): "signature: v = \(v) names no chain (EIP-155)"
    case .highS: "signature: s lies in the upper half of the group order (EIP-2)"
    case .outOfRange: "signature: r or s is zero or not below the group order"
    case .invalid: "signature: no key can have made it"
    }
  }
}

extension Transaction {
  /// The parity of the signature, 0 or 1; nil where `v` is no value that the type allows.
  public var yParity: UInt64? {
    guard let v = signature.v.asUInt64 else { return nil }
    guard kind == .legacy else { return v <= 1 ? v : nil }
    guard let chainID else { return v == 27 || v == 28 ? v - 27 : nil }
    // A chain beyond 2⁶³ − 18 cannot be told from a `v` of 64 bits.
    let (twice, overflow) = chainID.multipliedReportingOverflow(by: 2)
    guard !overflow, v >= 35, v - 35 >= twice, v - 35 - twice <= 1 else { return nil }
    return v - 35 - twice
  }

  /// Whether the signature's `s` lies in the upper half of the group order, which Homestead forbids (EIP-2).
  public var hasHighS: Bool { signature.s > ECDSARecovery.halfOrder }

  /// The account that signed. About 30 µs.
  ///
  /// - Parameter allowingHighS: true for blocks before Homestead (EIP-2).
  public func recoverSender(allowingHighS: Bool = false) throws(SignatureError) -> Address {
    guard let yParity else { throw .invalidParity(signature.v) }
    guard ECDSARecovery.isInRange(signature.r), ECDSARecovery.isInRange(signature.s) else {
      throw .outOfRange
    }
    guard allowingHighS || !hasHighS else { throw .highS }
    guard
      let sender = ECDSARecovery.signer(of: signingHash, recoveryID: yParity, r: signature.r, s: signature.s)
    else { throw .invalid }
    return sender
  }

  /// The account that signed, by the rules of a fork: a low s from Homestead on (EIP-2), signatures bound to a
  /// chain from Spurious Dragon on (EIP-155). About 30 µs.
  public func recoverSender(in fork: Fork) throws(SignatureError) -> Address {
    if kind == .legacy {
      if fork < .spuriousDragon, chainID != nil { throw .invalidParity(signature.v) }
      // 0 and 1 are bare parities, which only typed transactions have.
      if fork >= .spuriousDragon, yParity == nil, signature.v > 1 { throw .unknownChain(signature.v) }
    }
    return try recoverSender(allowingHighS: fork < .homestead)
  }

  /// Recovers the senders of many transactions on several threads; result `i` is that of transaction `i`.
  ///
  /// - Parameters:
  ///   - transactions: the transactions.
  ///   - workers: how many threads to use at most, at least 1.
  ///   - allowingHighS: true for blocks before Homestead (EIP-2).
  public static func recoverSenders(
    of transactions: [Transaction], workers: Int, allowingHighS: Bool = false
  ) -> [Result<Address, SignatureError>] {
    let workers = max(1, min(workers, transactions.count))
    @Sendable func recover(_ range: Range<Int>) -> [Result<Address, SignatureError>] {
      transactions[range].map { transaction in
        Result { () throws(SignatureError) in try transaction.recoverSender(allowingHighS: allowingHighS) }
      }
    }
    guard workers > 1 else { return recover(transactions.indices) }
    let parts = Mutex<[Int: [Result<Address, SignatureError>]]>([:])
    DispatchQueue.concurrentPerform(iterations: workers) { worker in
      let start = transactions.count * worker / workers
      let part = recover(start..<transactions.count * (worker + 1) / workers)
      parts.withLock { $0[worker] = part }
    }
    return parts.withLock { parts in (0..<workers).flatMap { parts[$0] ?? [] } }
  }
}

extension Authorization {
  /// The account that signed the authorization; nil where the signature is not valid or its `s` is high, which
  /// EIP-7702 skips over rather than refuses. About 30 µs.
  public func recoverAuthority() -> Address? {
    guard yParity <= 1, s <= ECDSARecovery.halfOrder else { return nil }
    return ECDSARecovery.signer(of: signingHash, recoveryID: yParity, r: r, s: s)
  }
}
