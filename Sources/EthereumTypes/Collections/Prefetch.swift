import CPrefetch

/// Asking for memory before it is looked at.
@usableFromInline
package enum Prefetch {
  /// Lets the processor fetch the cache lines that hold a value's beginning and end. Nothing is looked at: the address may
  /// be any.
  @unsafe @inlinable @inline(__always)
  package static func fetch<Value: ~Copyable>(_ value: UnsafePointer<Value>) {
    let start = unsafe UnsafeRawPointer(value)
    unsafe wavefront_prefetch(start)
    if MemoryLayout<Value>.stride > 16 { unsafe wavefront_prefetch(start + MemoryLayout<Value>.stride - 1) }
  }

  /// The same with all lines between.
  @unsafe @inlinable @inline(__always)
  package static func fetchAll<Value: ~Copyable>(_ value: UnsafePointer<Value>) {
    unsafe forEachLine(of: value) { unsafe wavefront_prefetch($0) }
  }

  /// The same for what will be written.
  @unsafe @inlinable @inline(__always)
  package static func fetchForWriting<Value: ~Copyable>(_ value: UnsafeMutablePointer<Value>) {
    unsafe forEachLine(of: UnsafePointer(value)) { unsafe wavefront_prefetch_for_writing($0) }
  }

  @unsafe @inlinable @inline(__always)
  static func forEachLine<Value: ~Copyable>(
    of value: UnsafePointer<Value>, _ body: (UnsafeRawPointer) -> Void
  ) {
    let start = unsafe UnsafeRawPointer(value)
    var offset = 0
    while offset < MemoryLayout<Value>.stride {
      unsafe body(start + offset)
      offset += 64
    }
    unsafe body(start + MemoryLayout<Value>.stride - 1)
  }
}

extension PlainArray {
  /// Lets the processor fetch the element at `index`, which must be below `count`.
  @inlinable @inline(__always)
  package func prefetch(_ index: Int) {
    assert(index >= 0 && index < stored)
    unsafe Prefetch.fetch(UnsafePointer(base + index))
  }
}
