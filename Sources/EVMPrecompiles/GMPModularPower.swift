import CGMP

/// base ^ exponent mod modulus on GMP integers, without ever writing out the zeros past the end of the input.
enum GMPModularPower {
  /// Owns one `mpz_t`, behind a pointer because GMP lets a result be one of the operands.
  @safe
  private final class Integer {
    // Invariant: allocated and initialised in `init`, cleared and freed in `deinit`.
    let pointer: UnsafeMutablePointer<mpz_t>

    init(_ number: UInt) {
      unsafe pointer = .allocate(capacity: 1)
      unsafe __gmpz_init_set_ui(pointer, number)
    }

    /// The big-endian number in `range`, which lies within `input`.
    convenience init(_ input: Span<UInt8>, _ range: Range<Int>) {
      self.init(0)
      unsafe input.withUnsafeBufferPointer { bytes in
        let operand = unsafe UnsafeBufferPointer(rebasing: bytes[range])
        unsafe __gmpz_import(pointer, operand.count, 1, 1, 1, 0, operand.baseAddress)
      }
    }

    deinit {
      unsafe __gmpz_clear(pointer)
      unsafe pointer.deallocate()
    }

    var isZero: Bool { unsafe pointer.pointee._mp_size == 0 }
  }

  /// The power's big-endian bytes without leading zeros; none where the modulus is zero.
  static func compute(
    _ input: Span<UInt8>, base: ModExp.Operand, exponent: ModExp.Operand, modulus: ModExp.Operand
  ) -> [UInt8] {
    let m = Integer(input, modulus.range)
    if m.isZero { return [] }
    if modulus.trailingZeros > 0 {
      unsafe __gmpz_mul_2exp(m.pointer, m.pointer, UInt(8 * modulus.trailingZeros))
    }
    let result = Integer(input, base.range)
    if base.trailingZeros > 0 && !result.isZero {
      // base · 256^zeros, reduced before it is multiplied out.
      let shift = Integer(256)
      unsafe __gmpz_powm_ui(shift.pointer, shift.pointer, UInt(base.trailingZeros), m.pointer)
      unsafe __gmpz_mul(result.pointer, result.pointer, shift.pointer)
    }
    let e = Integer(input, exponent.range)
    unsafe __gmpz_powm(result.pointer, result.pointer, e.pointer, m.pointer)
    if !e.isZero {
      // x^(e·256^zeros) = (((x^e)^256)^256)…; zero and one stay what they are.
      for _ in 0..<exponent.trailingZeros {
        if unsafe __gmpz_cmp_ui(result.pointer, 1) <= 0 { break }
        unsafe __gmpz_powm_ui(result.pointer, result.pointer, 256, m.pointer)
      }
    }
    return bytes(of: result)
  }

  private static func bytes(of integer: Integer) -> [UInt8] {
    let size = unsafe (__gmpz_sizeinbase(integer.pointer, 2) + 7) / 8
    return unsafe [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      // `size` bytes hold all bits; GMP sets `count`, to 0 for zero.
      unsafe __gmpz_export(buffer.baseAddress, &count, 1, 1, 1, 0, integer.pointer)
    }
  }
}
