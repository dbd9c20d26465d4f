extension BLS12381 {
  /// 0x0f: whether the product of the pairings of one pair or more is one, as a 32-byte number. Fails on a wrong input
  /// size and on a point that is not of its group.
  static func pairingCheck(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    let pairSize = FirstGroup.pointSize + SecondGroup.pointSize
    guard input.count > 0, input.count % pairSize == 0 else { return false }
    var pairs: [MillerPair<BLS12381>] = []
    for offset in stride(from: 0, to: input.count, by: pairSize) {
      guard let p = FirstGroup.member(input, at: offset),
        let q = SecondGroup.member(input, at: offset + FirstGroup.pointSize)
      else { return false }
      if !p.isInfinity && !q.isInfinity { pairs.append(MillerPair(p, q)) }
    }
    output.appendBoolean(pairingProductIsOne(pairs))
    return true
  }
}
