/// The base field of BN254 (EIP-196): p = 36x⁴ + 36x³ + 24x² + 6x + 1 with x = 4965661367192848881.
enum BN254Modulus: PrimeModulus {
  typealias Limbs = InlineArray<4, UInt64>

  @inline(__always) static var modulus: Limbs {
    [
      0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d, 0x30644e72e131a029,
    ]
  }

  @inline(__always) static var r: Limbs {
    [
      0xd35d438dc58f0d9d, 0x0a78eb28f5c70b3d, 0x666ea36f7879462c, 0x0e0a77c19a07df2f,
    ]
  }

  @inline(__always) static var rSquared: Limbs {
    [
      0xf32cfc5b538afa89, 0xb5e71911d44501fb, 0x47ab1eff0a417ff6, 0x06d89f71cab8351f,
    ]
  }
}
