/// Keccak-256 as Ethereum uses it: the original padding, not SHA-3's.
public func keccak256(_ bytes: Bytes) -> Hash32 {
  unsafe bytes.withUnsafeBytes { unsafe keccak256($0) }
}

/// Keccak-256 of a slice.
public func keccak256(_ bytes: ArraySlice<UInt8>) -> Hash32 {
  unsafe bytes.withUnsafeBytes { unsafe keccak256($0) }
}

/// Keccak-256 of raw memory. Linear in its size: one permutation for each 136 bytes.
///
/// - Safety: the buffer must be readable for the duration of the call.
@unsafe
public func keccak256(_ bytes: UnsafeRawBufferPointer) -> Hash32 {
  let rate = 136
  var lanes = InlineArray<25, UInt64>(repeating: 0)
  // Invariant: `state` covers all 25 lanes for the duration of the closure; every offset below is under
  // 136 = 17 lanes, and input is read only below `bytes.count`.
  return unsafe withUnsafeMutablePointer(to: &lanes) { lanes in
    let state = unsafe UnsafeMutableRawPointer(lanes).assumingMemoryBound(to: UInt64.self)
    var offset = 0
    while bytes.count &- offset >= rate {
      for lane in 0..<17 {
        unsafe state[lane] ^= UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: offset &+ lane &* 8, as: UInt64.self))
      }
      unsafe KeccakPermutation.apply(state)
      offset &+= rate
    }
    let tail = bytes.count &- offset
    let wholeLanes = tail >> 3
    for lane in 0..<wholeLanes {
      unsafe state[lane] ^= UInt64(
        littleEndian: bytes.loadUnaligned(fromByteOffset: offset &+ lane &* 8, as: UInt64.self))
    }
    var last: UInt64 = 0
    for index in (wholeLanes &* 8)..<tail {
      unsafe last |= UInt64(bytes[offset &+ index]) &<< UInt64((index & 7) &* 8)
    }
    last |= 1 &<< UInt64((tail & 7) &* 8)
    unsafe state[wholeLanes] ^= last
    unsafe state[16] ^= 1 << 63
    unsafe KeccakPermutation.apply(state)
    return unsafe Hash32(word: UInt256(bigEndianAt: UnsafeRawPointer(lanes)))
  }
}

/// Keccak-256 of a word's 32 bytes: the trie key of a storage slot.
public func keccak256(_ word: UInt256) -> Hash32 {
  let limbs = (word.l3.bigEndian, word.l2.bigEndian, word.l1.bigEndian, word.l0.bigEndian)
  // Invariant: the pointer covers the 32 bytes of the four limbs for the duration of the closure.
  return unsafe withUnsafeBytes(of: limbs) { unsafe keccak256($0) }
}

/// Keccak-256 of an address's 20 bytes: the trie key of an account.
public func keccak256(_ address: Address) -> Hash32 {
  let limbs = (UInt64(address.hi).bigEndian, address.mid.bigEndian, address.lo.bigEndian)
  // Invariant: the pointer covers the 24 bytes of the three limbs, of which the address is the last 20.
  return unsafe withUnsafeBytes(of: limbs) { unsafe keccak256(UnsafeRawBufferPointer(rebasing: $0[4...])) }
}

/// Keccak-256 of two words next to each other: the storage key of a Solidity mapping entry.
public func keccak256(_ first: UInt256, _ second: UInt256) -> Hash32 {
  unsafe withUnsafeTemporaryAllocation(byteCount: 64, alignment: 8) { buffer in
    // Invariant: the allocation above has 64 bytes, so its base address exists.
    guard let base = buffer.baseAddress else { return .zero }
    unsafe first.storeBigEndian(at: base)
    unsafe second.storeBigEndian(at: base + 32)
    return unsafe keccak256(UnsafeRawBufferPointer(buffer))
  }
}

extension Address {
  /// The address of a contract made by CREATE or by a transaction without recipient (Yellow Paper, equation 86).
  public func createAddress(nonce: UInt64) -> Address {
    Address(truncating: keccak256(RLP.list([.bytes(bytes), .quantity(nonce)]).encoded).word)
  }

  /// The address of a contract made by CREATE2 (EIP-1014).
  public func create2Address(salt: UInt256, initCodeHash: Hash32) -> Address {
    Address(truncating: keccak256([0xFF] + bytes + salt.bigEndianBytes + initCodeHash.bytes).word)
  }
}
