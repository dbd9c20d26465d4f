/// A reference that is not counted: where several threads count references to one object, each waits for the cache line
/// with the others' counts.
@safe
struct Uncounted<Object: AnyObject>: @unchecked Sendable {
  // Invariant: whoever makes this keeps the object alive for as long as this is used.
  private let object: Unmanaged<Object>

  /// A reference to something that outlives it.
  @unsafe
  init(_ object: Object) { unsafe self.object = .passUnretained(object) }

  /// Runs `body` with the object, which it must not keep.
  @inline(__always)
  func with<Result>(_ body: (Object) -> Result) -> Result { unsafe object._withUnsafeGuaranteedRef(body) }
}
