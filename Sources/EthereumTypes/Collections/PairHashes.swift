/// Two words and the Keccak-256 of both, one behind the other: how Solidity finds the entries of its mappings.
///
/// Always right, as nobody can make one with another hash; so whoever is handed one may take it for granted.
public struct HashedPair: BitwiseCopyable, Sendable {
  /// The word in front: the key.
  public let first: UInt256
  /// The word behind: the mapping's own slot.
  public let second: UInt256
  /// The hash.
  public let hash: UInt256

  /// Hashes a pair: one permutation.
  public init(_ first: UInt256, _ second: UInt256) {
    self.first = first
    self.second = second
    hash = keccak256(first, second).word
  }

  /// Hashes 64 bytes; nil where there are more of them, or fewer.
  public init?(_ bytes: ArraySlice<UInt8>) {
    guard bytes.count == 64, let first = UInt256(bigEndian: bytes.prefix(32)),
      let second = UInt256(bigEndian: bytes.suffix(32))
    else { return nil }
    self.init(first, second)
  }
}

/// Keccak-256 of pairs of words, of which the latest are remembered: more than half of those that a block of mainnet asks
/// for were asked for shortly before, and a hash is worth a hundred instructions of an EVM.
///
/// Two pairs may have the same place, of which the later one stays; so what is remembered costs time at most.
@safe @frozen @usableFromInline
package struct PairHashes: ~Copyable {
  // Invariant: `table` points to `mask` + 1 initialised pairs, owned by this value alone; places are masked.
  @usableFromInline let table: UnsafeMutablePointer<HashedPair>
  @usableFromInline let mask: Int
  @usableFromInline var isEmpty = true

  /// Remembers nothing yet.
  ///
  /// - Parameter capacity: of how many pairs at most, a power of two.
  package init(capacity: Int) {
    mask = capacity - 1
    unsafe table = .allocate(capacity: capacity)
    unsafe table.initialize(repeating: Self.placeholder, count: capacity)
  }

  deinit { unsafe table.deallocate() }

  /// What lies where nothing is remembered: right as well.
  private static let placeholder = HashedPair(.zero, .zero)

  /// The hash of two words.
  @inlinable @inline(__always)
  package mutating func hash(_ first: UInt256, _ second: UInt256) -> UInt256 {
    unsafe entry(first, second).pointee.hash
  }

  /// The same, with the words.
  @inlinable @inline(__always)
  package mutating func pair(_ first: UInt256, _ second: UInt256) -> HashedPair {
    unsafe entry(first, second).pointee
  }

  /// Forgets all of them. Linear in the capacity, constant where nothing was remembered.
  package mutating func removeAll() {
    guard !isEmpty else { return }
    unsafe table.update(repeating: Self.placeholder, count: mask + 1)
    isEmpty = true
  }

  /// Where two words lie with their hash, which is worked out where they do not.
  @inlinable @inline(__always)
  mutating func entry(_ first: UInt256, _ second: UInt256) -> UnsafePointer<HashedPair> {
    let place = unsafe place(first, second)
    if unsafe place.pointee.first != first || place.pointee.second != second {
      unsafe remember(HashedPair(first, second), at: place)
    }
    return unsafe UnsafePointer(place)
  }

  @usableFromInline
  mutating func remember(_ pair: HashedPair, at place: UnsafeMutablePointer<HashedPair>) {
    isEmpty = false
    unsafe place.pointee = pair
  }

  @inlinable @inline(__always)
  func place(_ first: UInt256, _ second: UInt256) -> UnsafeMutablePointer<HashedPair> {
    let key = (first.l0 ^ first.l1 ^ first.l2 ^ first.l3) &* 0x9E37_79B9_7F4A_7C15
    let slot = (second.l0 ^ second.l1 ^ second.l2 ^ second.l3) &* 0xD6E8_FEB8_6659_FD93
    return unsafe table + (Int(truncatingIfNeeded: (key ^ slot) &>> 40) & mask)
  }
}
