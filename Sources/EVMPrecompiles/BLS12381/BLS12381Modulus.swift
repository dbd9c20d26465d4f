/// The base field of BLS12-381 (EIP-2537): p = (x − 1)²(x⁴ − x² + 1)/3 + x with x = −0xd201000000010000.
enum BLS12381Modulus: PrimeModulus {
  typealias Limbs = InlineArray<6, UInt64>

  @inline(__always) static var modulus: Limbs {
    [
      0xb9feffffffffaaab, 0x1eabfffeb153ffff, 0x6730d2a0f6b0f624, 0x64774b84f38512bf,
      0x4b1ba7b6434bacd7, 0x1a0111ea397fe69a,
    ]
  }

  @inline(__always) static var r: Limbs {
    [
      0x760900000002fffd, 0xebf4000bc40c0002, 0x5f48985753c758ba, 0x77ce585370525745,
      0x5c071a97a256ec6d, 0x15f65ec3fa80e493,
    ]
  }

  @inline(__always) static var rSquared: Limbs {
    [
      0xf4df1f341c341746, 0x0a76e6a609d104f1, 0x8de5476c4c95b6d5, 0x67eb88a9939d83c0,
      0x9a793e85b519952d, 0x11988fe592cae3aa,
    ]
  }
}
