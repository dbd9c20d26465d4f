public import EthereumTypes

/// A storage slot that a transaction adds to without otherwise looking at it: two increments of one slot commute.
///
/// Whatever the slot holds between `low` and `high`, both included, the transaction does the same, gas, logs and all
/// other writes included, and leaves `delta` more in the slot, or as much as there was where it fails for another reason.
/// That holds as long as the conditions of the prediction do that the increment is part of.
public struct Increment: Hashable, Sendable {
  /// The slot.
  public var location: Location
  /// What is added, mod 2²⁵⁶: a decrement by `x` is an increment by 2²⁵⁶ − `x`. Never zero.
  public var delta: UInt256
  /// The least value of the slot with which this holds; never zero, because setting a slot that is zero has a price of its
  /// own.
  public var low: UInt256
  /// The greatest.
  public var high: UInt256

  /// Makes an increment.
  public init(_ location: Location, by delta: UInt256, from low: UInt256, through high: UInt256) {
    self.location = location
    self.delta = delta
    self.low = low
    self.high = high
  }

  /// Whether it is one where the slot holds this value.
  public func admits(_ value: UInt256) -> Bool { low <= value && value <= high }
}
