// Square roots for a modulus p ≡ 3 (mod 4), and the signs that choose between two of them.

extension PrimeField: RootedField {
  /// self^((p − 3)/4): for a square, the inverse of a square root; multiplied by self, the root.
  fileprivate var inverseRootCandidate: Self { power(Modulus.modulus.divided(by: 4)) }

  func squareRoot() -> Self? {
    let root = self * inverseRootCandidate
    return root.squared() == self ? root : nil
  }

  var isOdd: Bool { canonical[0] & 1 == 1 }
}

extension Fp2: RootedField where Curve == BLS12381 {
  var isOdd: Bool { c0.isZero ? c1.isOdd : c0.isOdd }

  /// The complex method. With s² the norm c0² + c1², one of (c0 ± s)/2 is the square of the root's real part (Adj and
  /// Rodríguez-Henríquez, "Square root computation over even extension fields", 2012, algorithm 8).
  func squareRoot() -> Self? {
    guard let s = (c0.squared() + c1.squared()).squareRoot() else { return nil }
    let half = BLS12381.half
    let positive = (c0 + s) * half
    let delta = positive.isZero ? c0 : positive
    let inverse = delta.inverseRootCandidate
    let root = delta * inverse
    let other = c1 * half * inverse
    // For a non-square delta, root² = −delta, and the two parts change places.
    return root.squared() == delta ? Self(root, other) : Self(-other, root)
  }
}
