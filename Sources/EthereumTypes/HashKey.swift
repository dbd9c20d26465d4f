/// The secret that hash tables of this process mix their keys with.
///
/// Addresses and storage slots are chosen by strangers. With a fixed mixing function they could choose thousands that
/// fall into one cell of a table and make every look-up walk through all of them; with a secret drawn at the start of
/// the process they cannot. Nothing that leaves the process depends on it.
@frozen
public struct HashKey: Sendable, BitwiseCopyable {
  @usableFromInline let k0, k1, k2, k3: UInt64

  /// Draws a key.
  init(from random: inout some RandomNumberGenerator) {
    k0 = random.next()
    k1 = random.next()
    k2 = random.next()
    k3 = random.next()
  }

  /// The key of this process. Who needs it for every access keeps a copy: each use here asks whether it has been drawn.
  public static let process: HashKey = {
    var random = SystemRandomNumberGenerator()
    return HashKey(from: &random)
  }()

  /// The two halves of a 128-bit product, folded into one: the mixing step. Without the key, its input cannot be
  /// steered to collide.
  @inlinable @inline(__always)
  static func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let (high, low) = a.multipliedFullWidth(by: b)
    return high ^ low
  }

  /// Mixes four limbs into one.
  @inlinable @inline(__always)
  func mix(_ a: UInt64, _ b: UInt64, _ c: UInt64, _ d: UInt64) -> UInt64 {
    // The sum of both products goes through a third, so that neither half can cancel the other.
    Self.fold(Self.fold(a ^ k0, b ^ k1) ^ k2, Self.fold(c ^ k2, d ^ k3) ^ k1)
  }
}
