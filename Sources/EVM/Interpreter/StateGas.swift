/// What a transaction pays for growing the state (EIP-8037), beside the gas that the interpreter counts.
///
/// State gas comes out of a reservoir first: the part of the gas limit beyond the cap of EIP-7825. What the reservoir
/// lacks is taken from the running frame's gas ("spilled"). The reservoir belongs to whichever frame runs: a call
/// hands all of it on and gets back what is left. A frame that fails has grown nothing, so all state gas it paid goes
/// back into the reservoir, spilled or not. Regular gas is not counted here at all: it is what the frames' gas lost
/// without `spilled`.
struct StateGas {
  /// Bytes of state that an account stands for.
  static let accountBytes: Int64 = 112
  /// Bytes of state that a storage slot stands for.
  static let slotBytes: Int64 = 32
  /// Bytes of state that a delegation stands for (EIP-7702).
  static let delegationBytes: Int64 = 23

  /// Gas for a byte of new state in the block.
  let perByte: Int64
  private let revision: StateGasRevision
  /// Gas that only state can be paid with.
  private(set) var reservoir: Int64 = 0
  /// What was paid and not paid back, by all frames that have not failed.
  private(set) var used: Int64 = 0
  /// What frames' own gas paid because the reservoir did not suffice; failed frames' payments count.
  private(set) var spilled: Int64 = 0
  /// What was paid back where state that this transaction made was unmade, by all frames that have not failed.
  private var paidBack: Int64 = 0
  private var frames: [Frame] = []

  /// A frame of the call stack: the counters as it found them.
  private struct Frame {
    let used: Int64
    let paidBack: Int64
    /// Paid back by this frame, but charged by one further up that shares its storage.
    var owed: Int64 = 0
  }

  /// Makes the counters of a machine; without EIP-8037 nothing will ask for them.
  init(_ block: BlockEnvironment) {
    perByte = Self.costPerByte(blockGasLimit: block.gasLimit)
    revision = block.stateGas
  }

  /// Gas for a byte of new state: such that blocks half full of nothing else add 100 GiB a year, rounded down to five
  /// significant bits above an offset so that it moves in steps.
  static func costPerByte(blockGasLimit: UInt64) -> Int64 {
    let (blocksPerYear, growthPerYear, offset): (UInt64, UInt64, UInt64) = (2_628_000, 100 << 30, 9578)
    // The product's upper half is below 2,628,000, so the quotient fits.
    let (quotient, remainder) = (2 * growthPerYear).dividingFullWidth(
      blockGasLimit.multipliedFullWidth(by: blocksPerYear))
    let shifted = quotient + (remainder == 0 ? 0 : 1) + offset
    let dropped = max(0, (64 - shifted.leadingZeroBitCount) - 5)
    let rounded = (shifted >> UInt64(dropped)) << UInt64(dropped)
    return rounded > offset ? Int64(rounded - offset) : 1
  }

  /// Begins a transaction.
  mutating func begin(reservoir: Int64) {
    self.reservoir = reservoir
    (used, spilled, paidBack) = (0, 0, 0)
    frames.removeAll(keepingCapacity: true)
  }

  /// Pays for so many bytes, out of `gas` where the reservoir does not suffice.
  ///
  /// - Returns: false, with nothing paid, where both together do not suffice.
  mutating func charge(bytes: Int64, _ gas: inout Int64) -> Bool {
    let amount = bytes &* perByte
    let rest = max(0, amount &- reservoir)
    guard gas >= rest else { return false }
    reservoir &-= amount &- rest
    gas &-= rest
    spilled &+= rest
    used &+= amount
    return true
  }

  /// Fills the reservoir with the price of state that was paid for before the first frame and turned out not to grow.
  mutating func refill(bytes: Int64) {
    reservoir &+= bytes &* perByte
    if revision == .withoutPayback { used &-= bytes &* perByte }
  }

  /// Pays back so many bytes into the reservoir. A frame can only be paid back what it paid, its callees included;
  /// the rest waits until the frame succeeds and then goes to its caller.
  ///
  /// - Returns: gas to add to the refund counter instead.
  mutating func payBack(bytes: Int64) -> Int64 {
    if revision == .withoutPayback { return bytes &* perByte }
    payBack(bytes &* perByte)
    return 0
  }

  /// Pays back what an account cost that did not come into being.
  mutating func payBackCreation() {
    if revision == .current { payBack(Self.accountBytes &* perByte) }
  }

  private mutating func payBack(_ amount: Int64) {
    guard let frame = frames.last else { return }
    let applied = min(amount, used &- frame.used)
    reservoir &+= applied
    used &-= applied
    paidBack &+= applied
    frames[frames.count - 1].owed &+= amount &- applied
  }

  /// Pays back what accounts that do not outlive their transaction cost, whoever paid.
  mutating func payBackDestroyed(bytes: Int64) {
    guard revision == .current else { return }
    reservoir &+= bytes &* perByte
    used &-= bytes &* perByte
  }

  /// Notes that a frame begins.
  mutating func enter() { frames.append(Frame(used: used, paidBack: paidBack)) }

  /// Notes that the running frame ends.
  mutating func leave(succeeded: Bool) {
    guard let frame = frames.popLast() else { return }
    if succeeded {
      if frame.owed > 0 { payBack(frame.owed) }
    } else if !frames.isEmpty || revision == .current {
      reservoir &+= used &- frame.used
      // What a failed call was paid back it must not leave to its caller; the outermost frame keeps it.
      if !frames.isEmpty { reservoir &-= paidBack &- frame.paidBack }
      used = frame.used
      paidBack = frame.paidBack
    }
  }
}
