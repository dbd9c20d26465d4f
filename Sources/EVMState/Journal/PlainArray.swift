/// A growable array of plain old data without reference counting, uniqueness checks or exclusivity checks:
/// what the journal's hot tables are made of.
@safe @frozen @usableFromInline
struct PlainArray<Element: BitwiseCopyable>: ~Copyable {
  // Invariant: `base` points to `capacity` elements of which the first `count` are initialised; it is owned
  // by this value alone and freed in `deinit`. Indices are produced by `append` only and never outlive a
  // truncation below them: that is what the assertions check in debug builds.
  @usableFromInline var base: UnsafeMutablePointer<Element>
  @usableFromInline var capacity: Int
  @usableFromInline var count = 0

  @usableFromInline
  init(capacity: Int) {
    self.capacity = max(capacity, 8)
    unsafe base = .allocate(capacity: self.capacity)
  }

  @inlinable
  deinit { unsafe base.deallocate() }

  /// A copy of its own.
  init(copying other: borrowing PlainArray) {
    self.init(capacity: other.count)
    unsafe base.initialize(from: other.base, count: other.count)
    count = other.count
  }

  /// So many equal elements.
  init(repeating element: Element, count: Int) {
    self.init(capacity: count)
    unsafe base.initialize(repeating: element, count: count)
    self.count = count
  }

  @inlinable @inline(__always)
  subscript(index: Int) -> Element {
    unsafeAddress {
      assert(index >= 0 && index < count)
      return unsafe UnsafePointer(base + index)
    }
    unsafeMutableAddress {
      assert(index >= 0 && index < count)
      return unsafe base + index
    }
  }

  @inlinable @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow() }
    unsafe (base + count).initialize(to: element)
    count &+= 1
  }

  @inlinable @inline(__always)
  mutating func popLast() -> Element {
    assert(count > 0)
    count &-= 1
    return unsafe base[count]
  }

  @inlinable @inline(__always)
  mutating func truncate(to newCount: Int) {
    assert(newCount <= count)
    count = newCount
  }

  @usableFromInline @inline(never)
  mutating func grow() {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity * 2)
    unsafe larger.moveInitialize(from: base, count: count)
    unsafe base.deallocate()
    unsafe base = larger
    capacity *= 2
  }
}
