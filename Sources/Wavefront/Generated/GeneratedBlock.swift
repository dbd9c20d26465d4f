public import EVM
import EVMBytecode
public import EVMState
import EthereumTypes

/// A block made up to measure executors on: a shape of contention, pure.
public struct GeneratedBlock: Sendable {
  /// What kind of block it is.
  public enum Shape: String, Sendable, CaseIterable {
    /// Ether transfers, no two with an account in common.
    case transfers
    /// Token transfers on ten tokens, no two with a holder in common.
    case erc20
    /// Swaps on 100 pools.
    case dex100 = "dex-100"
    /// Swaps on ten pools.
    case dex10 = "dex-10"
    /// Swaps on one pool: one chain, but for what the senders pay.
    case dex1 = "dex-1"
    /// Independent token transfers, of which 30 % go to one holder.
    case hot30 = "hot-30"
    /// Each transaction spends the ether that the one before it sent.
    case chain
    /// Jobs that a router hands to a hundred workers, in turn until the first transaction of the block changes that: then
    /// ten in a row go to the same one.
    case rerouted
  }

  /// What kind of block it is.
  public let shape: Shape
  /// The block, its senders known; nothing is signed.
  public let processor: BlockProcessor
  /// The state before it.
  public let state: MemoryState

  /// The state as the first transaction of `rerouted` leaves the router, before the block.
  public func reroutedBefore() throws(StateReadError) -> MemoryState {
    let changed = MemoryState(copying: state)
    if shape == .rerouted { try changed.set(Draft.router, 0, Draft.jobsInARow) }
    return changed
  }

  /// Makes a block.
  ///
  /// - Parameters:
  ///   - shape: what kind.
  ///   - count: the number of transactions.
  public init(_ shape: Shape, count: Int) {
    self.shape = shape
    var draft = Draft(shape)
    for index in 0..<UInt64(max(count, 0)) { draft.add(index) }
    state = draft.state
    processor = BlockProcessor(block: draft.block, senders: draft.senders, fork: .cancun)
  }
}

/// A block in the making.
private struct Draft {
  private static let ether = UInt256(1_000_000_000_000_000_000 as UInt64)
  private static let tokenSupply = UInt256(1_000_000_000_000 as UInt64)

  static let router = Address(0x120_07E2)
  static let jobsInARow = UInt256(10 as UInt64)

  let shape: GeneratedBlock.Shape
  var state = MemoryState()
  var block: Block
  var senders: [Address] = []

  init(_ shape: GeneratedBlock.Shape) {
    self.shape = shape
    var header = BlockHeader()
    header.number = 20_000_000
    header.timestamp = 1_720_000_000
    header.gasLimit = 1 << 40
    header.coinbase = Address(0xFEE)
    header.baseFeePerGas = 7
    header.excessBlobGas = 0
    block = Block(header: header, withdrawals: [])
    if shape == .rerouted {
      var routes: [UInt256: UInt256] = [0: .one]
      for number in 0..<GeneratedContracts.workers {
        set(worker(number), code: GeneratedContracts.worker, storage: [0: 1])
        routes[UInt256(GeneratedContracts.firstWorkerSlot + number)] = worker(number).word
      }
      set(Self.router, code: GeneratedContracts.router, storage: routes)
    }
    for number in 0..<tokens { set(token(number), code: GeneratedContracts.token) }
    for number in 0..<pools {
      set(
        pool(number), code: GeneratedContracts.pool(of: token(number % tokens)),
        storage: [0: 1000 &* Self.ether, 1: Self.tokenSupply])
      give(pool(number), token: number % tokens)
    }
  }

  private var pools: UInt64 {
    switch shape {
    case .dex100: 100
    case .dex10: 10
    case .dex1: 1
    case .transfers, .erc20, .hot30, .chain, .rerouted: 0
    }
  }

  private var tokens: UInt64 {
    switch shape {
    case .erc20, .hot30: 10
    case .dex100, .dex10, .dex1: pools
    case .transfers, .chain, .rerouted: 1
    }
  }

  // Spread over the address space like real ones.
  private func address(_ family: UInt64, _ number: UInt64) -> Address {
    Address(truncating: keccak256(UInt256(family << 32 | number).bigEndianBytes).word)
  }
  private func token(_ number: UInt64) -> Address { address(1, number) }
  private func pool(_ number: UInt64) -> Address { address(2, number) }
  private func worker(_ number: UInt64) -> Address { address(5, number) }
  private func person(_ number: UInt64) -> Address { address(3, number) }
  private func stranger(_ number: UInt64) -> Address { address(4, number) }

  private mutating func set(_ address: Address, code: Bytes, storage: [UInt256: UInt256] = [:]) {
    state.set(address, nonce: 1, balance: .zero, code: code, storage: storage)
  }

  /// Gives someone tokens.
  private mutating func give(_ holder: Address, token number: UInt64) {
    // The token is there, so nothing below is asked.
    try? state.set(token(number), GeneratedContracts.slot(of: holder), Self.tokenSupply)
  }

  private mutating func send(
    from sender: Address, to target: Address, gas: UInt64, value: UInt256 = .zero, data: Bytes = []
  ) {
    block.transactions.append(
      Transaction(
        kind: .dynamicFee, chainID: 1, nonce: 0, maxFeePerGas: 20, maxPriorityFeePerGas: 2, gasLimit: gas,
        to: target, value: value, data: data))
    senders.append(sender)
  }

  private func transfer(to holder: Address) -> Bytes {
    Bytes(UInt256(GeneratedContracts.transferSelector).bigEndianBytes[28...])
      + holder.word.bigEndianBytes + UInt256(1000 as UInt64).bigEndianBytes
  }

  mutating func add(_ index: UInt64) {
    let sender = person(index)
    if shape != .chain || index == 0 {
      state.set(sender, nonce: 0, balance: Self.ether, code: [], storage: [:])
    }
    switch shape {
    case .transfers: send(from: sender, to: stranger(index), gas: 21_000, value: 1000)
    case .erc20, .hot30:
      let number = index % tokens
      give(sender, token: number)
      let isHot = shape == .hot30 && index % 10 < 3
      let target = isHot ? token(0) : token(number)
      if isHot { give(sender, token: 0) }
      send(from: sender, to: target, gas: 80_000, data: transfer(to: stranger(isHot ? 0 : 1 + index)))
    case .dex100, .dex10, .dex1:
      send(from: sender, to: pool(index % pools), gas: 150_000, value: 1_000_000_000)
    case .rerouted:
      let job = UInt256(index).bigEndianBytes
      send(
        from: sender, to: Self.router, gas: 100_000,
        data: index == 0 ? job + Self.jobsInARow.bigEndianBytes : job)
    case .chain:
      // Leaves the next one enough for what all behind it will pay.
      let value = Self.ether &- UInt256((index + 1) * 21_000 * 20)
      send(from: sender, to: person(index + 1), gas: 21_000, value: value)
    }
  }
}
