import EthereumTypes

/// SplitMix64: the same sequence on every run, so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A limb, more often than not one at which carries and normalisation turn.
  mutating func limb() -> UInt64 {
    let edges: [UInt64] = [0, 0, 0, 1, 2, .max, .max, .max - 1, 1 << 63, 1 << 63 - 1, 1 << 32, 1 << 32 - 1]
    return next() & 1 == 0 ? next() : edges[Int(next() % UInt64(edges.count))]
  }

  /// A word of such limbs.
  mutating func word() -> UInt256 { UInt256(limbs: limb(), limb(), limb(), limb()) }

  mutating func bytes(_ count: Int) -> Bytes { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}

/// Words at which something turns, every one of which is tried with every other.
let edgeWords: [UInt256] = {
  var words: [UInt256] = [0, 1, 2, 3, 7, 10, 31, 32, 33, 63, 64, 65, 127, 128, 255, 256, 257]
  for bit in [63, 64, 65, 127, 128, 129, 191, 192, 193, 254, 255] {
    let power = UInt256.one << UInt256(bit)
    words += [power, power &- 1, power &+ 1, power.negated]
  }
  return words + [.max, UInt256.max &- 1]
}()
