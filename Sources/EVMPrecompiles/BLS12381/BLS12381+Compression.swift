extension BLS12381.FirstGroup {
  /// A member of the group from the 48 bytes at `offset`: x, with flags in its three highest bits for
  /// "compressed", "infinity" and "y is the greater root". Nil for anything but the one valid encoding of a member.
  static func compressedMember(_ input: Span<UInt8>, at offset: Int) -> Point? {
    var limbs: InlineArray<6, UInt64> = input.limbs(at: offset)
    let flags = limbs[5] >> 61
    limbs[5] &= .max >> 3
    switch flags {
    case 0b110: return limbs.isZero ? .infinity : nil
    case 0b100, 0b101:
      guard let x = Field(canonical: limbs), let root = (x.squared() * x + b).squareRoot() else { return nil }
      let isGreater = flags == 0b101
      let point = Point(x, isGreaterRoot(root) == isGreater ? root : -root)
      return isMember(point) ? point : nil
    default: return nil
    }
  }

  /// Whether y is greater than −y, as numbers.
  private static func isGreaterRoot(_ y: Field) -> Bool {
    (-y).canonical.isLess(than: y.canonical)
  }
}
