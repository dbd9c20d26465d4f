/// 0x09: the compression function F of BLAKE2b (EIP-152, RFC 7693).
enum Blake2F {
  /// rounds (4 bytes, big-endian), state (64), message (128), offset counters (16, little-endian), final flag.
  static let inputSize = 213

  /// The number of rounds the input asks for; the gas.
  static func rounds(_ input: Span<UInt8>) -> UInt32 {
    (0..<4).reduce(0) { $0 << 8 | UInt32(input.byte(at: $1)) }
  }

  /// Fails on any other input size and on a flag that is neither 0 nor 1.
  static func run(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    guard input.count == inputSize, input[212] <= 1 else { return false }
    var state = InlineArray<8, UInt64> { input.bigEndianWord(at: 4 + 8 * $0).byteSwapped }
    let message = InlineArray<16, UInt64> { input.bigEndianWord(at: 68 + 8 * $0).byteSwapped }
    compress(
      &state, message,
      counter: (
        input.bigEndianWord(at: 196).byteSwapped, input.bigEndianWord(at: 204).byteSwapped
      ),
      isFinal: input[212] == 1, rounds: rounds(input))
    for i in state.indices {
      output.append(bigEndian: [state[i].byteSwapped])
    }
    return true
  }

  /// RFC 7693, section 3.2, with any number of rounds.
  private static func compress(
    _ h: inout InlineArray<8, UInt64>, _ m: InlineArray<16, UInt64>, counter: (UInt64, UInt64),
    isFinal: Bool, rounds: UInt32
  ) {
    var v = InlineArray<16, UInt64> { $0 < 8 ? h[$0] : initialVector[$0 - 8] }
    v[12] ^= counter.0
    v[13] ^= counter.1
    if isFinal { v[14] = ~v[14] }
    var left = rounds
    // The ten rows of the message schedule, spelled out: constant indices need neither table nor bounds checks.
    while true {
      if left == 0 { break }
      mixRows(&v, m, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
      if left == 1 { break }
      mixRows(&v, m, 14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3)
      if left == 2 { break }
      mixRows(&v, m, 11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4)
      if left == 3 { break }
      mixRows(&v, m, 7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8)
      if left == 4 { break }
      mixRows(&v, m, 9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13)
      if left == 5 { break }
      mixRows(&v, m, 2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9)
      if left == 6 { break }
      mixRows(&v, m, 12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11)
      if left == 7 { break }
      mixRows(&v, m, 13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10)
      if left == 8 { break }
      mixRows(&v, m, 6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5)
      if left == 9 { break }
      mixRows(&v, m, 10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0)
      left &-= 10
    }
    for i in 0..<8 { h[i] ^= v[i] ^ v[i + 8] }
  }

  /// One round: columns, then diagonals, with the message words that the schedule names.
  @inline(__always)
  private static func mixRows(
    _ v: inout InlineArray<16, UInt64>, _ m: InlineArray<16, UInt64>,
    _ s0: Int, _ s1: Int, _ s2: Int, _ s3: Int, _ s4: Int, _ s5: Int, _ s6: Int, _ s7: Int,
    _ s8: Int, _ s9: Int, _ s10: Int, _ s11: Int, _ s12: Int, _ s13: Int, _ s14: Int, _ s15: Int
  ) {
    mix(&v, 0, 4, 8, 12, m[s0], m[s1])
    mix(&v, 1, 5, 9, 13, m[s2], m[s3])
    mix(&v, 2, 6, 10, 14, m[s4], m[s5])
    mix(&v, 3, 7, 11, 15, m[s6], m[s7])
    mix(&v, 0, 5, 10, 15, m[s8], m[s9])
    mix(&v, 1, 6, 11, 12, m[s10], m[s11])
    mix(&v, 2, 7, 8, 13, m[s12], m[s13])
    mix(&v, 3, 4, 9, 14, m[s14], m[s15])
  }

  @inline(__always)
  private static func mix(
    _ v: inout InlineArray<16, UInt64>, _ a: Int, _ b: Int, _ c: Int, _ d: Int, _ x: UInt64, _ y: UInt64
  ) {
    v[a] = v[a] &+ v[b] &+ x
    v[d] = rotateRight(v[d] ^ v[a], 32)
    v[c] = v[c] &+ v[d]
    v[b] = rotateRight(v[b] ^ v[c], 24)
    v[a] = v[a] &+ v[b] &+ y
    v[d] = rotateRight(v[d] ^ v[a], 16)
    v[c] = v[c] &+ v[d]
    v[b] = rotateRight(v[b] ^ v[c], 63)
  }

  @inline(__always)
  private static func rotateRight(_ x: UInt64, _ n: UInt64) -> UInt64 { x &>> n | x &<< (64 &- n) }

  /// SHA-512's initial vector.
  private static let initialVector: InlineArray<8, UInt64> = [
    0x6a09_e667_f3bc_c908, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179,
  ]
}
