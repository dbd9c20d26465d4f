import CGMP

/// An unbounded non-negative integer on GMP's `mpz`, for sums that 256 bits may not hold: gas limit times
/// fee cap plus value plus blob fees, fee sums over a sender's transactions, the blob base fee.
public struct BigUInt: Sendable {
  private let storage: Storage

  /// Owns one initialised `mpz_t` that is never written after `init` returns: that makes sharing it between
  /// threads sound.
  @safe
  private final class Storage: @unchecked Sendable {
    // Invariant: initialised in every `init`, cleared in `deinit`, not mutated in between.
    nonisolated(unsafe) var value = unsafe mpz_t()

    init() { unsafe __gmpz_init(&value) }
    deinit { unsafe __gmpz_clear(&value) }
  }

  private init(storage: Storage) { self.storage = storage }

  /// 0.
  public static let zero = BigUInt(UInt64(0))

  /// Makes an integer from a 64-bit value.
  public init(_ value: UInt64) {
    storage = Storage()
    unsafe __gmpz_set_ui(&storage.value, UInt(value))
  }

  /// Makes an integer from a word.
  public init(_ value: UInt256) { self.init(bigEndian: value.bigEndianBytes) }

  /// Makes an integer from big-endian bytes.
  public init(bigEndian bytes: Bytes) {
    let storage = Storage()
    unsafe bytes.withUnsafeBytes {
      unsafe __gmpz_import(&storage.value, $0.count, 1, 1, 1, 0, $0.baseAddress)
    }
    self.storage = storage
  }

  /// The value as a word, or nil where it exceeds 256 bits.
  public var asUInt256: UInt256? {
    guard unsafe __gmpz_sizeinbase(&storage.value, 2) <= 256 else { return nil }
    let bytes = unsafe Bytes(unsafeUninitializedCapacity: 32) { buffer, count in
      // Invariant: at most 256 bits, checked above, are at most the 32 bytes asked for.
      unsafe __gmpz_export(buffer.baseAddress, &count, 1, 1, 1, 0, &storage.value)
    }
    return UInt256(bigEndian: bytes)
  }

  /// Sum.
  public static func + (a: BigUInt, b: BigUInt) -> BigUInt {
    let result = Storage()
    unsafe __gmpz_add(&result.value, &a.storage.value, &b.storage.value)
    return BigUInt(storage: result)
  }

  /// Difference, 0 where it would be negative.
  public func subtractedOrZero(_ b: BigUInt) -> BigUInt {
    guard self > b else { return .zero }
    let result = Storage()
    unsafe __gmpz_sub(&result.value, &storage.value, &b.storage.value)
    return BigUInt(storage: result)
  }

  /// Product.
  public static func * (a: BigUInt, b: BigUInt) -> BigUInt {
    let result = Storage()
    unsafe __gmpz_mul(&result.value, &a.storage.value, &b.storage.value)
    return BigUInt(storage: result)
  }

  /// Quotient rounded down; nil for a zero divisor.
  public func divided(by b: BigUInt) -> BigUInt? {
    guard b > .zero else { return nil }
    let result = Storage()
    unsafe __gmpz_tdiv_q(&result.value, &storage.value, &b.storage.value)
    return BigUInt(storage: result)
  }
}

extension BigUInt: Hashable {
  /// Feeds the magnitude to the hasher.
  public func hash(into hasher: inout Hasher) { hasher.combine(decimal) }

  /// Decimal digits. Quasi-linear in their number.
  public var decimal: String {
    let room = unsafe __gmpz_sizeinbase(&storage.value, 10) + 2
    return unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: room) { buffer in
      // Invariant: GMP documents that `sizeinbase + 2` characters hold any sign, the digits and the terminator.
      guard let base = buffer.baseAddress else { return "" }
      unsafe __gmpz_get_str(base, 10, &storage.value)
      return unsafe String(cString: base)
    }
  }
}

extension BigUInt: Comparable {
  /// Equality of the numbers.
  public static func == (a: BigUInt, b: BigUInt) -> Bool {
    unsafe __gmpz_cmp(&a.storage.value, &b.storage.value) == 0
  }

  /// Numeric order.
  public static func < (a: BigUInt, b: BigUInt) -> Bool {
    unsafe __gmpz_cmp(&a.storage.value, &b.storage.value) < 0
  }
}
