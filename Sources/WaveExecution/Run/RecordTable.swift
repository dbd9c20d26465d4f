import EVM
import Synchronization

/// Who has begun to run a transaction, or will.
enum Claim {
  static let none: UInt8 = 0
  static let worker: UInt8 = 1
  static let committer: UInt8 = 2
}

/// What there is of a transaction.
enum Standing {
  /// It has not run, or failed, or is final.
  case nothing
  /// It has run, and what it did is its own business: nobody else has to do with what it looked at.
  case quiet
  /// It has run, and its effects are there.
  case placed(TransactionPlaces)

  var isNothing: Bool { if case .nothing = self { true } else { false } }
}

/// A transaction on its way. As large as a cache line, as neighbours are often run on different cores.
struct TransactionRecord: ~Copyable {
  /// What there is of it.
  var standing = Standing.nothing
  /// Who has run it; whose caches hold what follows.
  var runner: Int32 = -1
  /// Who runs it, if anyone: a `Claim`.
  let claim = Atomic<UInt8>(Claim.none)
  /// Another one that it had better wait for, −1 for none.
  let behind = Atomic<Int32>(-1)
  /// For how many of those that it waits for have not run.
  let waiting: Atomic<Int32>
  /// Set when the rest is. Not the first field: a sanitizer takes a change of the others for one of the first.
  let hasRun = Atomic<Bool>(false)
  private let padding = InlineArray<3, UInt64>(repeating: 0)

  init(waitingFor count: Int32) { waiting = Atomic(count) }
}

/// The records of a block's transactions. The memory is kept from block to block: what was just asked of the system must be
/// filled with zeros first, and comes into the caches line by line.
@safe
final class RecordTable: @unchecked Sendable {
  // Invariant: `records` points to room for `capacity` records of which the first `count` are initialised.
  private(set) var records: UnsafeMutablePointer<TransactionRecord>
  private var capacity = 1
  private var count = 0

  init() { unsafe records = Self.makeRecords(1) }

  /// Room for records, each on a cache line of its own.
  private static func makeRecords(_ count: Int) -> UnsafeMutablePointer<TransactionRecord> {
    let stride = MemoryLayout<TransactionRecord>.stride
    let memory = UnsafeMutableRawPointer.allocate(byteCount: count * stride, alignment: stride)
    return unsafe memory.bindMemory(to: TransactionRecord.self, capacity: count)
  }

  deinit {
    clear()
    unsafe records.deallocate()
  }

  /// Makes records of transactions none of which has run. Not while anyone else looks.
  ///
  /// - Parameter waiting: for how many others each of them waits.
  func begin(waiting: [Int32]) {
    let count = waiting.count
    clear()
    if count > capacity {
      unsafe records.deallocate()
      unsafe records = Self.makeRecords(count)
      capacity = count
    }
    for index in 0..<count {
      unsafe (records + index).initialize(to: TransactionRecord(waitingFor: waiting[index]))
    }
    self.count = count
  }

  /// Forgets all. Not while anyone else looks.
  private func clear() {
    unsafe records.deinitialize(count: count)
    count = 0
  }
}
