/// The places of an array that several threads fill, in any order: each element is made where it stays. What one core writes
/// and another one moves elsewhere would travel between them twice.
@safe
struct Places<Element>: BitwiseCopyable {
  // Invariant: points to room for `count` elements, for as long as the body of `fill` runs. Who keeps this keeps account of
  // which of them there are.
  private let start: UnsafeMutablePointer<Element>
  let count: Int

  /// Where an element goes, or is.
  @unsafe @inline(__always)
  subscript(index: Int) -> UnsafeMutablePointer<Element> {
    assert(index >= 0 && index < count)
    return unsafe start + index
  }

  /// Runs `body`, which must have put all elements in place when it returns, and left none there when it throws.
  ///
  /// - Parameter count: how many there will be.
  /// - Returns: the elements, and what `body` returned.
  static func fill<Rest, Failure: Error>(
    _ count: Int, by body: (Places) throws(Failure) -> Rest
  ) throws(Failure) -> (elements: [Element], rest: Rest) {
    var outcome: Result<Rest, Failure>?
    let elements = unsafe [Element](unsafeUninitializedCapacity: max(count, 1)) { room, filled in
      guard let start = room.baseAddress else { return }
      do throws(Failure) {
        outcome = unsafe .success(try body(Places(start: start, count: count)))
        filled = count
      } catch { outcome = .failure(error) }
    }
    guard let outcome else { preconditionFailure("an array with room has an address") }
    return (elements, try outcome.get())
  }
}
