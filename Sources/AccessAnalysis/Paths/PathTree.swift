import EVMBytecode
import EthereumTypes
import Synchronization

/// All paths seen of one `PathKey`, as a tree: paths share what they have in common and part at events.
///
/// Read by any number of threads while others add to it: blocks do not change once they are linked.
final class PathTree: @unchecked Sendable {
  // Guarded by `lock`, but for `root`, which changes once, from 0.
  private let root = Atomic<UInt>(0)
  private let lock = Mutex(0)

  /// Paths in one tree; call data that leads to ever new ones is not worth keeping.
  private static let maximumBlocks = 40_000

  /// Where every path begins; nil where none was added yet.
  @inline(__always)
  var first: PathBlockReference? { PathBlockReference(root.load(ordering: .acquiring)) }

  deinit {
    guard let first else { return }
    var open = [first]
    while let block = open.popLast() {
      open.append(contentsOf: block.pointee.allFollowing)
      block.deallocate()
    }
  }

  // MARK: What the binder has learnt

  /// Transactions that no summary could bind before any could; 0x100 × the reason's number plus their count.
  private let failures = Atomic(0)
  private let usesValues = Atomic(false)
  private let unrecordable = Atomic(0)

  /// Whether what transactions do here is nothing that paths express.
  var isUnrecordable: Bool { unrecordable.load(ordering: .relaxed) >= 2 && first == nil }

  func noteUnrecordable() { unrecordable.add(1, ordering: .relaxed) }

  /// Why it is not worth trying to bind a transaction by summaries: none ever could be. Nil where it is.
  var hopelessness: FallbackReason? {
    let noted = failures.load(ordering: .relaxed)
    guard noted & 0xFF >= 2, first == nil else { return nil }
    return FallbackReason.allCases[noted >> 8]
  }

  func noteFailure(_ reason: FallbackReason) {
    guard let number = FallbackReason.allCases.firstIndex(of: reason) else { return }
    let count = min(failures.load(ordering: .relaxed) & 0xFF + 1, 0xFF)
    failures.store(number << 8 | count, ordering: .relaxed)
  }

  /// Whether bounds of gas have to be proven from values in the state; see `Binder.provesGasByValues`.
  var needsValuesForGas: Bool { usesValues.load(ordering: .relaxed) }

  func proveGasByValues() { usesValues.store(true, ordering: .relaxed) }

  /// Adds a path.
  ///
  /// - Returns: how many instructions that took, 0 where the path is there already or does not fit.
  func insert(_ path: PathRecorder, ending: PathEnding) -> Int {
    lock.withLock { blocks in
      guard blocks < Self.maximumBlocks else { return 0 }
      var builder = PathBuilder(path, ending)
      var previous: PathBlockReference?
      var next = first
      var position = 0
      while let block = next {
        guard builder.follow(block.pointee, at: position) else { return 0 }
        if block.pointee.kind == .end {
          block.pointee.lowerMinimumGas(to: ending.minimumGas)
          return 0
        }
        previous = block
        next = block.pointee.following(path.events[position].outcome)
        position += 1
      }
      // The new blocks are linked to one another first and to the tree last, so that readers see whole paths.
      var made: [PathBlockContents] = []
      var instructions = 0
      for index in position...path.events.count {
        guard let contents = builder.block(at: index) else { return 0 }
        made.append(contents)
        instructions += contents.instructions.count + 8
      }
      blocks += made.count
      var address: UInt = 0
      for offset in made.indices.reversed() {
        let index = position + offset
        let outcome = index > 0 ? path.events[index - 1].outcome : .zero
        let sibling = offset == 0 ? previous?.pointee.firstLink ?? 0 : 0
        let block = PathBlockReference(made[offset], outcome: outcome, after: sibling)
        if address != 0 { block.pointee.link(address) }
        address = block.address
      }
      if let previous {
        previous.pointee.link(address)
      } else {
        root.store(address, ordering: .releasing)
      }
      return instructions
    }
  }
}
