import EthereumTypes

/// Bytes, and for each aligned four of them one taint: fine enough to keep the arguments of a call apart behind
/// a four-byte selector, and as cheap to move as the bytes themselves.
///
/// Serves as the memories of all frames, one behind the other, and as the buffer of returned data.
@safe
struct TaintedMemory: ~Copyable {
  // Invariant: `bytes` points to `capacity` bytes and `cells` to `capacity / 4` taints, all initialised, owned by
  // this value alone; `capacity` is a multiple of 32. Callers `ensure` a range before they touch it, which debug
  // builds assert.
  private var bytes: UnsafeMutableRawPointer
  private var cells: UnsafeMutablePointer<Taint>
  private(set) var capacity: Int

  init(capacity: Int) {
    self.capacity = (max(capacity, 32) + 31) / 32 * 32
    unsafe bytes = .allocate(byteCount: self.capacity, alignment: 32)
    unsafe cells = .allocate(capacity: self.capacity / 4)
    unsafe bytes.initializeMemory(as: UInt8.self, repeating: 0, count: self.capacity)
    unsafe cells.initialize(repeating: .none, count: self.capacity / 4)
  }

  deinit {
    unsafe bytes.deallocate()
    unsafe cells.deallocate()
  }

  /// Makes bytes 0 ..< `end` part of the buffer.
  @inline(__always)
  mutating func ensure(_ end: Int) {
    if end > capacity { grow(end) }
  }

  @inline(never)
  private mutating func grow(_ end: Int) {
    let larger = (max(end, capacity * 2) + 31) / 32 * 32
    let newBytes = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 32)
    let newCells = UnsafeMutablePointer<Taint>.allocate(capacity: larger / 4)
    unsafe newBytes.initializeMemory(as: UInt8.self, repeating: 0, count: larger)
    unsafe newCells.initialize(repeating: .none, count: larger / 4)
    unsafe newBytes.copyMemory(from: bytes, byteCount: capacity)
    unsafe newCells.update(from: cells, count: capacity / 4)
    unsafe bytes.deallocate()
    unsafe cells.deallocate()
    unsafe bytes = newBytes
    unsafe cells = newCells
    capacity = larger
  }

  // MARK: Bytes

  @inline(__always)
  func word(_ offset: Int) -> UInt256 {
    assert(offset >= 0 && offset + 32 <= capacity)
    return unsafe UInt256(bigEndianAt: bytes + offset)
  }

  @inline(__always)
  func setWord(_ offset: Int, _ word: UInt256) {
    assert(offset >= 0 && offset + 32 <= capacity)
    unsafe word.storeBigEndian(at: bytes + offset)
  }

  @inline(__always)
  func setByte(_ offset: Int, _ byte: UInt8) {
    assert(offset >= 0 && offset < capacity)
    unsafe bytes.storeBytes(of: byte, toByteOffset: offset, as: UInt8.self)
  }

  /// Makes a range zero; `count` and `offset` are multiples of 4.
  func clear(_ offset: Int, _ count: Int) {
    guard count > 0 else { return }
    unsafe (bytes + offset).initializeMemory(as: UInt8.self, repeating: 0, count: count)
    for cell in (offset >> 2)..<((offset + count) >> 2) { unsafe cells[cell] = .none }
  }

  /// Runs `body` on a range of the bytes.
  func withSpan<Result>(_ offset: Int, _ count: Int, _ body: (Span<UInt8>) -> Result) -> Result {
    assert(offset >= 0 && offset + count <= capacity)
    let buffer = unsafe UnsafeRawBufferPointer(start: bytes + offset, count: count)
    return unsafe body(buffer.bindMemory(to: UInt8.self).span)
  }

  func hash(_ offset: Int, _ count: Int) -> Hash32 {
    unsafe keccak256(UnsafeRawBufferPointer(start: bytes + offset, count: count))
  }

  func array(_ offset: Int, _ count: Int) -> Bytes {
    unsafe Bytes(UnsafeRawBufferPointer(start: bytes + offset, count: count))
  }

  /// Copies the bytes of `source` from `start` on to `offset`, zeros where it has ended.
  func fill(_ offset: Int, _ count: Int, from source: Bytes, start: UInt256) {
    guard count > 0 else { return }
    assert(offset + count <= capacity)
    let available = start.fitsUInt64 && start.l0 < UInt64(source.count) ? source.count - Int(start.l0) : 0
    let copied = min(available, count)
    if copied > 0 {
      unsafe source.withUnsafeBytes { buffer in
        guard let from = buffer.baseAddress else { return }
        unsafe (bytes + offset).copyMemory(from: from + Int(start.l0), byteCount: copied)
      }
    }
    fillZeros(offset + copied, count - copied)
  }

  /// Zero bytes; their taints stay as they are.
  func fillZeros(_ offset: Int, _ count: Int) {
    guard count > 0 else { return }
    unsafe (bytes + offset).initializeMemory(as: UInt8.self, repeating: 0, count: count)
  }

  // MARK: Taints

  /// Sets the taint of a range whose bytes are being replaced. A cell that is replaced only in part keeps what
  /// it had and gains the new taint.
  @inline(__always)
  func setTaint(_ offset: Int, _ count: Int, _ taint: Taint, _ table: inout TaintTable) {
    if (offset | count) & 3 == 0 {
      for cell in (offset >> 2)..<((offset &+ count) >> 2) { unsafe cells[cell] = taint }
    } else {
      setTaintUnaligned(offset, count, taint, &table)
    }
  }

  @inline(never)
  private func setTaintUnaligned(_ offset: Int, _ count: Int, _ taint: Taint, _ table: inout TaintTable) {
    guard count > 0 else { return }
    for cell in (offset >> 2)...((offset + count - 1) >> 2) {
      let isWhole = cell * 4 >= offset && cell * 4 + 4 <= offset + count
      unsafe cells[cell] = isWhole ? taint : table.union(cells[cell], taint)
    }
  }

  /// The union of the taints of a range.
  @inline(__always)
  func taint(_ offset: Int, _ count: Int, _ table: inout TaintTable) -> Taint {
    isTainted(offset, count) ? gather(offset, count, &table) : .none
  }

  @inline(never)
  private func gather(_ offset: Int, _ count: Int, _ table: inout TaintTable) -> Taint {
    var result = Taint.none
    var last = Taint.none
    for index in (offset >> 2)...((offset + count - 1) >> 2) {
      let cell = unsafe cells[index]
      if cell == last { continue }
      last = cell
      result = table.union(result, cell)
    }
    return result
  }

  /// Gives the range at `target` the taints of a range of another buffer.
  func copyTaint(
    from source: borrowing TaintedMemory, _ start: Int, to target: Int, count: Int, _ table: inout TaintTable
  ) {
    guard count > 0 else { return }
    guard source.isTainted(start, count) else { return setTaint(target, count, .none, &table) }
    var copied = PlainArray<Taint>(capacity: count / 4 + 2)
    for index in (start >> 2)...((start + count - 1) >> 2) { copied.append(source.cell(index)) }
    placeTaints(copied, from: start, to: target, count: count, &table)
  }

  /// Gives the range at `target` the taints of another range of this buffer, which may overlap it.
  func copyOwnTaint(_ start: Int, to target: Int, count: Int, _ table: inout TaintTable) {
    copyTaint(from: self, start, to: target, count: count, &table)
  }

  /// `copied` are the cells that covered the source range, which started at `start`.
  private func placeTaints(
    _ copied: borrowing PlainArray<Taint>, from start: Int, to target: Int, count: Int,
    _ table: inout TaintTable
  ) {
    let firstSource = start >> 2
    for cell in (target >> 2)...((target + count - 1) >> 2) {
      // The bytes of this cell that are replaced, and where they come from.
      let low = max(cell * 4, target)
      let high = min(cell * 4 + 4, target + count)
      let first = (low - target + start) >> 2
      let last = (high - 1 - target + start) >> 2
      var taint = copied[first - firstSource]
      if last != first { taint = table.union(taint, copied[last - firstSource]) }
      if high - low < 4 { taint = table.union(taint, unsafe cells[cell]) }
      unsafe cells[cell] = taint
    }
  }

  /// Whether any byte of the range is tainted.
  @inline(__always)
  func isTainted(_ offset: Int, _ count: Int) -> Bool {
    guard count > 0 else { return false }
    var any: UInt32 = 0
    for cell in (offset >> 2)...((offset &+ count &- 1) >> 2) { any |= unsafe cells[cell].id }
    return any != 0
  }

  /// The taint of cell `index`, which covers the bytes 4 × `index` ..< 4 × `index` + 4.
  @inline(__always)
  func cell(_ index: Int) -> Taint {
    assert(index >= 0 && index < capacity / 4)
    return unsafe cells[index]
  }

  // MARK: Copies

  /// Moves bytes inside the buffer without their taints; the ranges may overlap.
  func moveBytes(from source: Int, to target: Int, count: Int) {
    guard count > 0 else { return }
    assert(max(source, target) + count <= capacity)
    unsafe (bytes + target).copyMemory(from: bytes + source, byteCount: count)
  }

  /// Copies bytes out of another buffer without their taints.
  func copyBytes(from other: borrowing TaintedMemory, _ source: Int, to target: Int, count: Int) {
    guard count > 0 else { return }
    assert(source + count <= other.capacity && target + count <= capacity)
    unsafe (bytes + target).copyMemory(from: other.bytes + source, byteCount: count)
  }
}
