import EthereumTypes

/// A run of values in memory that somebody else owns.
@safe
struct ValueView {
  // Invariant: `base` points to `capacity` initialised values that outlive every use of the view: a binder keeps
  // the workspace that owns them. Indices come from `Binder.enter`, which checks heights and register counts
  // against the capacities before a segment runs.
  private let base: UnsafeMutablePointer<Value>
  let capacity: Int

  init(base: UnsafeMutablePointer<Value>, capacity: Int) {
    unsafe self.base = base
    self.capacity = capacity
  }

  @inline(__always)
  subscript(index: Int) -> Value {
    get {
      assert(index >= 0 && index < capacity)
      return unsafe base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < capacity)
      unsafe base[index] = newValue
    }
  }
}

/// The memory of one binding, kept for the next one.
///
/// Used by one binder at a time: an analyzer hands each out to one thread and takes it back.
@safe
final class Workspace: @unchecked Sendable {
  private static let stackCapacity = 64 * 1024
  private static let registerCapacity = 16 * 1024

  // Invariant: allocated and initialised here, freed in `deinit`.
  private let base: UnsafeMutablePointer<Value>
  let stack: ValueView
  let registers: ValueView
  var symbols = SymbolTable()
  var table = StateTable()
  var observations = Observations()
  var suspended: [Frame] = []
  /// Emptied byte arrays that keep their capacity.
  var buffers: [[UInt8]] = []

  init() {
    let count = Self.stackCapacity + Self.registerCapacity
    unsafe base = .allocate(capacity: count)
    unsafe base.initialize(repeating: .zero, count: count)
    unsafe stack = ValueView(base: base, capacity: Self.stackCapacity)
    unsafe registers = ValueView(base: base + Self.stackCapacity, capacity: Self.registerCapacity)
  }

  deinit { unsafe base.deallocate() }
}
