import EVMBytecode
public import EVMState
public import EthereumTypes

/// What running a block gave.
public struct BlockResult: Sendable {
  /// One result for each transaction, in block order.
  public var transactions: [TransactionResult] = []
  /// Gas used by all transactions.
  public var gasUsed: UInt64 = 0
  /// Blob gas used by all transactions.
  public var blobGasUsed: UInt64 = 0
  /// Execution requests, each its type byte and its data (EIP-7685); nil before Prague.
  public var requests: [Bytes]?

  /// Makes an empty result.
  public init() {}
}

/// The parts of a block's execution around its transactions, and the rules that span transactions. Every executor runs
/// a block as `begin`, then each transaction's `admit` and `execute`, then `finish`; only the middle part differs
/// between executors.
public struct BlockProcessor: Sendable {
  /// The block.
  public let block: Block
  /// Who signed each transaction.
  public let senders: [Address]
  /// What transactions see of the block.
  public let environment: BlockEnvironment
  /// The most blobs the block may hold; nil before Cancun.
  public let blobs: BlobSchedule?
  /// Whether this is the block in which the DAO's accounts are drained (EIP-779).
  public let drainsDAO: Bool
  /// Balances that grow at the end of the block, in wei: by default withdrawals (EIP-4895), or before Paris the rewards
  /// of the miner and of uncles (Yellow Paper, section 11.3). A credit of nothing touches its account.
  public var credits: [(Address, UInt256)]

  /// Makes a processor for a block whose senders are known.
  ///
  /// - Parameters:
  ///   - block: the block.
  ///   - senders: who signed each transaction.
  ///   - fork: the fork in force.
  ///   - chainID: the chain (EIP-155).
  ///   - blobs: the blob schedule; mainnet's for the fork by default.
  ///   - daoForkNumber: where the DAO fork happens; by default on mainnet only.
  public init(
    block: Block, senders: [Address], fork: Fork, chainID: UInt64 = 1, blobs: BlobSchedule? = nil,
    daoForkNumber: UInt64? = nil
  ) {
    self.block = block
    self.senders = senders
    let daoForkNumber = daoForkNumber ?? (chainID == 1 ? DAORefund.blockNumber : nil)
    drainsDAO = fork == .daoFork && block.header.number == daoForkNumber
    self.blobs = blobs ?? .mainnet(fork)
    environment = BlockEnvironment(header: block.header, fork: fork, chainID: chainID, blobs: self.blobs)
    credits = Self.credits(of: block, fork)
  }

  /// Makes the machine that runs the block's transactions on one thread.
  public func makeMachine(on state: any StateReader, codes: CodeCache = CodeCache()) -> Machine {
    Machine(block: environment, reader: state, codes: codes)
  }

  // MARK: Before the transactions

  /// Applies what comes before the first transaction: system calls (EIPs 4788, 2935) and the DAO refund.
  public func begin(_ machine: inout Machine, on state: MemoryState) throws(BlockError) {
    if drainsDAO {
      do throws(StateReadError) {
        try state.apply(try machine.collect(DAORefund.accounts, into: DAORefund.beneficiary, on: state))
      } catch { throw .state(error) }
    }
    if environment.fork >= .cancun, let root = block.header.parentBeaconBlockRoot {
      try applySystemCall(&machine, SystemContracts.beaconRoots, input: root.bytes, on: state)
    }
    if environment.fork >= .prague {
      try applySystemCall(
        &machine, SystemContracts.blockHashes, input: block.header.parentHash.bytes, on: state)
    }
  }

  private func applySystemCall(
    _ machine: inout Machine, _ target: Address, input: Bytes, on state: MemoryState
  ) throws(BlockError) {
    do throws(StateReadError) {
      // A missing contract or a failing call changes nothing, and the block stays valid.
      guard let result = try machine.systemCall(target, input: input, on: state), result.succeeded else {
        return
      }
      try state.apply(result.effects)
    } catch { throw .state(error) }
  }

  // MARK: Around each transaction

  /// Checks the limits a transaction shares with those before it in the block.
  ///
  /// - Parameters:
  ///   - index: the transaction.
  ///   - gasUsed: the gas used by the transactions before it.
  ///   - blobGasUsed: their blob gas.
  public func admit(_ index: Int, gasUsed: UInt64, blobGasUsed: UInt64) throws(BlockError) {
    let gasLimit = block.transactions[index].gasLimit
    let available = environment.gasLimit >= gasUsed ? environment.gasLimit - gasUsed : 0
    guard gasLimit <= available else {
      throw .transaction(index: index, .gasLimitAboveBlock(available: available, limit: gasLimit))
    }
    guard block.transactions[index].kind == .blob, let blobs else { return }
    let own = UInt64(block.transactions[index].blobVersionedHashes.count)
    let count = own + blobGasUsed / BlobSchedule.gasPerBlob
    guard count <= blobs.maximum else {
      throw .transaction(index: index, .tooManyBlobs(limit: Int(blobs.maximum), count: Int(count)))
    }
  }

  // MARK: After the transactions

  /// Applies what comes after the last transaction: withdrawals, requests, rewards.
  ///
  /// - Returns: the execution requests from Prague on, nil before.
  public func finish(
    _ machine: inout Machine, on state: MemoryState, logs: @autoclosure () -> [[Log]]
  ) throws(BlockError) -> [Bytes]? {
    do throws(StateReadError) {
      try state.apply(try machine.credit(credits, on: state))
    } catch { throw .state(error) }
    guard environment.fork >= .prague else { return nil }
    var deposits: Bytes = []
    for (index, logs) in logs().enumerated() {
      guard let found = SystemContracts.deposits(in: logs) else {
        throw .malformedDeposit(transaction: index)
      }
      deposits += found
    }
    var requests: [Bytes] = []
    if !deposits.isEmpty { requests.append([0x00] + deposits) }
    let queues: [(type: UInt8, contract: Address)] = [
      (0x01, SystemContracts.withdrawalRequests), (0x02, SystemContracts.consolidationRequests),
    ]
    for (type, contract) in queues {
      let output = try drain(&machine, contract, on: state)
      if !output.isEmpty { requests.append([type] + output) }
    }
    return requests
  }

  private func drain(
    _ machine: inout Machine, _ contract: Address, on state: MemoryState
  ) throws(BlockError) -> Bytes {
    let result: Machine.SystemCallResult?
    do throws(StateReadError) { result = try machine.systemCall(contract, input: [], on: state) } catch {
      throw .state(error)
    }
    guard let result else { throw .missingSystemContract(contract) }
    guard result.succeeded else { throw .failedSystemCall(contract) }
    do throws(StateReadError) { try state.apply(result.effects) } catch { throw .state(error) }
    return result.output
  }

  private static func credits(of block: Block, _ fork: Fork) -> [(Address, UInt256)] {
    var credits = (block.withdrawals ?? []).map { ($0.address, UInt256($0.amount) &* 1_000_000_000) }
    guard let reward = blockReward(fork) else { return credits }
    let nephew = reward.divided(by: 32)
    credits.append(
      (block.header.coinbase, reward &+ nephew &* UInt256(UInt64(block.uncles.count))))
    for uncle in block.uncles {
      let distance = block.header.number &- uncle.number
      guard (1...8).contains(distance) else { continue }
      credits.append((uncle.coinbase, (reward &* UInt256(8 - distance)).divided(by: 8)))
    }
    return credits
  }

  /// The miner's reward in wei (EIPs 649 and 1234); nil from Paris on.
  public static func blockReward(_ fork: Fork) -> UInt256? {
    let ether = UInt256(1_000_000_000_000_000_000 as UInt64)
    return switch fork {
    case .paris...: nil
    case .constantinople...: 2 &* ether
    case .byzantium...: 3 &* ether
    default: 5 &* ether
    }
  }
}

extension BlockProcessor {
  /// Runs the whole block in order on one thread: the reference for every other executor. `state` becomes the state
  /// behind the block; after an error it is somewhere in between and must be thrown away.
  ///
  /// - Parameters:
  ///   - state: the state before the block.
  ///   - codes: prepared codes, kept between blocks.
  ///   - observe: called with the state behind each transaction.
  public func executeSerially(
    on state: MemoryState, codes: CodeCache = CodeCache(), observe: (MemoryState) -> Void = { _ in }
  ) throws(BlockError) -> BlockResult {
    var machine = makeMachine(on: state, codes: codes)
    return try executeSerially(on: state, with: &machine, observe: observe)
  }

  /// The same with a machine that is at hand and was made for this block or has entered it.
  public func executeSerially(
    on state: MemoryState, with machine: inout Machine, observe: (MemoryState) -> Void = { _ in }
  ) throws(BlockError) -> BlockResult {
    try begin(&machine, on: state)
    var result = BlockResult()
    for index in block.transactions.indices {
      try admit(index, gasUsed: result.gasUsed, blobGasUsed: result.blobGasUsed)
      do throws(ExecutionError) {
        let outcome = try machine.execute(block.transactions[index], sender: senders[index], on: state)
        do throws(StateReadError) { try state.apply(outcome.effects) } catch { throw .state(error) }
        result.gasUsed += outcome.gasUsed
        result.transactions.append(outcome)
        observe(state)
      } catch {
        switch error {
        case .rejected(let rejection): throw .transaction(index: index, rejection)
        case .state(let error): throw .state(error)
        }
      }
      let blobs = UInt64(block.transactions[index].blobVersionedHashes.count)
      result.blobGasUsed += blobs * BlobSchedule.gasPerBlob
    }
    result.requests = try finish(&machine, on: state, logs: result.transactions.map(\.logs))
    return result
  }
}

extension Machine {
  /// The effects of crediting balances outside of any transaction.
  mutating func credit(
    _ credits: [(Address, UInt256)], on state: any StateReader
  ) throws(StateReadError) -> TransactionEffects {
    begin(reader: state)
    for (address, amount) in credits { journal.credit(journal.handle(for: address), amount) }
    if let fault = journal.fault { throw fault }
    return journal.finish(removesEmptyAccounts: rules.removesEmptyAccounts)
  }
}

extension Machine {
  /// The effects of moving whole balances outside of any transaction.
  mutating func collect(
    _ accounts: [Address], into beneficiary: Address, on state: any StateReader
  ) throws(StateReadError) -> TransactionEffects {
    begin(reader: state)
    let target = journal.handle(for: beneficiary)
    for address in accounts {
      let account = journal.handle(for: address)
      let balance = journal.balance(account)
      journal.credit(target, balance)
      journal.setBalance(account, .zero)
    }
    if let fault = journal.fault { throw fault }
    return journal.finish(removesEmptyAccounts: rules.removesEmptyAccounts)
  }
}

extension BlockResult {
  /// The consensus receipts. Before Byzantium they carry state roots, which only a full state can give: `stateRoots`
  /// then has one for each transaction.
  public func receipts(of block: Block, stateRoots: [Hash32]? = nil) -> [Receipt] {
    var cumulative: UInt64 = 0
    return zip(block.transactions, transactions).enumerated().map { index, pair in
      cumulative += pair.1.gasUsed
      return pair.1.receipt(
        kind: pair.0.kind, cumulativeGasUsed: cumulative, stateRoot: stateRoots.map { $0[index] })
    }
  }

  /// The union of all receipts' blooms.
  public var logsBloom: Bloom { Bloom(of: transactions.flatMap(\.logs)) }
}
