import CSecp256k1

/// Recovery of the account that signed a hash on secp256k1 (Yellow Paper, appendix F), through libsecp256k1.
public enum ECDSARecovery {
  /// Never written after creation; libsecp256k1 documents such a context as safe to share between threads.
  @safe
  private final class Context: @unchecked Sendable {
    nonisolated(unsafe) let pointer: OpaquePointer?
    init() { unsafe pointer = secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE)) }
  }
  private static let context = Context()

  /// Half the group order: EIP-2 refuses transactions whose s lies above it.
  public static let halfOrder = UInt256(
    limbs: 0xDFE9_2F46_681B_20A0, 0x5D57_6E73_57A4_501D, .max, 0x7FFF_FFFF_FFFF_FFFF)

  /// The group order.
  private static let order = UInt256(
    limbs: 0xBFD2_5E8C_D036_4141, 0xBAAE_DCE6_AF48_A03B, .max - 1, .max)

  /// Whether a half of a signature lies where one can: neither zero nor the group order or beyond.
  public static func isInRange(_ half: UInt256) -> Bool { !half.isZero && half < order }

  /// The signer's address, or nil where the signature is not valid. About 25 µs.
  ///
  /// - Parameters:
  ///   - hash: what was signed.
  ///   - recoveryID: the parity of the nonce point's y, 0 or 1; anything else is not valid.
  ///   - r: the signature's first half.
  ///   - s: the signature's second half; high values are accepted here.
  public static func signer(of hash: Hash32, recoveryID: UInt64, r: UInt256, s: UInt256) -> Address? {
    guard recoveryID <= 1, !r.isZero, !s.isZero, let context = unsafe context.pointer else { return nil }
    var signature = secp256k1_ecdsa_recoverable_signature()
    var key = secp256k1_pubkey()
    let compact = r.bigEndianBytes + s.bigEndianBytes
    guard
      unsafe secp256k1_ecdsa_recoverable_signature_parse_compact(
        context, &signature, compact, Int32(recoveryID)) == 1,
      unsafe secp256k1_ecdsa_recover(context, &key, &signature, hash.bytes) == 1
    else { return nil }
    var serialized = Bytes(repeating: 0, count: 65)
    var count = serialized.count
    unsafe secp256k1_ec_pubkey_serialize(
      context, &serialized, &count, &key, UInt32(SECP256K1_EC_UNCOMPRESSED))
    return Address(truncating: keccak256(serialized[1...]).word)
  }
}
