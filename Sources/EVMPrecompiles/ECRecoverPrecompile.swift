import EthereumTypes

/// 0x01: the address that signed a hash (Yellow Paper, appendix E). Input: hash, v, r, s, 32 bytes each.
enum ECRecoverPrecompile {
  /// An invalid signature succeeds with empty output; v must be 27 or 28 in all its 32 bytes.
  static func recover(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    let v = input.uint256(at: 32)
    guard v.l1 | v.l2 | v.l3 == 0, v.l0 == 27 || v.l0 == 28,
      let signer = ECDSARecovery.signer(
        of: Hash32(word: input.uint256(at: 0)), recoveryID: v.l0 - 27, r: input.uint256(at: 64),
        s: input.uint256(at: 96))
    else { return true }
    output.append(contentsOf: signer.word.bigEndianBytes)
    return true
  }
}

extension Span where Element == UInt8 {
  /// The 32-byte big-endian number at `offset`.
  func uint256(at offset: Int) -> UInt256 {
    UInt256(
      limbs: bigEndianWord(at: offset + 24), bigEndianWord(at: offset + 16),
      bigEndianWord(at: offset + 8), bigEndianWord(at: offset))
  }
}
