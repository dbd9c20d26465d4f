import EVM
import EVMBytecode
import EVMState
import EthereumTypes

/// A chain, with all its branches, that blocks are imported into one after the other.
struct FixtureChain {
  /// A block that was accepted.
  private struct Link {
    let block: Block
    let totalDifficulty: UInt256
    let state: MemoryState
  }

  private let configuration: ChainConfiguration
  private let check: BlockCheck?
  private var links: [Hash32: Link] = [:]
  /// The hash of the block that counts as the newest.
  private(set) var head: Hash32

  /// Makes a chain of one block.
  ///
  /// - Parameter check: what is to hold for each block that is executed.
  init(
    configuration: ChainConfiguration, genesis: Block, state: MemoryState, check: BlockCheck? = nil
  ) {
    self.configuration = configuration
    self.check = check
    head = genesis.hash
    links[head] = Link(block: genesis, totalDifficulty: genesis.header.difficulty, state: state)
  }

  /// The state behind the newest block.
  var headState: MemoryState? { links[head]?.state }

  /// Makes a block that was imported the newest one, whatever its number; false where it was not.
  mutating func choose(_ hash: Hash32) -> Bool {
    guard links[hash] != nil else { return false }
    head = hash
    return true
  }

  /// The fork in force at a time under proof of stake.
  func fork(at timestamp: UInt64) -> Fork { configuration.phase(number: 0, timestamp: timestamp).fork }

  /// Imports a block from its RLP, with what came beside it.
  mutating func add(_ encoded: Bytes, _ companions: BlockCompanions) throws(Refusal) {
    let block: Block
    do throws(ChainDecodingError) { block = try Block(decoding: encoded) } catch { throw .malformed(error) }
    try add(block, size: encoded.count, companions)
  }

  /// Imports a decoded block.
  ///
  /// - Parameter size: the length of its RLP in bytes.
  mutating func add(_ block: Block, size: Int, _ companions: BlockCompanions) throws(Refusal) {
    guard let parent = links[block.header.parentHash] else {
      let reason = block.header.parentHash == .zero ? BlockRejection.Reason.zeroParent : .unknownParent
      throw .block(
        BlockRejection(reason, expected: "a known block", found: "\(block.header.parentHash)"))
    }
    let phase = phase(of: block.header, parent)
    do throws(BlockRejection) {
      if phase.fork >= .osaka, size > Block.maximumSize {
        throw BlockRejection(.size, expected: "at most \(Block.maximumSize) bytes", found: "\(size)")
      }
      try validate(block, parent, phase)
    } catch { throw .block(error) }
    let link = Link(
      block: block,
      totalDifficulty: parent.totalDifficulty.addedIfFits(block.header.difficulty) ?? .max,
      state: try execute(block, companions, on: parent, phase))
    let hash = block.hash
    links[hash] = link
    if let newest = links[head], isNewer(link, than: newest) { head = hash }
  }

  /// Total difficulty decides, and under proof of stake, where it stands still, the number.
  private func isNewer(_ link: Link, than newest: Link) -> Bool {
    if link.totalDifficulty != newest.totalDifficulty { return link.totalDifficulty > newest.totalDifficulty }
    return link.block.header.difficulty.isZero && link.block.header.number >= newest.block.header.number
  }

  private func phase(of header: BlockHeader, _ parent: Link) -> ChainConfiguration.Phase {
    configuration.phase(
      number: header.number, timestamp: header.timestamp, parentTotalDifficulty: parent.totalDifficulty)
  }

  private func validate(
    _ block: Block, _ parent: Link, _ phase: ChainConfiguration.Phase
  ) throws(BlockRejection) {
    let daoFork = configuration.daoForkNumber
    try block.header.validate(parent: parent.block.header, phase: phase, daoForkNumber: daoFork)
    try block.validateUncles(ancestors: ancestors(of: block, count: 7), daoForkNumber: daoFork) {
      // No uncle reaches back across the merge.
      configuration.phase(number: $0.number, timestamp: $0.timestamp)
    }
  }

  /// The blocks before a block, newest first.
  private func ancestors(of block: Block, count: Int) -> [Block] {
    var result: [Block] = []
    var hash = block.header.parentHash
    while result.count < count, let link = links[hash] {
      result.append(link.block)
      hash = link.block.header.parentHash
    }
    return result
  }

  /// Runs a block on its parent's state and compares the outcome with its header.
  private func execute(
    _ block: Block, _ companions: BlockCompanions, on parent: Link, _ phase: ChainConfiguration.Phase
  ) throws(Refusal) -> MemoryState {
    var senders: [Address] = []
    for transaction in block.transactions {
      // A type that the fork does not know is the reason to name, whatever its signature.
      guard phase.fork >= transaction.kind.firstFork else {
        throw .transaction(.typeNotSupported(transaction.kind))
      }
      do throws(SignatureError) {
        senders.append(try transaction.recoverSender(in: phase.fork))
      } catch { throw .signature(error) }
    }
    let state = MemoryState(copying: parent.state)
    state.blockHashes[parent.block.header.number] = block.header.parentHash
    let processor = BlockProcessor(
      block: block, senders: senders, fork: phase.fork, chainID: configuration.chainID, blobs: phase.blobs,
      daoForkNumber: configuration.daoForkNumber ?? .max, stateGas: configuration.stateGas)
    if let difference = check?(processor, MemoryState(copying: state)) { throw .other(difference) }
    var roots: [Hash32]? = phase.fork < .byzantium ? [] : nil
    let result: BlockResult
    do throws(BlockError) {
      result = try processor.executeSerially(on: state) { state in
        if roots != nil { roots?.append(state.stateRoot() ?? .zero) }
      }
    } catch { throw Refusal(error) }
    // Behind the execution: a fixture with an invalid transaction may not commit to it, and names the transaction.
    do throws(BlockRejection) {
      try block.validateBody()
      try companions.validate(block.header)
      if let blobs = phase.blobs { try block.header.validateBlobGasUsed(blobs) }
      try block.validate(result, stateRoots: roots, stateRoot: state.stateRoot() ?? .zero)
    } catch { throw .block(error) }
    if let difference = companions.difference(executing: processor) { throw .other(difference) }
    return state
  }
}

extension Refusal {
  /// The refusal that a failed execution of a block stands for.
  init(_ error: BlockError) {
    switch error {
    case .transaction(_, let rejection): self = .transaction(rejection)
    case .invalidSignature: self = .signature(.invalid)
    case .state(let error): self = .other("\(error)")
    case .missingSystemContract: self = .systemContractMissing
    case .failedSystemCall: self = .systemContractFailed
    case .malformedDeposit: self = .depositLayout
    }
  }
}
