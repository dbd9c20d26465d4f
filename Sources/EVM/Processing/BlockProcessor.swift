import EVMBytecode
public import EVMState
public import EthereumTypes

/// What running a block gave.
public struct BlockResult: Sendable {
  /// One result for each transaction, in block order.
  public var transactions: [TransactionResult] = []
  /// What all transactions count for.
  public var gas = BlockGas()
  /// Blob gas used by all transactions.
  public var blobGasUsed: UInt64 = 0
  /// Execution requests, each its type byte and its data (EIP-7685); nil before Prague.
  public var requests: [Bytes]?

  /// What the steps before the first transaction did, in order: system calls and the DAO's refund.
  public var opening: [TransactionEffects] = []
  /// What the steps behind the last transaction did, in order: credits and system calls.
  public var closing: [TransactionEffects] = []

  /// Makes an empty result.
  public init() {}

  /// The block access list (EIP-7928). Made for each call; linear in what the block looked at.
  public var accessList: BlockAccessList {
    var builder = BlockAccessListBuilder()
    builder.add(opening, index: 0)
    for (index, transaction) in transactions.enumerated() {
      builder.add([transaction.effects], index: UInt32(clamping: index + 1))
    }
    builder.add(closing, index: UInt32(clamping: transactions.count + 1))
    return builder.build()
  }

  /// Gas used by the block, as its header states it.
  public var gasUsed: UInt64 { gas.used }

  /// Adds the next transaction.
  ///
  /// - Parameters:
  ///   - outcome: what running it gave.
  ///   - blobs: how many blobs it carries.
  public mutating func append(_ outcome: consuming TransactionResult, blobs: Int) {
    count(outcome.blockGas, blobs: blobs)
    transactions.append(outcome)
  }

  /// Adds what the next transaction counts for, whose result is kept elsewhere.
  ///
  /// - Parameters:
  ///   - transactionGas: the transaction's.
  ///   - blobs: how many blobs it carries.
  package mutating func count(_ transactionGas: BlockGas, blobs: Int) {
    gas += transactionGas
    blobGasUsed += UInt64(blobs) * BlobSchedule.gasPerBlob
  }
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
  ///   - stateGas: the draft of EIP-8037 to follow from Amsterdam on.
  public init(
    block: Block, senders: [Address], fork: Fork, chainID: UInt64 = 1, blobs: BlobSchedule? = nil,
    daoForkNumber: UInt64? = nil, stateGas: StateGasRevision = .current
  ) {
    self.block = block
    self.senders = senders
    let daoForkNumber = daoForkNumber ?? (chainID == 1 ? DAORefund.blockNumber : nil)
    drainsDAO = fork == .daoFork && block.header.number == daoForkNumber
    self.blobs = blobs ?? .mainnet(fork)
    var environment = BlockEnvironment(
      header: block.header, fork: fork, chainID: chainID, blobs: self.blobs)
    environment.stateGas = stateGas
    self.environment = environment
    credits = Self.credits(of: block, fork)
  }

  /// Makes the machine that runs the block's transactions on one thread.
  public func makeMachine(on state: any StateReader, codes: CodeCache = CodeCache()) -> Machine {
    Machine(block: environment, reader: state, codes: codes)
  }

  // MARK: Before the transactions

  /// The state that the first transaction sees.
  ///
  /// - Parameter preState: the state before the block, which is left as it is.
  /// - Throws: `BlockError` where a system call cannot be made.
  public func opening(over preState: any StateReader) throws(BlockError) -> MemoryState {
    let state = MemoryState(base: preState)
    var machine = makeMachine(on: state)
    try begin(&machine, on: state)
    return state
  }

  /// Applies what comes before the first transaction: system calls (EIPs 4788, 2935) and the DAO refund.
  ///
  /// - Returns: what each step did, in order.
  @discardableResult
  public func begin(
    _ machine: inout Machine, on state: MemoryState
  ) throws(BlockError) -> [TransactionEffects] {
    var steps: [TransactionEffects] = []
    do throws(StateReadError) {
      if drainsDAO {
        steps.append(try machine.collect(DAORefund.accounts, into: DAORefund.beneficiary, on: state))
        try state.apply(steps[0])
      }
      // A missing contract or a failing call changes nothing, and the block stays valid.
      if environment.fork >= .cancun, let root = block.header.parentBeaconBlockRoot {
        let call = try machine.systemCall(SystemContracts.beaconRoots, input: root.bytes, on: state)
        try state.apply(call.effects)
        steps.append(call.effects)
      }
      if environment.fork >= .prague {
        let call = try machine.systemCall(
          SystemContracts.blockHashes, input: block.header.parentHash.bytes, on: state)
        try state.apply(call.effects)
        steps.append(call.effects)
      }
    } catch { throw .state(error) }
    return steps
  }

  // MARK: Around each transaction

  /// Checks the limits a transaction shares with those before it in the block.
  ///
  /// - Parameters:
  ///   - index: the transaction.
  ///   - result: what the transactions before it gave.
  public func admit(_ index: Int, after result: BlockResult) throws(BlockError) {
    try admit(index, after: result.gas, blobGas: result.blobGasUsed)
  }

  /// Whether a transaction keeps those limits at first sight, as nearly all do, given what those before it count for. Read field
  /// by field: to call a method that is not inlined is to copy the block's whole description first.
  @inlinable @inline(__always)
  package func admitsAtSight(_ index: Int, after gas: BlockGas) -> Bool {
    environment.fork < .amsterdam && block.transactions[index].kind != .blob
      && block.transactions[index].gasLimit <= environment.gasLimit &- min(gas.regular, environment.gasLimit)
  }

  /// The same, given only what the transactions before it count for.
  public func admit(_ index: Int, after gas: BlockGas, blobGas: UInt64) throws(BlockError) {
    do throws(TransactionRejection) {
      if environment.fork < .amsterdam {
        try environment.admit(gasLimit: block.transactions[index].gasLimit, after: gas)
      } else {
        try environment.admit(block.transactions[index], after: gas)
      }
      if block.transactions[index].kind == .blob {
        try blobs?.admit(block.transactions[index], after: blobGas)
      }
    } catch { throw .transaction(index: index, error) }
  }

  /// Runs a transaction on a state, which stays as it is.
  public func execute(
    _ index: Int, on state: any StateReader, with machine: inout Machine
  ) throws(ExecutionError) -> TransactionResult {
    try machine.execute(index, of: block.transactions, sender: senders[index], on: state)
  }

  // MARK: After the transactions

  /// Applies what comes after the last transaction: withdrawals, requests, rewards.
  ///
  /// - Parameter result: what the transactions gave; requests and what these steps did are added.
  public func finish(
    _ machine: inout Machine, on state: MemoryState, _ result: inout BlockResult
  ) throws(BlockError) {
    do throws(StateReadError) {
      result.closing.append(try machine.credit(credits, on: state))
      try state.apply(result.closing[0])
    } catch { throw .state(error) }
    guard environment.fork >= .prague else { return }
    var deposits: Bytes = []
    for index in result.transactions.indices {
      guard let found = SystemContracts.deposits(in: result.transactions[index].logs) else {
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
      let call = try drain(&machine, contract, on: state)
      result.closing.append(call.effects)
      if !call.output.isEmpty { requests.append([type] + call.output) }
    }
    result.requests = requests
  }

  private func drain(
    _ machine: inout Machine, _ contract: Address, on state: MemoryState
  ) throws(BlockError) -> Machine.SystemCallResult {
    let call: Machine.SystemCallResult
    do throws(StateReadError) {
      call = try machine.systemCall(contract, input: [], on: state)
      try state.apply(call.effects)
    } catch { throw .state(error) }
    switch call.outcome {
    case .missing: throw .missingSystemContract(contract)
    case .failed: throw .failedSystemCall(contract)
    case .succeeded: return call
    }
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
    var result = BlockResult()
    result.opening = try begin(&machine, on: state)
    for index in block.transactions.indices {
      try executeNext(index, on: state, with: &machine, &result)
      observe(state)
    }
    try finish(&machine, on: state, &result)
    return result
  }

  /// Runs the transaction next in line on the state behind those before it.
  ///
  /// - Parameters:
  ///   - index: the transaction.
  ///   - state: becomes the state behind it.
  ///   - result: what the transactions before it gave; its own is added.
  public func executeNext(
    _ index: Int, on state: MemoryState, with machine: inout Machine, _ result: inout BlockResult
  ) throws(BlockError) {
    if !admitsAtSight(index, after: result.gas) { try admit(index, after: result) }
    do throws(ExecutionError) {
      let outcome = try execute(index, on: state, with: &machine)
      do throws(StateReadError) { try state.apply(outcome.effects) } catch { throw .state(error) }
      result.append(outcome, blobs: block.transactions[index].blobVersionedHashes.count)
    } catch {
      switch error {
      case .rejected(let rejection): throw .transaction(index: index, rejection)
      case .state(let error): throw .state(error)
      }
    }
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
