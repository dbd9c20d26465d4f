/// The permutation Keccak-f[1600] (FIPS 202, section 3) on 25 lanes.
///
/// Written out with one name for each lane so that all of them are registers or stack slots known to the
/// compiler; lane (x, y) is `a[x + 5y]`.
///
/// Lanes 1, 2, 8, 12, 17 and 20 are kept complemented from the first round to the last: then all but five of
/// the 25 complements of χ turn into a choice between "and" and "or" (the Keccak team's implementation
/// overview, section 2.2). Worth 12 % where the processor's and-not instruction may not be assumed.
enum KeccakPermutation {
  /// Applies all 24 rounds in place.
  ///
  /// - Safety: 25 lanes must be readable and writable at `state`.
  @unsafe
  static func apply(_ state: UnsafeMutablePointer<UInt64>) {
    var a0 = unsafe state[0]
    var a1 = unsafe ~state[1]
    var a2 = unsafe ~state[2]
    var a3 = unsafe state[3]
    var a4 = unsafe state[4]
    var a5 = unsafe state[5]
    var a6 = unsafe state[6]
    var a7 = unsafe state[7]
    var a8 = unsafe ~state[8]
    var a9 = unsafe state[9]
    var a10 = unsafe state[10]
    var a11 = unsafe state[11]
    var a12 = unsafe ~state[12]
    var a13 = unsafe state[13]
    var a14 = unsafe state[14]
    var a15 = unsafe state[15]
    var a16 = unsafe state[16]
    var a17 = unsafe ~state[17]
    var a18 = unsafe state[18]
    var a19 = unsafe state[19]
    var a20 = unsafe ~state[20]
    var a21 = unsafe state[21]
    var a22 = unsafe state[22]
    var a23 = unsafe state[23]
    var a24 = unsafe state[24]
    for constant in roundConstants.indices {
      // θ
      let c0 = a0 ^ a5 ^ a10 ^ a15 ^ a20
      let c1 = a1 ^ a6 ^ a11 ^ a16 ^ a21
      let c2 = a2 ^ a7 ^ a12 ^ a17 ^ a22
      let c3 = a3 ^ a8 ^ a13 ^ a18 ^ a23
      let c4 = a4 ^ a9 ^ a14 ^ a19 ^ a24
      let d0 = c4 ^ rotate(c1, 1)
      let d1 = c0 ^ rotate(c2, 1)
      let d2 = c1 ^ rotate(c3, 1)
      let d3 = c2 ^ rotate(c4, 1)
      let d4 = c3 ^ rotate(c0, 1)
      // ρ and π
      let b0 = a0 ^ d0
      let b16 = rotate(a5 ^ d0, 36)
      let b7 = rotate(a10 ^ d0, 3)
      let b23 = rotate(a15 ^ d0, 41)
      let b14 = rotate(a20 ^ d0, 18)
      let b10 = rotate(a1 ^ d1, 1)
      let b1 = rotate(a6 ^ d1, 44)
      let b17 = rotate(a11 ^ d1, 10)
      let b8 = rotate(a16 ^ d1, 45)
      let b24 = rotate(a21 ^ d1, 2)
      let b20 = rotate(a2 ^ d2, 62)
      let b11 = rotate(a7 ^ d2, 6)
      let b2 = rotate(a12 ^ d2, 43)
      let b18 = rotate(a17 ^ d2, 15)
      let b9 = rotate(a22 ^ d2, 61)
      let b5 = rotate(a3 ^ d3, 28)
      let b21 = rotate(a8 ^ d3, 55)
      let b12 = rotate(a13 ^ d3, 25)
      let b3 = rotate(a18 ^ d3, 21)
      let b19 = rotate(a23 ^ d3, 56)
      let b15 = rotate(a4 ^ d4, 27)
      let b6 = rotate(a9 ^ d4, 20)
      let b22 = rotate(a14 ^ d4, 39)
      let b13 = rotate(a19 ^ d4, 8)
      let b4 = rotate(a24 ^ d4, 14)
      // χ and ι
      a0 = b0 ^ (b1 | b2) ^ roundConstants[constant]
      a1 = b1 ^ (~b2 | b3)
      a2 = b2 ^ (b3 & b4)
      a3 = b3 ^ (b4 | b0)
      a4 = b4 ^ (b0 & b1)
      a5 = b5 ^ (b6 | b7)
      a6 = b6 ^ (b7 & b8)
      a7 = b7 ^ (b8 | ~b9)
      a8 = b8 ^ (b9 | b5)
      a9 = b9 ^ (b5 & b6)
      let n13 = ~b13
      a10 = b10 ^ (b11 | b12)
      a11 = b11 ^ (b12 & b13)
      a12 = b12 ^ (n13 & b14)
      a13 = n13 ^ (b14 | b10)
      a14 = b14 ^ (b10 & b11)
      let n18 = ~b18
      a15 = b15 ^ (b16 & b17)
      a16 = b16 ^ (b17 | b18)
      a17 = b17 ^ (n18 | b19)
      a18 = n18 ^ (b19 & b15)
      a19 = b19 ^ (b15 | b16)
      let n21 = ~b21
      a20 = b20 ^ (n21 & b22)
      a21 = n21 ^ (b22 | b23)
      a22 = b22 ^ (b23 & b24)
      a23 = b23 ^ (b24 | b20)
      a24 = b24 ^ (b20 & b21)
    }
    unsafe state[0] = a0
    unsafe state[1] = ~a1
    unsafe state[2] = ~a2
    unsafe state[3] = a3
    unsafe state[4] = a4
    unsafe state[5] = a5
    unsafe state[6] = a6
    unsafe state[7] = a7
    unsafe state[8] = ~a8
    unsafe state[9] = a9
    unsafe state[10] = a10
    unsafe state[11] = a11
    unsafe state[12] = ~a12
    unsafe state[13] = a13
    unsafe state[14] = a14
    unsafe state[15] = a15
    unsafe state[16] = a16
    unsafe state[17] = ~a17
    unsafe state[18] = a18
    unsafe state[19] = a19
    unsafe state[20] = ~a20
    unsafe state[21] = a21
    unsafe state[22] = a22
    unsafe state[23] = a23
    unsafe state[24] = a24
  }

  @inline(__always)
  private static func rotate(_ lane: UInt64, _ count: UInt64) -> UInt64 {
    lane &<< count | lane &>> (64 &- count)
  }

  private static let roundConstants: InlineArray<24, UInt64> = [
    0x0000_0000_0000_0001, 0x0000_0000_0000_8082, 0x8000_0000_0000_808A,
    0x8000_0000_8000_8000, 0x0000_0000_0000_808B, 0x0000_0000_8000_0001,
    0x8000_0000_8000_8081, 0x8000_0000_0000_8009, 0x0000_0000_0000_008A,
    0x0000_0000_0000_0088, 0x0000_0000_8000_8009, 0x0000_0000_8000_000A,
    0x0000_0000_8000_808B, 0x8000_0000_0000_008B, 0x8000_0000_0000_8089,
    0x8000_0000_0000_8003, 0x8000_0000_0000_8002, 0x8000_0000_0000_0080,
    0x0000_0000_0000_800A, 0x8000_0000_8000_000A, 0x8000_0000_8000_8081,
    0x8000_0000_0000_8080, 0x0000_0000_8000_0001, 0x8000_0000_8000_8008,
  ]
}
