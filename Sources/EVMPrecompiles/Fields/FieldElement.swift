/// What curves and towers need of a finite field: the prime fields and their extensions alike.
///
/// Every generic use is specialised inside this module; nothing here is reached through a witness table
/// in an optimised build.
protocol FieldElement: Equatable, BitwiseCopyable, Sendable {
  static var zero: Self { get }
  static var one: Self { get }
  static func + (a: Self, b: Self) -> Self
  static func - (a: Self, b: Self) -> Self
  static func * (a: Self, b: Self) -> Self
  static prefix func - (a: Self) -> Self
  /// `self²`, cheaper than a product in the extensions.
  func squared() -> Self
  /// `1/self`, and zero for zero.
  func inverted() -> Self
  var isZero: Bool { get }
}

/// What an extension needs of the prime field below it.
protocol BaseField: FieldElement {
  /// a·b + c·d.
  static func sumOfProducts(_ a: Self, _ b: Self, _ c: Self, _ d: Self) -> Self
}

extension FieldElement {
  /// `2·self`.
  @inline(__always)
  func doubled() -> Self { self + self }

  @inline(__always) static func += (a: inout Self, b: Self) { a = a + b }
  @inline(__always) static func -= (a: inout Self, b: Self) { a = a - b }
  @inline(__always) static func *= (a: inout Self, b: Self) { a = a * b }

  /// `self` to a little-endian exponent, in four-bit windows. Variable time: nothing here is secret.
  func power<let N: Int>(_ exponent: InlineArray<N, UInt64>) -> Self {
    var table = InlineArray<16, Self>(repeating: .one)
    for i in 1..<16 { table[i] = table[i - 1] * self }
    var result = Self.one
    var started = false
    for position in stride(from: 64 * N - 4, through: 0, by: -4) {
      if started { result = result.squared().squared().squared().squared() }
      let digit = Int((exponent[position &>> 6] &>> UInt64(position & 63)) & 15)
      if digit != 0 {
        result = started ? result * table[digit] : table[digit]
        started = true
      }
    }
    return result
  }
}
