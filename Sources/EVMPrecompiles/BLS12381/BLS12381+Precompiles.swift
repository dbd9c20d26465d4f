// EIP-2537. Additions take any points of the curves; multiplications and the pairing only those of the groups.
// Every operation fails on a wrong input size, a malformed coordinate and a point off the curve.

extension BLS12381 {
  /// 0x0b: the sum of two points over Fp.
  static func addInFirstGroup(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    guard input.count == 2 * Size.firstPoint, let p = firstCurvePoint(input, at: 0),
      let q = firstCurvePoint(input, at: Size.firstPoint)
    else { return false }
    append((JacobianPoint(p) + q).affine, to: &output)
    return true
  }

  /// 0x0d: the sum of two points over Fp2.
  static func addInSecondGroup(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    guard input.count == 2 * Size.secondPoint, let p = secondCurvePoint(input, at: 0),
      let q = secondCurvePoint(input, at: Size.secondPoint)
    else { return false }
    append((JacobianPoint(p) + q).affine, to: &output)
    return true
  }

  /// 0x0c: the sum of [scalar]point over pairs of both, in the first group.
  static func multiplyInFirstGroup(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    let pairSize = Size.firstPoint + Size.scalar
    guard input.count > 0, input.count % pairSize == 0 else { return false }
    var terms: [ScalarTerm<Fp>] = []
    terms.reserveCapacity(2 * input.count / pairSize)
    for offset in stride(from: 0, to: input.count, by: pairSize) {
      guard let point = firstCurvePoint(input, at: offset), isInFirstGroup(point) else { return false }
      appendTerms(point, times: input.limbs(at: offset + Size.firstPoint), to: &terms)
    }
    append(multiScalarSum(terms, bits: 128).affine, to: &output)
    return true
  }

  /// 0x0e: the sum of [scalar]point over pairs of both, in the second group.
  static func multiplyInSecondGroup(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    let pairSize = Size.secondPoint + Size.scalar
    guard input.count > 0, input.count % pairSize == 0 else { return false }
    var terms: [ScalarTerm<Fp2<BLS12381>>] = []
    terms.reserveCapacity(4 * input.count / pairSize)
    for offset in stride(from: 0, to: input.count, by: pairSize) {
      guard let point = secondCurvePoint(input, at: offset), isInSecondGroup(point) else { return false }
      appendTerms(point, times: input.limbs(at: offset + Size.secondPoint), to: &terms)
    }
    append(multiScalarSum(terms, bits: 64).affine, to: &output)
    return true
  }

  /// 0x0f: whether the product of the pairings of all pairs is one, as a 32-byte number.
  static func pairingCheck(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    let pairSize = Size.firstPoint + Size.secondPoint
    guard input.count > 0, input.count % pairSize == 0 else { return false }
    var pairs: [MillerPair<BLS12381>] = []
    pairs.reserveCapacity(input.count / pairSize)
    for offset in stride(from: 0, to: input.count, by: pairSize) {
      guard let p = firstCurvePoint(input, at: offset), isInFirstGroup(p),
        let q = secondCurvePoint(input, at: offset + Size.firstPoint), isInSecondGroup(q)
      else { return false }
      if !p.isInfinity && !q.isInfinity { pairs.append(MillerPair(p, q)) }
    }
    output.appendBoolean(pairingProductIsOne(pairs))
    return true
  }

  /// 0x10: a field element to a point of the first group.
  static func mapToFirstGroup(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    guard input.count == Size.coordinate, let u = coordinate(input, at: 0) else { return false }
    append(clearingFirstCofactor(firstCurveMap.point(u)).affine, to: &output)
    return true
  }

  /// 0x11: an element of Fp2 to a point of the second group.
  static func mapToSecondGroup(_ input: Span<UInt8>, into output: inout [UInt8]) -> Bool {
    guard input.count == 2 * Size.coordinate, let u = quadraticCoordinate(input, at: 0) else {
      return false
    }
    append(clearingSecondCofactor(secondCurveMap.point(u)).affine, to: &output)
    return true
  }
}
