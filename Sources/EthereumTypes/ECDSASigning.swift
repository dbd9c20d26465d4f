import CSecp256k1

/// Signing of hashes on secp256k1 (Yellow Paper, appendix F), through libsecp256k1; for tools and tests.
public enum ECDSASigning {
  /// A signature from which the signer can be recovered.
  public struct Signature: Hashable, Sendable {
    /// The parity of the nonce point's y, 0 or 1.
    public let recoveryID: UInt64
    /// The signature's first half.
    public let r: UInt256
    /// The signature's second half, in the lower half of the group order (EIP-2).
    public let s: UInt256
  }

  /// Signs a hash, with the deterministic nonce of RFC 6979: the same input always gives the same signature. About
  /// 50 µs.
  ///
  /// - Parameters:
  ///   - hash: what to sign.
  ///   - secretKey: the key, from 1 to the group order less one.
  /// - Returns: nil where the key is out of range.
  public static func sign(_ hash: Hash32, with secretKey: UInt256) -> Signature? {
    guard let context = unsafe secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE)) else { return nil }
    defer { unsafe secp256k1_context_destroy(context) }
    let key = secretKey.bigEndianBytes
    guard unsafe secp256k1_ec_seckey_verify(context, key) == 1 else { return nil }
    var signature = secp256k1_ecdsa_recoverable_signature()
    var compact = Bytes(repeating: 0, count: 64)
    var recoveryID: Int32 = 0
    guard
      unsafe secp256k1_ecdsa_sign_recoverable(context, &signature, hash.bytes, key, nil, nil) == 1,
      unsafe secp256k1_ecdsa_recoverable_signature_serialize_compact(
        context, &compact, &recoveryID, &signature) == 1,
      let r = UInt256(bigEndian: compact[..<32]), let s = UInt256(bigEndian: compact[32...])
    else { return nil }
    return Signature(recoveryID: UInt64(recoveryID), r: r, s: s)
  }

  /// The account of a secret key: the last 20 bytes of the public key's Keccak-256 (Yellow Paper, appendix F). About
  /// 25 µs.
  ///
  /// - Parameter secretKey: the key, from 1 to the group order less one.
  /// - Returns: nil where the key is out of range.
  public static func address(of secretKey: UInt256) -> Address? {
    guard let context = unsafe secp256k1_context_create(UInt32(SECP256K1_CONTEXT_NONE)) else { return nil }
    defer { unsafe secp256k1_context_destroy(context) }
    var key = secp256k1_pubkey()
    guard unsafe secp256k1_ec_pubkey_create(context, &key, secretKey.bigEndianBytes) == 1 else { return nil }
    var serialized = Bytes(repeating: 0, count: 65)
    var count = serialized.count
    unsafe secp256k1_ec_pubkey_serialize(
      context, &serialized, &count, &key, UInt32(SECP256K1_EC_UNCOMPRESSED))
    return Address(truncating: keccak256(serialized[1...]).word)
  }
}
