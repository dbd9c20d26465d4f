/// One summand [scalar]point of a multi-scalar multiplication; the point is not at infinity.
struct ScalarTerm<Field: FieldElement> {
  let point: AffinePoint<Field>
  let scalar: UInt128
}

/// The sum of all terms, whose scalars have at most `bits` bits (128 or fewer).
///
/// Pippenger's bucket method with signed digits; for few terms Straus' method with a table for each. Costs
/// about bits·terms/log₂(terms) additions. Variable time.
func multiScalarSum<Field: FieldElement>(_ terms: [ScalarTerm<Field>], bits: Int) -> JacobianPoint<Field> {
  terms.count <= 16 ? strausSum(terms, bits: bits) : pippengerSum(terms, bits: bits)
}

/// Shares the doublings between the terms; every term has a table of its multiples 1 … 8.
private func strausSum<Field: FieldElement>(
  _ terms: [ScalarTerm<Field>], bits: Int
) -> JacobianPoint<Field> {
  let window = 4
  let tables = terms.map { term in
    var table = InlineArray<9, JacobianPoint<Field>>(repeating: .infinity)
    table[1] = JacobianPoint(term.point)
    table[2] = table[1].doubled()
    for i in 3..<9 { table[i] = table[i - 1] + term.point }
    return table
  }
  var sum = JacobianPoint<Field>.infinity
  for position in (0...(bits / window)).reversed() {
    for _ in 0..<window { sum = sum.doubled() }
    for (term, table) in zip(terms, tables) {
      let digit = signedDigit(term.scalar, position: position, window: window)
      if digit > 0 {
        sum = sum + table[digit]
      } else if digit < 0 {
        sum = sum + -table[-digit]
      }
    }
  }
  return sum
}

/// Sorts the points of one window's digits into buckets, then adds the buckets up with weights 1, 2, 3, ….
private func pippengerSum<Field: FieldElement>(
  _ terms: [ScalarTerm<Field>], bits: Int
) -> JacobianPoint<Field> {
  let window = pippengerWindow(terms: terms.count, bits: bits)
  var buckets = [JacobianPoint<Field>](repeating: .infinity, count: 1 << (window - 1))
  var sum = JacobianPoint<Field>.infinity
  for position in (0...(bits / window)).reversed() {
    for _ in 0..<window { sum = sum.doubled() }
    for i in buckets.indices { buckets[i] = .infinity }
    for term in terms {
      let digit = signedDigit(term.scalar, position: position, window: window)
      if digit > 0 {
        buckets[digit - 1] = buckets[digit - 1] + term.point
      } else if digit < 0 {
        buckets[-digit - 1] = buckets[-digit - 1] + -term.point
      }
    }
    var running = JacobianPoint<Field>.infinity
    for bucket in buckets.reversed() {
      running = running + bucket
      sum = sum + running
    }
  }
  return sum
}

/// The window that makes the fewest additions: for each one term's, and two for each bucket.
private func pippengerWindow(terms: Int, bits: Int) -> Int {
  let candidates = 3...14
  return candidates.min { cost($0) < cost($1) } ?? candidates.lowerBound

  func cost(_ window: Int) -> Int { (bits / window + 1) * (2 * terms + 3 * (1 << window)) }
}

/// Digit `position` of `scalar` in base 2^window with digits −2^(window − 1) … 2^(window − 1): half of the base is
/// carried to the next digit, so that one more digit than ⌊bits/window⌋ suffices.
@inline(__always)
private func signedDigit(_ scalar: UInt128, position: Int, window: Int) -> Int {
  let shift = position * window
  let digit = Int(truncatingIfNeeded: scalar >> UInt128(shift)) & ((1 << window) - 1)
  let carry = shift == 0 ? 0 : Int(truncatingIfNeeded: scalar >> UInt128(shift - 1)) & 1
  return digit + carry - ((digit >> (window - 1)) << window)
}
