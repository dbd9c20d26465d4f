extension UInt256 {
  /// Reads 32 big-endian bytes at `pointer`, which needs no alignment.
  ///
  /// - Safety: 32 bytes must be readable there.
  @inlinable @inline(__always) @unsafe
  public init(bigEndianAt pointer: UnsafeRawPointer) {
    unsafe self.init(
      limbs: UInt64(bigEndian: pointer.loadUnaligned(fromByteOffset: 24, as: UInt64.self)),
      UInt64(bigEndian: pointer.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
      UInt64(bigEndian: pointer.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
      UInt64(bigEndian: pointer.loadUnaligned(as: UInt64.self)))
  }

  /// Writes 32 big-endian bytes at `pointer`, which needs no alignment.
  ///
  /// - Safety: 32 bytes must be writable there.
  @inlinable @inline(__always) @unsafe
  public func storeBigEndian(at pointer: UnsafeMutableRawPointer) {
    unsafe pointer.storeBytes(of: l3.bigEndian, as: UInt64.self)
    unsafe pointer.storeBytes(of: l2.bigEndian, toByteOffset: 8, as: UInt64.self)
    unsafe pointer.storeBytes(of: l1.bigEndian, toByteOffset: 16, as: UInt64.self)
    unsafe pointer.storeBytes(of: l0.bigEndian, toByteOffset: 24, as: UInt64.self)
  }

  /// Makes a word from at most 32 big-endian bytes; nil for more.
  @inlinable
  public init?(bigEndian bytes: some Collection<UInt8>) {
    guard bytes.count <= 32 else { return nil }
    // Words come in 32 contiguous bytes nearly always, and those are four loads.
    let word = bytes.withContiguousStorageIfAvailable { buffer -> UInt256? in
      // Invariant: the base address is read only where the buffer holds the 32 bytes read there.
      guard buffer.count == 32, let base = buffer.baseAddress else { return nil }
      return unsafe UInt256(bigEndianAt: base)
    }
    if let word = word ?? nil {
      self = word
      return
    }
    self = .zero
    for byte in bytes { self = shiftedLeft(8) | UInt256(UInt64(byte)) }
  }

  /// The 32 big-endian bytes.
  public var bigEndianBytes: Bytes {
    unsafe Bytes(unsafeUninitializedCapacity: 32) { buffer, count in
      // Invariant: the capacity asked for above is 32, so the base address exists and holds 32 bytes.
      if let base = buffer.baseAddress { unsafe storeBigEndian(at: UnsafeMutableRawPointer(base)) }
      count = 32
    }
  }

  /// The big-endian bytes without leading zeros; empty for zero. This is RLP's form of a quantity.
  public var minimalBigEndianBytes: Bytes { Bytes(bigEndianBytes.suffix(byteWidthUsed)) }
}
