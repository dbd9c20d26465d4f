import EthereumTypes

extension SplitMix64 {
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
