// Constants that follow from the curve, computed once at first use instead of being written down.

extension PairingCurve {
  /// 1, a, a², … a⁵.
  static func powers(of a: Fp2<Self>) -> InlineArray<6, Fp2<Self>> {
    var result = InlineArray<6, Fp2<Self>>(repeating: .one)
    for i in 1..<6 { result[i] = result[i - 1] * a }
    return result
  }

  /// The digits of a positive number in non-adjacent form, the most significant first and left out.
  static func nonAdjacentDigits(of number: UInt128) -> [Int8] {
    var digits: [Int8] = []
    var rest = number
    while rest != 0 {
      switch rest & 3 {
      case 1:
        digits.append(1)
        rest -= 1
      case 3:
        digits.append(-1)
        rest += 1
      default:
        digits.append(0)
      }
      rest >>= 1
    }
    return digits.dropLast().reversed()
  }
}
