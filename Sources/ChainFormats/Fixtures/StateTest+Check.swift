import EVM
import EVMBytecode
import EVMState
import EthereumTypes

extension StateTest {
  /// Checks blocks made of a case's transaction: with that of the next case between two of its own, so that they find
  /// what others of their kind left behind; and where that is no valid block, as it often is not, twice, and alone.
  ///
  /// - Parameter cases: the test's cases.
  /// - Returns: the difference, if any.
  func check(_ item: Case, among cases: [Case], _ check: BlockCheck) throws(FormatError) -> String? {
    guard let fork = Fork(fixtureName: item.forkName) else { return nil }
    let siblings = cases.filter { $0.forkName == item.forkName }
    let next = siblings.first { $0.index > item.index } ?? siblings.first ?? item
    let state = stateForBlocks(fork)
    var alone: BlockProcessor?
    for members in [[item, next, item], [item, item], [item]] {
      guard let block = try processor(members, fork) else { continue }
      alone = block
      do throws(BlockError) { _ = try block.executeSerially(on: MemoryState(base: state)) } catch { continue }
      return check(block, state)
    }
    // None is valid, and all have to say so alike.
    return alone.flatMap { check($0, state) }
  }

  /// The block of these transactions, one after the other; nil where one cannot be made.
  private func processor(_ members: [Case], _ fork: Fork) throws(FormatError) -> BlockProcessor? {
    let environment = try blockEnvironment(fork, named: members[0].forkName)
    var header = BlockHeader()
    header.number = environment.number
    header.timestamp = environment.timestamp
    header.coinbase = environment.coinbase
    header.difficulty = environment.prevRandao
    header.mixHash = Hash32(word: environment.prevRandao)
    header.baseFeePerGas = environment.baseFee
    header.excessBlobGas = try self.environment.optional("currentExcessBlobGas")?.uint64()
    header.slotNumber = environment.slotNumber
    // Many a template's gas limit is that of the block.
    header.gasLimit = environment.gasLimit.multipliedReportingOverflow(by: UInt64(members.count)).partialValue
    var transactions: [Transaction] = []
    var senders: [Address] = []
    for member in members {
      do throws(Refusal) {
        var (transaction, sender) = try signedTransaction(member)
        transaction.nonce &+= UInt64(senders.count { $0 == sender })
        transactions.append(transaction)
        senders.append(sender)
      } catch { return nil }
    }
    return BlockProcessor(
      block: Block(header: header, transactions: transactions), senders: senders, fork: fork,
      chainID: environment.chainID, blobs: try blobSchedule(fork, named: members[0].forkName),
      daoForkNumber: .max, stateGas: environment.stateGas)
  }

  /// The state before, with what ends a block from Prague on: state tests do without.
  private func stateForBlocks(_ fork: Fork) -> MemoryState {
    let state = MemoryState(copying: preState)
    guard fork >= .prague else { return state }
    for contract in [SystemContracts.withdrawalRequests, SystemContracts.consolidationRequests]
    where (try? state.account(contract)) == .some(nil) {
      state.set(contract, nonce: 1, balance: .zero, code: [0x00], storage: [:])
    }
    return state
  }
}
