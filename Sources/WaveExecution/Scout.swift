import ConflictScheduling
import EVM

/// Watches a block being run serially, and finds out whether to share the rest of it between threads.
struct Scout {
  enum Finding {
    /// Go on as before.
    case carryOn
    /// Go on, but threads will probably be needed in a moment.
    case wake
    /// Share what is left.
    case share
  }

  private let processor: BlockProcessor
  /// Gas used by the whole block, where its header says so already; otherwise 0.
  private let gasUsed: UInt64
  private let isPlain: Bool
  private var start = ContinuousClock.now
  private var gasAtNextLook = Self.gasBetweenLooks
  private var hasWoken = false
  private var hasLooked = false
  /// The block's work, and how much of it is done, by gas: used, where the header says how much that will be, otherwise
  /// what transactions may use.
  private let work: Double
  private var workDone = 0.0
  /// At the last look: the time since the start, and the work done.
  private var lastSeen = 0.0
  private var lastWorkDone = 0.0
  /// Transactions that `workDone` contains.
  private var counted = 0
  /// About how long the rest of the block will take on one thread.
  private(set) var nanosecondsLeft = 0.0

  init(_ processor: BlockProcessor) {
    self.processor = processor
    gasUsed = processor.block.header.gasUsed
    isPlain = Self.isPlain(processor)
    let transactions = processor.block.transactions
    work =
      gasUsed > 0 ? Double(gasUsed) : transactions.indices.reduce(0) { $0 + Self.weight(transactions[$1]) }
  }

  /// Does something that is not to count as time the block takes.
  mutating func pausing(_ body: () -> Void) {
    let before = ContinuousClock.now
    body()
    start += ContinuousClock.now - before
  }

  /// So much gas takes some ten microseconds: looking at the clock for each transaction would be felt.
  private static var gasBetweenLooks: UInt64 { 150_000 }
  /// What is left must take so long, or it is over before another thread has done much.
  private static var leastNanoseconds: Double { 1_300_000 }
  /// What a plain transfer takes goes for handing over what it did from one core to another, and without a plan some
  /// more for nothing.
  private static var leastNanosecondsEach: Double {
    1_200 + 16 * Double(CoreDistance.roundTrip)
  }
  /// So long a beginning says something about the rest.
  private static var leastNanosecondsSeen: Double { 40_000 }
  /// A transaction that may use so much gas is not worth waiting for, in a block that is large enough.
  private static var largeTransaction: UInt64 { 300_000 }
  private static var largeBlock: UInt64 { 4_000_000 }
  /// Before anything has run: nanoseconds for a unit of gas.
  private static var firstGuess: Double { 0.2 }

  /// What to do before transaction `next`.
  mutating func look(_ next: Int, _ result: borrowing BlockResult) -> Finding {
    let used = result.gasUsed
    if next == 0 {
      start = .now
      nanosecondsLeft = Double(gasUsed) * Self.firstGuess
      hasWoken = gasUsed >= Self.largeBlock && !isPlain
      if mustNotWait(for: next, used) { return .share }
      return hasWoken ? .wake : .carryOn
    }
    if mustNotWait(for: next, used) { return .share }
    guard used >= gasAtNextLook else { return .carryOn }
    gasAtNextLook = used &+ Self.gasBetweenLooks
    let seen = Double(start.nanosecondsSince)
    let left = left(from: next, used)
    // The beginning of a block is slower than the rest: nothing that it needs is at hand.
    nanosecondsLeft = left * min(seen / max(workDone, 1), (seen - lastSeen) / max(workDone - lastWorkDone, 1))
    (lastSeen, lastWorkDone) = (seen, workDone)
    hasLooked = true
    guard isWorthwhile(from: next) else { return .carryOn }
    if mustNotWait(for: next, used) { return .share }
    if hasWoken { return seen > Self.leastNanosecondsSeen ? .share : .carryOn }
    hasWoken = true
    return .wake
  }

  /// Whether what comes next is not to run alone: it may take long, and what is behind it will.
  private func mustNotWait(for next: Int, _ used: UInt64) -> Bool {
    guard processor.block.transactions[next].gasLimit >= Self.largeTransaction else { return false }
    return (!isPlain && gasUsed > used &+ Self.largeBlock) || isWorthwhile(from: next)
  }

  /// Whether what is left takes long enough, all of it and each, as far as is known.
  private func isWorthwhile(from next: Int) -> Bool {
    let count = Double(processor.block.transactions.count - next)
    return hasLooked && count > 1 && nanosecondsLeft > Self.leastNanoseconds
      && nanosecondsLeft > Self.leastNanosecondsEach * count
  }

  /// How much work is left.
  private mutating func left(from next: Int, _ used: UInt64) -> Double {
    if gasUsed > 0 {
      workDone = Double(used)
    } else {
      while counted < next {
        workDone += Self.weight(processor.block.transactions[counted])
        counted += 1
      }
    }
    return max(work - workDone, 0)
  }

  private static func weight(_ transaction: Transaction) -> Double {
    Double(min(transaction.gasLimit, 1 << 25))
  }

  /// Whether the block's header says that it is over before another thread has done much, whatever is in it.
  static func isTiny(_ processor: BlockProcessor) -> Bool {
    isKnown(processor, toUseLessThan: 250_000)
  }

  /// Whether the block's header says how much gas it uses, and that it is less than so much.
  private static func isKnown(_ processor: BlockProcessor, toUseLessThan limit: UInt64) -> Bool {
    let gas = processor.block.header.gasUsed
    return gas > 0 && gas < limit
  }

  /// Whether the block's header says that there is next to nothing in it but plain transfers (21,000 gas each), which
  /// take less time than looking for something better.
  static func isOnlyTransfers(_ processor: BlockProcessor) -> Bool {
    isKnown(processor, toUseLessThan: 22_000 * UInt64(processor.block.transactions.count))
  }

  /// Whether the block's header says that hardly anything but plain transfers can be in it.
  static func isPlain(_ processor: BlockProcessor) -> Bool {
    isKnown(processor, toUseLessThan: 24_000 * UInt64(processor.block.transactions.count))
  }

  /// Whether a block looks large enough to share before anything of it has run: for Block-STM, which begins with
  /// the first transaction.
  static func mayPay(_ processor: BlockProcessor) -> Bool {
    let count = processor.block.transactions.count
    var gas = 0.0
    for index in processor.block.transactions.indices {
      gas += Double(min(processor.block.transactions[index].gasLimit, 1 << 25)) - 21_000
    }
    let expected = Double(count) * 1000 + max(gas, 0) * 0.1
    return count >= 8 && expected > 150_000 && expected > 3000 * Double(count)
  }
}
