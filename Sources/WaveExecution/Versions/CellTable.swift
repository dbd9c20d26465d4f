import EthereumTypes
import Glibc
import Synchronization

/// A hash table from locations to what is kept for them, which any number of threads read and add to without locks.
///
/// Buckets are lists that only grow, so a cell once found stays where it is for as long as the table is used. The
/// number of buckets is fixed when a block begins; lists get longer where the guess was too low.
@safe
final class CellTable<Key: Equatable & BitwiseCopyable, Content: BitwiseCopyable>: @unchecked Sendable {
  @safe
  private struct Cell: BitwiseCopyable {
    let key: Key
    var next: UnsafeMutablePointer<Cell>?
    let content: Content
  }

  private typealias Pointer = UnsafeMutablePointer<Cell>
  private typealias Bucket = Atomic<Pointer?>

  // Invariant: `buckets` points to `capacity` initialised buckets, of which those up to `mask` are in use; all are
  // empty where no block is being run. Cells live in arenas that outlast their use here, and are plain old data.
  private var buckets: UnsafeMutablePointer<Bucket>
  private var capacity: Int
  private var mask: Int

  init() {
    capacity = 1 << 10
    mask = capacity - 1
    unsafe buckets = Self.make(capacity)
  }

  deinit { unsafe buckets.deallocate() }

  private static func make(_ count: Int) -> UnsafeMutablePointer<Bucket> {
    let buckets = UnsafeMutablePointer<Bucket>.allocate(capacity: count)
    for index in 0..<count { unsafe (buckets + index).initialize(to: Bucket(nil)) }
    return unsafe buckets
  }

  /// Forgets everything and makes ready for about so many cells. Not while anyone else looks.
  func reset(expecting count: Int) {
    // An empty bucket is a zero: nobody looks, so that need not be said bucket by bucket.
    unsafe memset(buckets, 0, (mask + 1) * MemoryLayout<Bucket>.stride)
    var size: Int = 1 << 8
    while size < count, size < (1 << 16 as Int) { size *= 2 }
    if size > capacity {
      unsafe buckets.deallocate()
      unsafe buckets = Self.make(size)
      capacity = size
    }
    mask = size - 1
  }

  /// What a key stands for, nil where it is not known.
  @inline(__always)
  func find(_ bits: UInt64, _ key: Key) -> Content? {
    let bucket = unsafe bucket(bits)
    var cell = unsafe bucket.pointee.load(ordering: .acquiring)
    while let found = unsafe cell {
      if unsafe found.pointee.key == key { return unsafe found.pointee.content }
      unsafe cell = found.pointee.next
    }
    return nil
  }

  @inline(__always)
  private func bucket(_ bits: UInt64) -> UnsafeMutablePointer<Bucket> {
    unsafe buckets + (Int(truncatingIfNeeded: bits >> 32) & mask)
  }

  /// Makes something known for a key unless another thread was faster; either way what counts is returned.
  func insert(_ bits: UInt64, _ key: Key, _ content: Content, in arena: Arena) -> Content {
    let bucket = unsafe bucket(bits)
    let cell = unsafe arena.allocate(Cell.self)
    unsafe cell.initialize(to: Cell(key: key, next: nil, content: content))
    var head = unsafe bucket.pointee.load(ordering: .acquiring)
    // What is in the bucket from here on has been compared.
    var known: Pointer?
    while true {
      var other = unsafe head
      while let candidate = unsafe other, unsafe candidate != known {
        if unsafe candidate.pointee.key == key { return unsafe candidate.pointee.content }
        unsafe other = candidate.pointee.next
      }
      unsafe known = head
      unsafe cell.pointee.next = head
      let (done, found) = unsafe bucket.pointee.compareExchange(
        expected: head, desired: cell, successOrdering: .acquiringAndReleasing, failureOrdering: .acquiring)
      if done { return content }
      unsafe head = found
    }
  }
}
