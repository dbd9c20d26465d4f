/// A growable array of plain old data without reference counting, uniqueness checks or exclusivity checks, which keeps
/// its room when emptied: what the hot tables of the journal, the tainted run and the executors are made of. For one
/// thread at a time.
@safe @frozen @usableFromInline
package struct PlainArray<Element: BitwiseCopyable>: ~Copyable {
  // Invariant: `base` points to `capacity` elements of which the first `count` are initialised; it is owned
  // by this value alone and freed in `deinit`. Indices are produced by `append` only and never outlive a
  // truncation below them: that is what the assertions check in debug builds.
  @usableFromInline var base: UnsafeMutablePointer<Element>
  @usableFromInline var capacity: Int
  /// The number of elements.
  @inlinable package var count: Int { stored }
  @usableFromInline var stored = 0

  /// Makes an empty array with room for so many elements, 0 or more.
  @inlinable
  package init(capacity: Int) {
    self.capacity = capacity
    unsafe base = .allocate(capacity: self.capacity)
  }

  @inlinable
  deinit { unsafe base.deallocate() }

  /// A copy of its own. Linear.
  @inlinable
  package init(copying other: borrowing PlainArray) {
    self.init(capacity: other.stored)
    unsafe base.initialize(from: other.base, count: other.stored)
    stored = other.stored
  }

  /// So many equal elements. Linear.
  @inlinable
  package init(repeating element: Element, count: Int) {
    self.init(capacity: count)
    unsafe base.initialize(repeating: element, count: count)
    stored = count
  }

  /// The element at `index`, which must be below `count`.
  @inlinable @inline(__always)
  package subscript(index: Int) -> Element {
    unsafeAddress {
      assert(index >= 0 && index < stored)
      return unsafe UnsafePointer(base + index)
    }
    unsafeMutableAddress {
      assert(index >= 0 && index < stored)
      return unsafe base + index
    }
  }

  /// Where the element at `index` is, which must be below `count`; valid until the array grows or goes.
  @unsafe @inlinable @inline(__always)
  package func pointer(to index: Int) -> UnsafePointer<Element> {
    assert(index >= 0 && index < stored)
    return unsafe UnsafePointer(base + index)
  }

  /// Adds an element behind the last one. Amortised constant.
  @inlinable @inline(__always)
  package mutating func append(_ element: Element) {
    if stored == capacity { grow() }
    unsafe (base + stored).initialize(to: element)
    stored &+= 1
  }

  /// Removes and returns the last element; the array must not be empty.
  @inlinable @inline(__always)
  package mutating func removeLast() -> Element {
    assert(stored > 0)
    stored &-= 1
    return unsafe base[stored]
  }

  /// Drops the elements from `newCount` on; `newCount` must not be above `count`.
  @inlinable @inline(__always)
  package mutating func truncate(to newCount: Int) {
    assert(newCount <= stored)
    stored = newCount
  }

  /// Drops all elements and keeps the room.
  @inlinable @inline(__always)
  package mutating func removeAll() { stored = 0 }

  /// Makes room for so many elements in all. Linear where there is too little.
  @inlinable
  package mutating func reserve(_ count: Int) { if count > capacity { grow(to: max(count, 8)) } }

  @inlinable @inline(never)
  mutating func grow() { grow(to: max(capacity * 2, 8)) }

  @inlinable
  mutating func grow(to room: Int) {
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: room)
    unsafe larger.moveInitialize(from: base, count: stored)
    unsafe base.deallocate()
    unsafe base = larger
    capacity = room
  }
}
