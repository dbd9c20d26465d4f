import COpenSSL

/// 0x100: verification of an ECDSA signature on the curve secp256r1 (EIP-7951).
///
/// Input: hash, r, s, and the key's x and y, 32 bytes each.
enum P256 {
  /// Outputs 1 for a valid signature and nothing otherwise, malformed input included; it never fails.
  static func verify(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    if input.count == 160, let scratch = Scratch(), scratch.isValid(input) {
      output.appendBoolean(true)
    }
    return true
  }

  /// The curve as OpenSSL knows it.
  @safe
  private struct Group: @unchecked Sendable {
    // Never freed, and only passed as const: OpenSSL lets threads share it.
    let pointer: OpaquePointer?
    let order: OpaquePointer?
    let field: OpaquePointer?

    init() {
      unsafe pointer = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1)
      unsafe order = pointer.flatMap { unsafe EC_GROUP_get0_order($0) }
      unsafe field = pointer.flatMap { unsafe EC_GROUP_get0_field($0) }
    }
  }
  private static let group = Group()

  /// The numbers and points of one verification.
  @safe
  private final class Scratch {
    // Invariant: all pointers are live until `deinit`; numbers taken from `context` live as long as it does.
    private let context: OpaquePointer
    private let key: OpaquePointer
    private let sum: OpaquePointer

    /// Nil only without memory.
    init?() {
      guard let group = unsafe group.pointer, let context = unsafe BN_CTX_new() else { return nil }
      unsafe BN_CTX_start(context)
      let key = unsafe EC_POINT_new(group)
      let sum = unsafe EC_POINT_new(group)
      guard let key = unsafe key, let sum = unsafe sum else {
        unsafe EC_POINT_free(key)
        unsafe EC_POINT_free(sum)
        unsafe BN_CTX_end(context)
        unsafe BN_CTX_free(context)
        return nil
      }
      unsafe self.context = context
      unsafe self.key = key
      unsafe self.sum = sum
    }

    deinit {
      unsafe EC_POINT_free(key)
      unsafe EC_POINT_free(sum)
      unsafe BN_CTX_end(context)
      unsafe BN_CTX_free(context)
    }

    /// SEC 1, section 4.1.4, behind EIP-7951's checks: 0 < r, s < n and a key on the curve with coordinates
    /// below p, which leaves out infinity.
    func isValid(_ input: Span<UInt8>) -> Bool {
      guard let group = unsafe P256.group.pointer, let order = unsafe P256.group.order,
        let field = unsafe P256.group.field,
        let hash = unsafe number(input, at: 0), let r = unsafe number(input, at: 32),
        let s = unsafe number(input, at: 64), let x = unsafe number(input, at: 96),
        let y = unsafe number(input, at: 128), let u1 = unsafe BN_CTX_get(context),
        let u2 = unsafe BN_CTX_get(context)
      else { return false }
      guard unsafe BN_is_zero(r) == 0 && BN_is_zero(s) == 0 && BN_cmp(r, order) < 0 && BN_cmp(s, order) < 0,
        unsafe BN_cmp(x, field) < 0 && BN_cmp(y, field) < 0
      else { return false }
      guard unsafe EC_POINT_set_affine_coordinates(group, key, x, y, context) == 1 else {
        // Not on the curve: OpenSSL queues an error for this thread, of no use to anyone.
        ERR_clear_error()
        return false
      }
      // R = (hash/s)·G + (r/s)·key, and r must be its x modulo n.
      return unsafe BN_mod_inverse(s, s, order, context) != nil
        && BN_mod_mul(u1, hash, s, order, context) == 1
        && BN_mod_mul(u2, r, s, order, context) == 1
        && EC_POINT_mul(group, sum, u1, key, u2, context) == 1
        && EC_POINT_is_at_infinity(group, sum) == 0
        && EC_POINT_get_affine_coordinates(group, sum, x, nil, context) == 1
        && BN_nnmod(x, x, order, context) == 1
        && BN_cmp(x, r) == 0
    }

    /// The 32-byte number at `offset`, held by `context`.
    private func number(_ input: Span<UInt8>, at offset: Int) -> OpaquePointer? {
      guard let number = unsafe BN_CTX_get(context) else { return nil }
      let bytes = input.bytes(in: offset..<(offset + 32))
      return unsafe BN_bin2bn(bytes, 32, number)
    }
  }
}
